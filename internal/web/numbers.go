package web

import (
	"context"
	"fmt"
	"math"

	"seismo/internal/event"
	"seismo/internal/query"
)

// asker asks one page's numbers: all of them over the same calls and time.
type asker struct {
	*site
	period period
	where  query.Node
	filter string
}

// totals are the figures at the head of the first page. A nil pointer is a
// number that no call tells.
type totals struct {
	Calls, Failed, Throttled     int64
	People, Unattributed         int64
	Unpriced, Untimed            int64 // Untimed calls do not tell their latency
	Spend, P95                   *float64
	Input, Read, Written, Output *int64
	Links                        links
}

// links lead to the calls behind a figure.
type links struct{ Failed, Unattributed, Unpriced, Untimed string }

// Succeeded is how many calls were answered.
func (t totals) Succeeded() int64 { return t.Calls - t.Failed }

// All is the sum of the tokens that are known.
func (t totals) All() *int64 {
	if t.Input == nil && t.Read == nil && t.Written == nil && t.Output == nil {
		return nil
	}
	sum := value(t.Input) + value(t.Read) + value(t.Written) + value(t.Output)
	return &sum
}

// Cached is the share of what was read that came from the cache.
func (t totals) Cached() string {
	if t.Read == nil {
		return unknown
	}
	return percent(*t.Read, *t.Read+value(t.Input)+value(t.Written))
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

func (a asker) totals(ctx context.Context) (totals, error) {
	table, err := a.ask(ctx, query.Aggregate{Measures: append(
		query.Figures("calls", "failed", "people", "tokens.input", "tokens.cache_read", "tokens.cache_write", "tokens.output",
			"cost.usd", "unpriced", "latency.p95", "latency.unknown", "throttled"),
		query.Measure{Func: query.Count, Field: "person", As: "attributed"})})
	if err != nil || len(table.Rows) == 0 {
		return totals{}, err
	}
	c := table.Cells(0)
	return totals{
		Calls: c.Count("calls"), Failed: c.Count("failed"), Throttled: c.Count("throttled"),
		People: c.Count("people"), Unattributed: c.Count("calls") - c.Count("attributed"),
		Unpriced: c.Count("unpriced"), Untimed: c.Count("latency.unknown"),
		Spend: c.Decimal("cost.usd"), P95: c.Decimal("latency.p95"),
		Input: c.Integer("tokens.input"), Read: c.Integer("tokens.cache_read"),
		Written: c.Integer("tokens.cache_write"), Output: c.Integer("tokens.output"),
		Links: links{
			Failed:       a.narrow(query.Compare{Field: "outcome", Op: query.Equal, Value: event.Failure}),
			Unpriced:     a.narrow(query.Compare{Field: "cost.state", Op: query.Equal, Value: event.Unpriced}),
			Unattributed: a.narrow(query.Not{Node: query.Has{Field: "person"}}),
			Untimed:      a.narrow(query.Not{Node: query.Has{Field: "latency.ms"}}),
		},
	}, nil
}

// calls draws the calls over time by how they ended.
func (a asker) calls(ctx context.Context) (chart, error) {
	table, err := a.ask(ctx, query.Aggregate{Bucket: a.period.Fine, Limit: maxBuckets, Measures: query.Figures("calls", "failed", "throttled")})
	if err != nil {
		return chart{}, err
	}
	t := newTimeline(a.period.Fine, a.period.From, a.period.To)
	answered := series{"answered", "ok", make([]float64, len(t.at))}
	turned := series{"throttled", "warn", make([]float64, len(t.at))}
	failed := series{"failed", "bad", make([]float64, len(t.at))}
	for i := range table.Rows {
		c := table.Cells(i)
		at, ok := t.index[c.Time(query.TimeColumn)]
		if !ok {
			continue
		}
		bad, slow := float64(c.Count("failed")), float64(c.Count("throttled"))
		answered.Values[at] = float64(c.Count("calls")) - bad
		turned.Values[at], failed.Values[at] = slow, bad-slow
	}
	say := func(v float64) string { return short(int64(math.Round(v))) }
	return draw("Calls over time", t, []series{answered, turned, failed}, a.filter, say), nil
}

// families is how many model families a chart tells apart; the others are one.
const families = 5

// spend draws what calls cost over time by model family.
func (a asker) spend(ctx context.Context) (chart, error) {
	table, err := a.ask(ctx, query.Aggregate{Bucket: a.period.Coarse, By: []string{"family"}, Limit: 10_000,
		Measures: query.Figures("cost.usd")})
	if err != nil {
		return chart{}, err
	}
	t := newTimeline(a.period.Coarse, a.period.From, a.period.To)
	found := map[string]*series{}
	for i := range table.Rows {
		c := table.Cells(i)
		usd, name := c.Decimal("cost.usd"), c.Text("family")
		at, ok := t.index[c.Time(query.TimeColumn)]
		if !ok || usd == nil {
			continue
		}
		if name == "" {
			name = "unknown"
		}
		if found[name] == nil {
			found[name] = &series{Name: line(name), Values: make([]float64, len(t.at))}
		}
		found[name].Values[at] += *usd
	}
	return draw("Spend over time", t, largest(found, families), a.filter, dollars), nil
}

func (a asker) ask(ctx context.Context, q query.Aggregate) (query.Table, error) {
	q.Where, q.From, q.To = a.where, a.period.From, a.period.To
	table, err := a.Aggregate(ctx, q)
	if err != nil {
		return table, fmt.Errorf("aggregate: %w", err)
	}
	return table, nil
}
