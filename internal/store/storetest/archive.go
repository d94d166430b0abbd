package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/store"
)

// testArchive rebuilds records byte by byte: those of the library, and some that
// are hard to cut.
func testArchive(t *testing.T, open Opener) {
	s := fresh(t, open)
	events := append(library(), Records()...)
	appendAll(t, s, events...)
	for i := range events {
		e := events[i]
		_, got, err := s.Record(t.Context(), e.ID)
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		if diff := cmp.Diff(e.Record, got); diff != "" {
			t.Errorf("%s is not the same (-want +got):\n%s", e.ID, diff)
		}
	}
}

// Records are records that are hard to cut.
func Records() []event.Event {
	var list []event.Event
	for i, raw := range []string{
		`{}`, ` { "input" : { "inputBodyJson" : null } , "output" : { } } `,
		`{"output":{"outputBodyJson":{"a":1}},"input":{"inputBodyJson":{"messages":[]}}}`,
		`{"input":{"inputBodyJson":{"messages":[ {"a":1} , {"b":2},{"c":3} ],"system":"s","system":"t","tools":[{"n":1}]}}}`,
		`{"input":{"inputBodyJson":[1,2]},"output":{"outputBodyJson":"{\"text\":\"x\"}"}}`,
		`{"input":{"inputBodyJson":{"messages":{"not":"a list"},"system":{},"tools":[]}}}`,
		`{"input":{"inputBodyJson":{"messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"cache_control":{"type":"ephemeral"},"type":"text"},{"cache_control":{}}]}]}}}`,
		`{"input":{"inputBodyJson":{"messages":[{"content":[{"cachePoint":{"type":"default"}} , {"text":"x"},{"cachePoint":{"type":"default"}},{"cachePoint":{}}]},{"content":[{"cachePoint":{}},{"cachePoint":{}}]}],"system":[{"text":"x"},{"cachePoint":{"type":"default"}}]}}}`,
		"{\"input\":{\"inputBodyJson\":{\"inputText\":\"bad \xff utf-8 \\ud800\"}}}",
		`{"input":{"inputBodyJson":` + strings.Repeat("[", 1500) + strings.Repeat("]", 1500) + `}}`,
		`not JSON at all`,
	} {
		e := Call(100+i, "", "")
		e.ID = fmt.Sprintf("hard-%02d", i)
		e.Record.Raw = []byte(raw)
		list = append(list, e)
	}
	binary := Call(120, "", "")
	binary.ID, binary.Record.BodyInput, binary.Record.BodyOutput = "hard-bin", []byte{}, []byte("\x89PNG\x00\x01")
	spaced := Call(121, "", "")
	spaced.ID, spaced.Record.BodyInput = "hard-spaced", []byte("\n {\"messages\": [ {\"a\":1} ] } \n")
	return append(list, binary, spaced)
}

func testPrefix(t *testing.T, open Opener) {
	s := fresh(t, open)
	a, b := Call(1, "one", ""), Call(2, "two", "")
	a.ID, b.ID = "abcdefgh1", "abcdefgh2"
	appendAll(t, s, a, b)
	for id, want := range map[string]error{"abcdefgh1": nil, "abcdefgh": store.ErrNotFound, "abcde": store.ErrNotFound,
		"zzzzzzzz": store.ErrNotFound, "": store.ErrNotFound} {
		if _, _, err := s.Record(t.Context(), id); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", id, err, want)
		}
	}
	c := Call(3, "three", "")
	c.ID = "qrstuvwxyz"
	appendAll(t, s, c)
	if e, _, err := s.Record(t.Context(), "qrstuv"); err != nil || e.ID != c.ID {
		t.Errorf("a unique beginning finds %q, %v", e.ID, err)
	}
}

func testLedger(t *testing.T, open Opener) {
	s := fresh(t, open)
	entry := store.Entry{
		Object: source.Object{ID: "s3://example-logs/a#1", Origin: event.Origin{Bucket: "example-logs", Key: "a"},
			Size: 77, Modified: start},
		Read: 4, Skipped: 1, Quarantined: 1, First: 0, Last: 2,
		Skips: map[string]int64{"empty": 1}, Done: start.Add(time.Hour),
	}
	a := Call(1, "one", "")
	appendAll(t, s, a)
	b := Call(2, "two", "")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{a, b}, Objects: []store.Entry{entry}}); err != nil {
		t.Fatal(err)
	}
	want := entry
	want.Stored, want.Duplicate, want.First, want.Last = 1, 1, 0, 0
	seen, err := s.Seen(context.Background(), []string{entry.ID, "s3://example-logs/b#1"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]store.Entry{entry.ID: want}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	entry.Read = 5
	if _, err := s.Append(t.Context(), store.Batch{Objects: []store.Entry{entry}}); err != nil {
		t.Fatal(err)
	}
	if seen, err = s.Seen(context.Background(), []string{entry.ID}); err != nil || seen[entry.ID].Read != 5 {
		t.Errorf("the entry that was written last: %+v, %v", seen, err)
	}
}

