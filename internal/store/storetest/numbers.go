package storetest

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

func split(e event.Event) []store.Part { return store.Split(&e).Parts }

// testAggregate compares one aggregate with figures made by hand, and random
// ones with query.Eval.
func testAggregate(t *testing.T, open Opener) {
	s := fresh(t, open)
	events := library()
	appendAll(t, s, events...)
	got, err := s.Aggregate(t.Context(), query.Aggregate{
		By: []string{"outcome"},
		Measures: []query.Measure{{Func: query.Count, As: "calls"}, {Func: query.Sum, Field: "tokens.output"},
			{Func: query.P50, Field: "latency.ms"}, {Func: query.TopK, Field: "person"},
			{Func: query.Count, Where: query.Words{Words: []string{"okapi"}}, As: "okapis"}},
		Where: query.Compare{Field: "kind", Op: query.Equal, Value: "call"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := query.Table{Columns: []string{"outcome", "calls", "sum_tokens.output", "p50_latency.ms", "topk_person", "okapis"},
		Rows: [][]any{
			{"success", int64(5), int64(18), 104.0, []string{"alice@example.com", "bob@example.com", "carol@example.org"}, int64(1)},
			{"failure", int64(1), int64(3), nil, []string{"alice@example.com"}, int64(0)},
		}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	rows := all(t, s, query.Query{Oldest: true})
	rapid.Check(t, func(rt *rapid.T) {
		a := aggregate(rt)
		want, err := query.Eval(a, pointers(rows), func(n query.Node, e *event.Event) bool {
			i := slices.IndexFunc(rows, func(r event.Event) bool { return r.ID == e.ID })
			return query.Match(n, e, func() []string { return texts(events[i]) })
		})
		if err != nil {
			rt.Skip(err)
		}
		got, err := s.Aggregate(t.Context(), a)
		if err != nil {
			rt.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
			rt.Fatalf("%+v (-want +got):\n%s", a, diff)
		}
	})
}

func pointers(rows []event.Event) iter.Seq[*event.Event] {
	return func(yield func(*event.Event) bool) {
		for i := range rows {
			if !yield(&rows[i]) {
				return
			}
		}
	}
}

func aggregate(rt *rapid.T) query.Aggregate {
	a := query.Aggregate{
		Where:  node(rt, 1),
		Bucket: rapid.SampledFrom([]query.Bucket{query.NoBucket, query.Minute, query.Hour, query.Day, query.Month}).Draw(rt, "bucket"),
		By: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"person", "outcome", "tools_offered", "turn", "mfa", "metadata.team", "cost.usd"}),
			0, 3, rapid.ID).Draw(rt, "by"),
		Limit: rapid.IntRange(0, 3).Draw(rt, "limit"),
	}
	if rapid.Bool().Draw(rt, "from") {
		a.From = start.Add(2 * time.Minute)
	}
	for range rapid.IntRange(1, 3).Draw(rt, "measures") {
		m := query.Measure{
			Func: rapid.SampledFrom([]query.Func{query.Count, query.Sum, query.Avg, query.Min, query.Max, query.P50,
				query.P95, query.P99, query.Distinct, query.TopK}).Draw(rt, "func"),
			Field: rapid.SampledFrom([]string{"", "tokens.output", "cost.usd", "person", "tools_offered", "latency.ms"}).Draw(rt, "field"),
		}
		if rapid.Bool().Draw(rt, "filtered") {
			m.Where = node(rt, 1)
		}
		a.Measures = append(a.Measures, m)
	}
	if columns := a.Columns(); rapid.Bool().Draw(rt, "sorted") {
		a.Sort = rapid.SampledFrom([]string{"", "-"}).Draw(rt, "direction") + rapid.SampledFrom(columns).Draw(rt, "sort")
	}
	return a
}
