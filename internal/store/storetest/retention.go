package storetest

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/store"
)

// aged is a conversation of one call a day; each call sends all turns so far.
func aged(days int) (calls []event.Event) {
	var turns []string
	for day := range days {
		turns = append(turns, "Where is zebra "+string(rune('a'+day))+"?")
		call := Talk(day*24*60, "alice@example.com", turns, "At home.")
		calls = append(calls, call)
		turns = append(turns, "At home.")
	}
	return calls
}

func wantRecord(t testing.TB, s Opened, e event.Event, want error) {
	t.Helper()
	_, r, err := s.Record(t.Context(), e.ID)
	if !errors.Is(err, want) || want == nil && !bytes.Equal(r.Raw, e.Record.Raw) {
		t.Errorf("record of %s: %v, want %v", e.Time.Format(time.DateOnly), err, want)
	}
}

func retain(t testing.TB, s Opened, r store.Retention) store.Retained {
	t.Helper()
	gone, err := s.Retain(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return gone
}

// testRetention keeps rows for three days and what was said for one: messages that
// a kept call sends again stay, and nothing that went comes back.
func testRetention(t *testing.T, open Opener) {
	s := fresh(t, open)
	calls := aged(5)
	old := store.Entry{Object: object(1), Last: 2, Read: 2, Done: start.Add(25 * time.Hour)}
	bad := store.Entry{Object: object(2), Read: 1, Quarantined: 1, Done: start}
	young := store.Entry{Object: object(3), Done: start.Add(96 * time.Hour)}
	commit(t, s, store.Batch{Events: calls[:2], Objects: []store.Entry{old, bad}})
	for _, c := range calls[2:] {
		appendAll(t, s, c, Trail(c, 1+c.Time.Day()))
	}
	commit(t, s, store.Batch{Objects: []store.Entry{young}})
	r := store.Retention{Bodies: 25 * time.Hour, Rows: 61 * time.Hour, Now: start.Add(97 * time.Hour)}
	gone := retain(t, s, r)
	if gone.Events != 2 || gone.Objects != 1 || gone.Records == 0 {
		t.Errorf("gone: %+v", gone)
	}
	check := func(when string) {
		t.Helper()
		if got := all(t, s, query.Query{Oldest: true}); !cmp.Equal(ids(got), ids(calls[2:])) {
			t.Errorf("%s there are %v", when, ids(got))
		}
		found := all(t, s, query.Query{Where: query.Words{Words: []string{"zebra"}}, Oldest: true})
		if !cmp.Equal(ids(found), ids(calls[3:])) {
			t.Errorf("%s what was said is found in %v", when, ids(found))
		}
		wantRecord(t, s, calls[1], store.ErrNotFound)
		wantRecord(t, s, calls[2], store.ErrExpired)
		wantRecord(t, s, calls[3], nil)
		wantRecord(t, s, calls[4], nil)
	}
	check("afterwards")
	done, err := s.Done(t.Context(), []string{old.ID, bad.ID, young.ID})
	if diff := cmp.Diff(map[string]bool{bad.ID: true, young.ID: true}, done); diff != "" || err != nil {
		t.Errorf("ledger (-want +got): %s%v", diff, err)
	}

	old.Skips, old.Done = map[string]int64{"empty": 1}, young.Done
	again := commit(t, s, store.Batch{Events: append(calls[:2:2], calls[2]), Objects: []store.Entry{old}})
	if again.Stored != 0 || again.Expired != 2 || again.Duplicate != 1 {
		t.Errorf("read again: %+v", again)
	}
	seen, err := s.Seen(t.Context(), []string{old.ID})
	if e := seen[old.ID]; err != nil || e.Skipped != 2 || e.Skips[store.Expired] != 2 || e.Skips["empty"] != 1 || e.Stored+e.Duplicate != 0 {
		t.Errorf("ledger: %+v, %v", e, err)
	}
	check("read again")

	if gone := retain(t, s, r); gone != (store.Retained{}) {
		t.Errorf("a second time: %+v", gone)
	}
	later := calls[0]
	later.ID, later.RequestID, later.Time = "later", "later", start.Add(96*time.Hour)
	appendAll(t, s, later) // says again what went
	wantRecord(t, s, later, nil)
	if gone := retain(t, s, store.Retention{Now: r.Now}); gone != (store.Retained{}) {
		t.Errorf("kept for ever: %+v", gone)
	}
	if r := appendAll(t, s, calls[0]); r.Stored != 1 {
		t.Errorf("kept for ever, an old call is not taken: %+v", r)
	}
}

// testRetentionOfAll lets everything go that has an age.
func testRetentionOfAll(t *testing.T, open Opener) {
	s := fresh(t, open)
	call := Call(1, "Where is the zebra?", "At home.")
	timeless := Call(2, "", "")
	timeless.Time, timeless.ID = time.Time{}, "timeless"
	batch := store.Batch{Events: []event.Event{call, Trail(call, 1), timeless}, Findings: []event.Finding{finding(1)},
		Bad:      []decode.Item{{Verdict: decode.Bad, Raw: []byte("{"), Reason: decode.BadJSON, SHA256: "00"}},
		Troubles: []source.Trouble{{Object: object(9), Source: "a", Last: start}}}
	points := []store.Point{point("Invocations", 0, 1), point("Invocations", 1, 2)}
	commit(t, s, batch)
	if err := s.AppendPoints(t.Context(), points); err != nil {
		t.Fatal(err)
	}
	gone := retain(t, s, store.Retention{Rows: time.Hour, Now: time.Now().Add(1000 * time.Hour)})
	gone.Records, gone.Blocks = 0, 0
	if diff := cmp.Diff(store.Retained{Events: 2, Quarantined: 1, Findings: 1, Points: 2, Troubles: 1}, gone); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if r := commit(t, s, batch); r.Stored != 0 || r.Duplicate != 1 || r.Expired != 2 || r.Findings[0] {
		t.Errorf("read again: %+v", r)
	}
	if err := s.AppendPoints(t.Context(), points); err != nil {
		t.Fatal(err)
	}
	list, err1 := s.Points(t.Context(), store.PointMatch{})
	findings, err2 := s.Findings(t.Context(), 10)
	if len(list)+len(findings) > 0 || errors.Join(err1, err2) != nil {
		t.Errorf("back are %v and %v: %v", list, findings, errors.Join(err1, err2))
	}
	if got := all(t, s, query.Query{}); len(got) != 1 || got[0].ID != timeless.ID {
		t.Errorf("left are %v", ids(got))
	}
}
