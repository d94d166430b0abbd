package duckdb

import (
	"errors"
	"testing"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

// TestCommitted goes through a COMMIT that fails after it has committed, and one
// that fails before.
func TestCommitted(t *testing.T) {
	ctx := t.Context()
	s := scaleStore(t)
	first := storetest.Call(1, "one", "two")
	if _, err := s.Append(ctx, store.Batch{Events: []event.Event{first}}); err != nil {
		t.Fatal(err)
	}
	number := s.batch
	if !s.committed(ctx, number) {
		t.Error("the batch that is there is not found")
	}
	s.batch++ // as Append does
	if s.committed(ctx, number+1) {
		t.Error("a batch that is not there is found")
	}
	second := storetest.Talk(2, first.Person, []string{"one", "two", "three"}, "four")
	r, err := s.Append(ctx, store.Batch{Events: []event.Event{first, second}})
	if err != nil || r.Stored != 1 || r.Duplicate != 1 {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
	if s.batch != number+1 {
		t.Errorf("batch number %d, want %d", s.batch, number+1)
	}
}

// TestFatal kills the database under the store, as some errors do, and expects
// that the next batch opens it again.
func TestFatal(t *testing.T) {
	ctx := t.Context()
	s := scaleStore(t)
	a, b := storetest.Call(1, "a zebra", ""), storetest.Call(2, "an okapi", "")
	if _, err := s.Append(ctx, store.Batch{Events: []event.Event{a}}); err != nil {
		t.Fatal(err)
	}
	if err := s.disconnect(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Search(ctx, query.Query{}); err == nil {
		t.Error("a database that is not open answers")
	}
	if _, err := s.Append(ctx, store.Batch{Events: []event.Event{b}}); err != nil {
		t.Fatal(err)
	}
	page, err := s.Search(ctx, query.Query{})
	if err != nil || len(page.Events) != 2 {
		t.Errorf("%d events, %v", len(page.Events), err)
	}
}

// TestTogether lets the last step of a batch fail: what the steps before it wrote
// is not there, cursors included.
func TestTogether(t *testing.T) {
	ctx := t.Context()
	s := scaleStore(t)
	if err := s.exec(ctx, `ALTER TABLE quarantine_item RENAME TO hidden`); err != nil {
		t.Fatal(err)
	}
	entry := store.Entry{Object: source.Object{ID: "a", Cursor: &source.Cursor{Name: "place", Value: "1"}}}
	batch := store.Batch{Events: []event.Event{storetest.Call(1, "one", "")}, Objects: []store.Entry{entry},
		Findings: []event.Finding{{ID: "f"}}, Resolved: []string{"q"}}
	if _, err := s.Append(ctx, batch); err == nil {
		t.Fatal("a batch is stored without its last step")
	}
	cursor, err1 := s.Cursor(ctx, "place")
	done, err2 := s.Done(ctx, []string{"a"})
	findings, err3 := s.Findings(ctx, 1)
	if cursor != "" || len(done)+len(findings) > 0 || errors.Join(err1, err2, err3) != nil {
		t.Errorf("cursor %q, done %v, findings %v: %v", cursor, done, findings, errors.Join(err1, err2, err3))
	}
	if err := s.exec(ctx, `ALTER TABLE hidden RENAME TO quarantine_item`); err != nil {
		t.Fatal(err)
	}
	if r, err := s.Append(ctx, batch); err != nil || r.Stored != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if cursor, _ := s.Cursor(ctx, "place"); cursor != "1" {
		t.Errorf("cursor %q", cursor)
	}
}
