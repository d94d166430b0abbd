package duckdb

import (
	"testing"

	"seismo/internal/event"
	"seismo/internal/query"
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
