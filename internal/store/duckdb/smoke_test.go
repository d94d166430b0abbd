package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

func TestSmoke(t *testing.T) {
	ctx := context.Background()
	s, err := duckdb.Open(ctx, duckdb.Config{Path: filepath.Join(t.TempDir(), "a.db"), Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := storetest.Call(1, "Where is the zebra?", "At home.")
	b := storetest.Talk(2, "bob@example.com", []string{"Hi", "Hello", "And the okapi?"}, "Gone.")
	r, err := s.Append(ctx, store.Batch{Events: []event.Event{a, b, storetest.Trail(a, 1), a}})
	t.Log(r, err)
	p, err := s.Search(ctx, query.Query{})
	t.Log(len(p.Events), p.Next, err)
	t.Logf("%+v", p.Events)
	for _, w := range []string{"zebra", "okapi", "home", "nothing", "role"} {
		p, err = s.Search(ctx, query.Query{Where: query.Words{Words: []string{w}}})
		t.Log(w, len(p.Events), err)
	}
	_, rec, err := s.Record(ctx, a.ID[:8])
	t.Log(err, string(rec.Raw) == string(a.Record.Raw))
	table, err := s.Aggregate(ctx, query.Aggregate{By: []string{"person"}, Measures: []query.Measure{{Func: query.Count}, {Func: query.Sum, Field: "tokens.input"}, {Func: query.TopK, Field: "model"}, {Func: query.P95, Field: "latency.ms"}}})
	t.Log(table, err)
	tb, err := s.SQL(ctx, `select person, sum("tokens.output") from calls group by 1 order by 1`, 10)
	t.Log(tb, err)
	_, err = s.SQL(ctx, `select * from block`, 10)
	t.Log(err)
	er, err := s.Erase(ctx, "alice@example.com")
	t.Log(er, err)
	p, err = s.Search(ctx, query.Query{})
	t.Logf("%+v %v", p.Events, err)
	_, rec, err = s.Record(ctx, a.ID[:8])
	t.Log(err)
	st, err := s.Stats(ctx)
	t.Logf("%+v %v", st, err)
}
