package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/store"
)

func object(n int) source.Object {
	return source.Object{ID: fmt.Sprintf("s3://example-logs/%d#e", n),
		Origin: event.Origin{Bucket: "example-logs", Key: fmt.Sprint(n), ETag: "e"}, Size: int64(n), Modified: start}
}

func commit(t testing.TB, s Opened, b store.Batch) store.Receipt {
	t.Helper()
	r, err := s.Append(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantCursor(t testing.TB, s Opened, name, want string) {
	t.Helper()
	if got, err := s.Cursor(t.Context(), name); err != nil || got != want {
		t.Errorf("cursor %s is %q, want %q; %v", name, got, want, err)
	}
}

// testCursors holds that cursors come with the rows, that the last one of a batch
// counts, and that an entry without an id is there for its cursor only.
func testCursors(t *testing.T, open Opener) {
	s := fresh(t, open)
	wantCursor(t, s, "a", "")
	at := func(id, name, value string) store.Entry {
		return store.Entry{Object: source.Object{ID: id, Cursor: &source.Cursor{Name: name, Value: value}}, Done: start,
			Skips: map[string]int64{"empty": 1}, Skipped: 1}
	}
	commit(t, s, store.Batch{Objects: []store.Entry{at("", "a", "1"), at("x", "b", `{"t":"ü"}`), at("", "a", "2")}})
	wantCursor(t, s, "a", "2")
	wantCursor(t, s, "b", `{"t":"ü"}`)
	done, err := s.Done(t.Context(), []string{"", "x", "y"})
	if diff := cmp.Diff(map[string]bool{"x": true}, done); diff != "" || err != nil {
		t.Errorf("done (-want +got): %s%v", diff, err)
	}
	seen, err := s.Seen(t.Context(), []string{"", "x"})
	if diff := cmp.Diff(map[string]store.Entry{"x": {Object: source.Object{ID: "x"}, Done: start,
		Skips: map[string]int64{"empty": 1}, Skipped: 1}}, seen); diff != "" || err != nil {
		t.Errorf("ledger (-want +got): %s%v", diff, err)
	}
	commit(t, s, store.Batch{Objects: []store.Entry{{Object: source.Object{ID: "y"}}, at("z", "a", "3"), at("z", "a", "")}})
	wantCursor(t, s, "a", "")
	wantCursor(t, s, "b", `{"t":"ü"}`)
	if done, err = s.Done(t.Context(), nil); len(done) > 0 || err != nil {
		t.Errorf("done of nothing: %v, %v", done, err)
	}
}

// testTroubles goes through the life of an object that cannot be read at first.
func testTroubles(t *testing.T, open Opener) {
	s := fresh(t, open)
	trouble := func(n int, place string, minute int) source.Trouble {
		last := start.Add(time.Duration(minute) * time.Minute)
		return source.Trouble{Object: object(n), Source: place, Fault: source.Forbidden,
			Detail: "kms:Decrypt is not allowed", Last: last, Next: last.Add(time.Hour)}
	}
	expect := func(place string, want ...source.Trouble) {
		t.Helper()
		got, err := s.Troubles(t.Context(), place)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("troubles of %q (-want +got): %s%v", place, diff, err)
		}
	}
	kept := func(tr source.Trouble, attempts, first int) source.Trouble {
		tr.Attempts, tr.First = attempts, start.Add(time.Duration(first)*time.Minute)
		return tr
	}
	expect("a")
	first := trouble(1, "a", 0)
	first.Attempt, first.Cursor = 7, &source.Cursor{Name: "not", Value: "committed"}
	commit(t, s, store.Batch{Troubles: []source.Trouble{first, trouble(2, "a", 1), trouble(1, "b", 2)}})
	wantCursor(t, s, "not", "")
	expect("a", kept(trouble(1, "a", 0), 1, 0), kept(trouble(2, "a", 1), 1, 1))
	expect("b", kept(trouble(1, "b", 2), 1, 2))

	again := trouble(1, "a", 10)
	again.Fault, again.Detail = source.Throttled, "slow down"
	commit(t, s, store.Batch{Troubles: []source.Trouble{trouble(1, "a", 9), again}})
	expect("a", kept(trouble(2, "a", 1), 1, 1), kept(again, 3, 0))
	expect("", kept(trouble(2, "a", 1), 1, 1), kept(trouble(1, "b", 2), 1, 2), kept(again, 3, 0))

	commit(t, s, store.Batch{Objects: []store.Entry{{Object: object(1), Done: start}},
		Troubles: []source.Trouble{trouble(1, "a", 11), trouble(3, "a", 11)}})
	expect("a", kept(trouble(2, "a", 1), 1, 1), kept(trouble(3, "a", 11), 1, 11))
	expect("b")
}

// testTogether holds that a batch that cannot be stored moves nothing: no cursor,
// no ledger, no trouble, no finding.
func testTogether(t *testing.T, open Opener) {
	keys := Keyring(t)
	s := opened(t, open, Config{Keyring: keys})
	before := store.Entry{Object: object(1), Done: start}
	before.Cursor = &source.Cursor{Name: "place", Value: "1"}
	commit(t, s, store.Batch{Events: []event.Event{Call(1, "one", "")}, Objects: []store.Entry{before},
		Troubles: []source.Trouble{{Object: object(2), Source: "a", Last: start}}})
	after := store.Entry{Object: object(2), Done: start, Last: 1}
	after.Cursor = &source.Cursor{Name: "place", Value: "2"}
	batch := store.Batch{Events: []event.Event{Talk(2, "nobody@example.com", []string{"two"}, "")}, Objects: []store.Entry{after},
		Findings: []event.Finding{finding(1)}, Troubles: []source.Trouble{{Object: object(3), Source: "a"}}}
	if _, err := s.Append(Refusing(t.Context()), batch); err == nil {
		t.Fatal("a batch is stored although its owner's key cannot be had")
	}
	wantCursor(t, s, "place", "1")
	if done, err := s.Done(t.Context(), []string{after.ID}); err != nil || len(done) > 0 {
		t.Errorf("done: %v, %v", done, err)
	}
	if list, err := s.Troubles(t.Context(), "a"); err != nil || len(list) != 1 || list[0].ID != after.ID {
		t.Errorf("troubles: %v, %v", list, err)
	}
	if list, err := s.Findings(t.Context(), 10); err != nil || len(list) != 0 {
		t.Errorf("findings: %v, %v", list, err)
	}
	r := commit(t, s, batch)
	if r.Stored != 1 || len(r.Findings) != 1 || !r.Findings[0] {
		t.Errorf("stored later: %+v", r)
	}
	wantCursor(t, s, "place", "2")
}
