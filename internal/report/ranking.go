package report

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"seismo/internal/query"
)

// ranking lists what a field's calls cost, with the period before beside it.
func (a asker) ranking(ctx context.Context, by []string, where query.Node) (Ranking, error) {
	now, err := a.lines(ctx, a.period, by, where)
	if err != nil {
		return Ranking{}, err
	}
	before, err := a.lines(ctx, a.period.Before(), by, where)
	if err != nil {
		return Ranking{}, err
	}
	former := map[string]*Line{}
	for i := range before {
		former[before[i].Name] = &before[i]
	}
	for i := range now {
		now[i].Former, now[i].alone = former[now[i].Name], a.alone
	}
	slices.SortStableFunc(now, func(x, y Line) int {
		return cmp.Or(cmp.Compare(usd(y), usd(x)), cmp.Compare(y.Calls, x.Calls), cmp.Compare(x.Name, y.Name))
	})
	r := Ranking{Rows: now}
	if len(now) > ranked {
		r.Rows, r.More = now[:ranked], len(now)-ranked
		r.Rest = sum(now[ranked:])
		r.Rest.alone = a.alone
	}
	r.align()
	return r, nil
}

func (a asker) lines(ctx context.Context, p Period, by []string, where query.Node) ([]Line, error) {
	t, err := a.ask(ctx, p, query.Aggregate{Where: where, By: by, Sort: "-calls", Limit: query.ReportRows, Measures: append(
		query.Figures("calls", "failed", "unpriced", "cost.usd"), query.Measure{Func: query.Sum, Field: "tokens.total", As: "tokens"})})
	if err != nil {
		return nil, err
	}
	var list []Line
	for i := range t.Rows {
		c := t.Cells(i)
		var names []string
		for _, field := range by {
			if text := c.Text(field); text != "" {
				names = append(names, text)
			}
		}
		list = append(list, Line{Name: strings.Join(names, " "), Calls: c.Count("calls"), Failed: c.Count("failed"),
			Unpriced: c.Count("unpriced"), Tokens: c.Integer("tokens"), USD: c.Decimal("cost.usd")})
	}
	return list, nil
}

func usd(l Line) float64 {
	if l.USD == nil {
		return 0
	}
	return *l.USD
}

// align has all sums of a table written to the cent where any of them is one at
// least. Where all are smaller each keeps its own digits.
func (r *Ranking) align() {
	whole := func(l Line) bool { return usd(l) >= cent || l.Former != nil && usd(*l.Former) >= cent }
	cents := slices.ContainsFunc(r.Rows, whole) || whole(r.Rest)
	for i := range r.Rows {
		r.Rows[i].cents = cents
	}
	r.Rest.cents = cents
}

// Spend is the spend as its table writes sums.
func (l Line) Spend() string { return l.written(l.USD) }

// Before is the spend of the period before as its table writes sums.
func (l Line) Before() string {
	if l.Former == nil {
		return unknown
	}
	return l.written(l.Former.USD)
}

func (l Line) written(sum *float64) string {
	if l.cents && sum != nil && *sum > 0 && *sum < cent {
		return "<" + money(cent)
	}
	return dollars(sum)
}

// CallsDrift is by how much the calls moved.
func (l Line) CallsDrift() string {
	switch {
	case l.alone:
		return unknown
	case l.Former == nil:
		return fresh
	}
	return drift(float64(l.Calls), float64(l.Former.Calls))
}

// SpendDrift is by how much the spend moved. What had no price before is not new.
func (l Line) SpendDrift() string {
	switch {
	case l.USD == nil, l.alone:
		return unknown
	case l.Former == nil:
		return fresh
	case l.Former.USD == nil:
		return unknown
	case *l.Former.USD == 0 && *l.USD > 0:
		return "from $0"
	}
	return drift(*l.USD, *l.Former.USD)
}

// Moved is the class of the spend's drift: up by half or more, or down by a third.
func (l Line) Moved() string {
	if l.USD == nil || l.alone || l.Former != nil && value(l.Former.USD) == 0 {
		return ""
	}
	before := 0.0
	if l.Former != nil {
		before = *l.Former.USD
	}
	return moved(*l.USD, before)
}

// Alone tells whether nothing at all is known of the period before.
func (l Line) Alone() bool { return l.alone }

// fresh is what was not there in the period before.
const fresh = "new"

// sum adds lines up.
func sum(lines []Line) Line {
	var all Line
	for _, l := range lines {
		all.Calls += l.Calls
		all.Failed += l.Failed
		all.Unpriced += l.Unpriced
		all.USD = added(all.USD, l.USD)
		all.Tokens = added(all.Tokens, l.Tokens)
		if l.Former != nil {
			if all.Former == nil {
				all.Former = &Line{}
			}
			all.Former.Calls += l.Former.Calls
			all.Former.USD = added(all.Former.USD, l.Former.USD)
		}
	}
	return all
}

func added[N int64 | float64](a, b *N) *N {
	switch {
	case b == nil:
		return a
	case a == nil:
		v := *b
		return &v
	}
	v := *a + *b
	return &v
}

// zone is the time zone's name, for people.
func (p Period) zone() string {
	if p.From.Location() == time.UTC {
		return "UTC"
	}
	return p.From.Location().String()
}