func testQuarantine(t *testing.T, open Opener) {
	s := fresh(t, open)
	bad := func(line int64, raw string) decode.Item {
		return decode.Item{Verdict: decode.Bad, Raw: []byte(raw), Reason: decode.BadJSON, Detail: "cut off",
			SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(raw))), Size: int64(len(raw)),
			Origin: event.Origin{Key: "a", Line: ptr(line)}}
	}
	items := []decode.Item{bad(1, `{"a":`), bad(2, `{"a":`), bad(2, `{"b":`)}
	for range 2 { // reading an object again adds nothing
		if _, err := s.Append(t.Context(), store.Batch{Bad: items}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := s.Quarantine(t.Context(), 10, true)
	if err != nil || len(list) != 3 {
		t.Fatalf("%d items, %v; want 3", len(list), err)
	}
	for _, q := range list {
		if q.Reason != decode.BadJSON || q.Detail != "cut off" || q.Size != 5 || q.Origin.Key != "a" ||
			q.SHA256 != fmt.Sprintf("%x", sha256.Sum256(q.Bytes)) || q.Time.IsZero() {
			t.Errorf("kept as %+v", q)
		}
	}
	if _, err := s.Append(t.Context(), store.Batch{Resolved: []string{list[0].ID}}); err != nil {
		t.Fatal(err)
	}
	rest, err := s.Quarantine(t.Context(), 10, false)
	if err != nil || len(rest) != 2 || rest[0].Bytes != nil {
		t.Errorf("after a retry: %+v, %v", rest, err)
	}
	if one, err := s.Quarantine(t.Context(), 1, false); err != nil || len(one) != 1 {
		t.Errorf("a limit of 1 gives %d, %v", len(one), err)
	}
}

func testErase(t *testing.T, open Opener) {
	s := fresh(t, open)
	a := Call(1, "Where is the zebra?", "At home.")
	a.UserAgent, a.Source.IP = "alice-laptop", "192.0.2.10"
	a.App = "notes of Alice@example.com"
	b := Talk(2, "bob@example.com", []string{"A zebra?"}, "Gone.")
	trail := Trail(a, 1)
	trail.Person, trail.IdentityARN = a.Person, a.IdentityARN
	appendAll(t, s, a, b, trail)
	erased, err := s.Erase(t.Context(), "alice@example.com")
	if err != nil || erased.Calls != 1 || erased.Blocks == 0 {
		t.Fatalf("%+v, %v", erased, err)
	}
	check := func(when string) {
		t.Helper()
		got := all(t, s, query.Query{})
		for i := range got {
			if text := fmt.Sprintf("%+v", got[i]); got[i].ID == a.ID && strings.Contains(strings.ToLower(text), "alice") ||
				got[i].ID == a.ID && (got[i].Source.IP != "" || !strings.HasPrefix(got[i].Person, "erased-")) {
				t.Errorf("%s the row still tells who it was: %s", when, text)
			}
		}
		if len(got) != 2 {
			t.Errorf("%s there are %d events, want 2", when, len(got))
		}
		found := all(t, s, query.Query{Where: query.Words{Words: []string{"zebra"}}})
		if len(found) != 1 || found[0].ID != b.ID {
			t.Errorf("%s what was said is found: %v", when, ids(found))
		}
		if _, _, err := s.Record(t.Context(), a.ID); !errors.Is(err, store.ErrErased) {
			t.Errorf("%s the record gives %v", when, err)
		}
		if _, r, err := s.Record(t.Context(), b.ID); err != nil || !bytes.Equal(r.Raw, b.Record.Raw) {
			t.Errorf("%s somebody else's record is gone: %v", when, err)
		}
	}
	check("after the erasure")
	c := a
	c.ID, c.Time = "later", a.Time.Add(time.Hour)
	c.RequestID = "later"
	if r := appendAll(t, s, a, trail, c); r.Stored != 1 || r.Duplicate != 2 {
		t.Errorf("read again: %+v", r)
	}
	late := all(t, s, query.Query{Where: query.Compare{Field: "request_id", Op: query.Equal, Value: "later"}})
	if len(late) != 1 || strings.Contains(strings.ToLower(fmt.Sprintf("%+v", late[0])), "alice") {
		t.Errorf("a call that came after the erasure: %+v", late)
	}
	if found := all(t, s, query.Query{Where: query.Words{Words: []string{"zebra"}}}); len(found) != 1 {
		t.Errorf("what was said after the erasure is found: %v", ids(found))
	}
}
