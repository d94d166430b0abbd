package query

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"seismo/internal/event"
)

func day(d, hour int) time.Time { return time.Date(2026, 3, d, hour, 0, 0, 0, time.UTC) }

// week is a handful of calls whose numbers can be added in the head.
func week() []*event.Event {
	call := func(t time.Time, model, person string, out int64, ms float64, tools ...string) *event.Event {
		e := &event.Event{Kind: event.KindCall, Outcome: event.Success, Time: t, Model: model, Person: person}
		if out >= 0 {
			e.Tokens.Output = &out
		}
		if ms > 0 {
			e.Latency.MS = &ms
		}
		for _, name := range tools {
			e.ToolCalls = append(e.ToolCalls, event.ToolCall{Name: name})
		}
		return e
	}
	list := []*event.Event{
		call(day(1, 8), "nova", "alice", 10, 100),
		call(day(1, 9), "nova", "bob", 20, 200, "search", "fetch"),
		call(day(1, 9), "haiku", "alice", 30, 300, "search", "search"),
		call(day(2, 9), "haiku", "", -1, 0),
		call(day(2, 9), "", "alice", 40, 1000),
	}
	list[3].Outcome = event.Failure
	return list
}

func eval(t *testing.T, a Aggregate) Table {
	t.Helper()
	table, err := Eval(a, slices.Values(week()), func(n Node, e *event.Event) bool { return Match(n, e, nil) })
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func TestEval(t *testing.T) {
	count := Measure{Func: Count}
	out := func(f Func) Measure { return Measure{Func: f, Field: "tokens.output"} }
	ms := func(f Func) Measure { return Measure{Func: f, Field: "latency.ms"} }
	for name, c := range map[string]struct {
		ask     Aggregate
		columns string
		rows    [][]any
	}{
		"one row": {
			Aggregate{Measures: []Measure{count, out(Count), out(Sum), out(Avg), out(Min), out(Max), ms(Sum), ms(Max)}},
			"count count_tokens.output sum_tokens.output avg_tokens.output min_tokens.output max_tokens.output sum_latency.ms max_latency.ms",
			[][]any{{int64(5), int64(4), int64(100), 25.0, int64(10), int64(40), 1600.0, 1000.0}},
		},
		"percentiles between values": { // of 100 200 300 1000
			Aggregate{Measures: []Measure{ms(P50), ms(P95), ms(P99), out(P50)}},
			"p50_latency.ms p95_latency.ms p99_latency.ms p50_tokens.output",
			[][]any{{250.0, 895.0, 979.0, 25.0}},
		},
		"nothing fits": {
			Aggregate{Where: Compare{"model", Equal, "x"}, Measures: []Measure{count, out(Sum), out(Avg), out(Max), ms(P50),
				{Func: Distinct, Field: "person"}, {Func: TopK, Field: "person"}}},
			"count sum_tokens.output avg_tokens.output max_tokens.output p50_latency.ms distinct_person topk_person",
			[][]any{{int64(0), nil, nil, nil, nil, int64(0), nil}},
		},
		"nothing fits in groups": {
			Aggregate{Where: Compare{"model", Equal, "x"}, By: []string{"model"}, Measures: []Measure{count}},
			"model count", [][]any{},
		},
		"groups, an absent one too": {
			Aggregate{By: []string{"model"}, Measures: []Measure{count, {Func: Distinct, Field: "person", As: "people"}}},
			"model count people",
			[][]any{{"haiku", int64(2), int64(1)}, {"nova", int64(2), int64(2)}, {nil, int64(1), int64(1)}},
		},
		"a measure's own condition": {
			Aggregate{By: []string{"model"}, Measures: []Measure{{Func: Count, As: "failed", Where: Compare{"outcome", Equal, "failure"}}}},
			"model failed",
			[][]any{{"haiku", int64(1)}, {"nova", int64(0)}, {nil, int64(0)}},
		},
		"buckets": {
			Aggregate{Bucket: Day, By: []string{"person"}, Measures: []Measure{count}},
			"time person count",
			[][]any{{day(1, 0), "alice", int64(2)}, {day(1, 0), "bob", int64(1)}, {day(2, 0), "alice", int64(1)}, {day(2, 0), nil, int64(1)}},
		},
		"lists count once for each different element": {
			Aggregate{By: []string{"tool_calls.name"}, Measures: []Measure{count, out(Sum)}},
			"tool_calls.name count sum_tokens.output",
			[][]any{{nil, int64(3), int64(50)}, {"search", int64(2), int64(50)}, {"fetch", int64(1), int64(20)}},
		},
		"the most frequent": {
			Aggregate{Measures: []Measure{{Func: TopK, Field: "tool_calls.name", As: "tools"}, {Func: TopK, Field: "model", As: "models"}}},
			"tools models",
			[][]any{{[]string{"search", "fetch"}, []string{"haiku", "nova"}}},
		},
		"from and to": {
			Aggregate{From: day(1, 9), To: day(2, 9), Measures: []Measure{count}},
			"count", [][]any{{int64(2)}},
		},
		"sorted, nil last": {
			Aggregate{By: []string{"person"}, Measures: []Measure{out(Max)}, Sort: "max_tokens.output"},
			"person max_tokens.output",
			[][]any{{"bob", int64(20)}, {"alice", int64(40)}, {nil, nil}},
		},
		"sorted down, nil last": {
			Aggregate{By: []string{"person"}, Measures: []Measure{out(Max)}, Sort: "-person"},
			"person max_tokens.output",
			[][]any{{"bob", int64(20)}, {"alice", int64(40)}, {nil, nil}},
		},
		"limit": {
			Aggregate{Bucket: Hour, Measures: []Measure{count}, Sort: "-count", Limit: 2},
			"time count", [][]any{{day(1, 9), int64(2)}, {day(2, 9), int64(2)}},
		},
		"the first and last moment": {
			Aggregate{Measures: []Measure{{Func: Min, Field: "time"}, {Func: Max, Field: "model"}, {Func: Distinct, Field: "time"}}},
			"min_time max_model distinct_time", [][]any{{day(1, 8), "nova", int64(3)}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := eval(t, c.ask)
			want := Table{Columns: strings.Fields(c.columns), Rows: c.rows}
			if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEvalRefuses(t *testing.T) {
	count := []Measure{{Func: Count}}
	for name, a := range map[string]Aggregate{
		"no measure":         {},
		"four fields":        {By: []string{"model", "person", "team", "app"}, Measures: count},
		"an unknown field":   {By: []string{"modle"}, Measures: count},
		"content":            {By: []string{"prompt"}, Measures: count},
		"free JSON":          {By: []string{"trail.request"}, Measures: count},
		"a bucket":           {Bucket: "fortnight", Measures: count},
		"a function":         {Measures: []Measure{{Func: "median", Field: "latency.ms"}}},
		"a sum of text":      {Measures: []Measure{{Func: Sum, Field: "model"}}},
		"a sum of nothing":   {Measures: []Measure{{Func: Sum}}},
		"a sort":             {Sort: "-calls", Measures: count},
		"two columns":        {Measures: []Measure{{Func: Count}, {Func: Count}}},
		"a limit":            {Limit: -1, Measures: count},
		"a value":            {Where: Compare{"tokens.output", Equal, 1}, Measures: count},
		"a measure's value":  {Measures: []Measure{{Func: Count, Where: Has{"nothing"}}}},
		"a number of no use": {Where: Compare{"cost.usd", Less, math.NaN()}, Measures: count},
	} {
		if _, err := Eval(a, slices.Values(week()), func(Node, *event.Event) bool { return true }); err == nil {
			t.Errorf("%s is allowed", name)
		}
	}
	if err := (Query{Limit: MaxLimit + 1}).Check(); err == nil {
		t.Error("a limit that is too large is allowed")
	}
}

func TestBuckets(t *testing.T) {
	moment := time.Date(2024, 2, 29, 23, 59, 59, 999, time.FixedZone("", -3600))
	for b, want := range map[Bucket]string{Minute: "2024-03-01T00:59:00Z", Hour: "2024-03-01T00:00:00Z",
		Day: "2024-03-01T00:00:00Z", Month: "2024-03-01T00:00:00Z"} {
		if got := b.Start(moment).Format(time.RFC3339Nano); got != want {
			t.Errorf("%s: %s, want %s", b, got, want)
		}
	}
}

// The order in which events come never shows.
func TestEvalIsOrderFree(t *testing.T) {
	a, err := Report("usage", []string{"model", "day"}, NoBucket, nil, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	match := func(n Node, e *event.Event) bool { return Match(n, e, nil) }
	want := eval(t, a)
	rapid.Check(t, func(r *rapid.T) {
		got, err := Eval(a, slices.Values(rapid.Permutation(week()).Draw(r, "events")), match)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("-want +got:\n%s", diff)
		}
	})
}
