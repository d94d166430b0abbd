package report

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"seismo/internal/bill"
	"seismo/internal/coverage"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// Sources are what a report is made from. Every func may be nil: what it would
// tell is then left out.
type Sources struct {
	Rows       query.Searcher
	Findings   func(ctx context.Context, limit int) ([]event.Finding, error)
	Coverage   func(ctx context.Context, from, to time.Time) (coverage.Report, error)
	Quarantine func(ctx context.Context, limit int) ([]store.Quarantined, error)
	Invented   func(account string) bool // whether an account is one of the simulation's
	Bills      bill.Ask                  // of days in UTC
}

// Bounds of what is listed.
const (
	ranked       = 12
	mostFindings = 10_000
	mostBad      = 10_000
	families     = 5
)

var callsOnly = query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}

// Make makes the report of a period. What a source beside the rows cannot tell is
// named in Missing and does not fail the report.
func Make(ctx context.Context, s Sources, p Period, made time.Time) (Report, error) {
	r := Report{Period: p, Made: made, Severities: map[string]int{}}
	a := asker{rows: s.Rows, period: p}
	var err error
	if r.Now, err = a.totals(ctx, p); err != nil {
		return r, err
	}
	if r.Former, err = a.totals(ctx, p.Before()); err != nil {
		return r, err
	}
	a.alone = r.Alone()
	if err = r.whence(ctx, s); err != nil {
		return r, err
	}
	if r.Slots, r.Families, err = a.slots(ctx); err != nil {
		return r, err
	}
	for _, part := range []struct {
		into  *Ranking
		by    []string
		where query.Node
	}{
		{&r.Models, []string{"model"}, nil}, {&r.People, []string{"person"}, nil}, {&r.Teams, []string{"team"}, nil},
		{&r.Places, []string{"account", "region"}, nil},
		{&r.Failures, []string{"error", "model"}, query.Compare{Field: "outcome", Op: query.Equal, Value: event.Failure}},
	} {
		if *part.into, err = a.ranking(ctx, part.by, part.where); err != nil {
			return r, err
		}
	}
	slices.SortStableFunc(r.Failures.Rows, func(a, b Line) int { return cmp.Compare(b.Calls, a.Calls) })
	r.beside(ctx, a, s)
	return r, ctx.Err()
}

// beside adds what does not come from rows.
func (r *Report) beside(ctx context.Context, a asker, s Sources) {
	missed := func(what string, err error) {
		r.Missing = append(r.Missing, what+" could not be read: "+err.Error())
	}
	if s.Findings != nil {
		if err := r.findings(ctx, s); err != nil {
			missed("findings", err)
		}
	}
	if s.Coverage != nil {
		if err := r.measure(ctx, s); err != nil {
			missed("coverage", err)
		}
	}
	if s.Quarantine != nil {
		if err := r.quarantine(ctx, s); err != nil {
			missed("quarantine", err)
		}
	}
	if s.Bills != nil {
		if err := r.bills(ctx, a, s.Bills); err != nil {
			missed("the bill", err)
		}
	}
}

// measured is the longest span that the meter is asked for at once: it measures a
// month, and some months have an hour more.
const measured = 10 * 24 * time.Hour

// measure asks for the coverage part by part. The meter counts whole hours; a
// zone with half of one is rounded outwards.
func (r *Report) measure(ctx context.Context, s Sources) error {
	from := r.Period.From.UTC().Truncate(time.Hour)
	to := r.Period.To.UTC().Add(time.Hour - 1).Truncate(time.Hour)
	var rows []coverage.Row
	for at := from; at.Before(to); at = at.Add(measured) {
		end := at.Add(measured)
		if end.After(to) {
			end = to
		}
		c, err := s.Coverage(ctx, at, end)
		if err != nil {
			return err
		}
		rows = append(rows, c.Rows...)
	}
	slices.SortStableFunc(rows, func(a, b coverage.Row) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Endpoint, b.Endpoint), a.Hour.Compare(b.Hour))
	})
	c := coverage.NewReport(from, to, rows)
	r.Coverage = &c
	return nil
}

func (r *Report) findings(ctx context.Context, s Sources) error {
	list, err := s.Findings(ctx, mostFindings)
	if err != nil {
		return err
	}
	for _, f := range list {
		if f.Time.Before(r.Period.From) || !f.Time.Before(r.Period.To) {
			continue
		}
		f.Raw = nil
		r.Findings = append(r.Findings, f)
		r.Severities[f.Severity]++
	}
	return nil
}

func (r *Report) quarantine(ctx context.Context, s Sources) error {
	list, err := s.Quarantine(ctx, mostBad)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, q := range list {
		if !q.Time.Before(r.Period.From) && q.Time.Before(r.Period.To) {
			count[q.Reason]++
		}
	}
	for reason, n := range count {
		r.Quarantine = append(r.Quarantine, Reason{reason, n})
	}
	slices.SortFunc(r.Quarantine, func(a, b Reason) int { return cmp.Or(b.Items-a.Items, cmp.Compare(a.Reason, b.Reason)) })
	return nil
}

// asker asks a report's numbers.
type asker struct {
	rows   query.Searcher
	period Period
	alone  bool // the period before has no calls
}

func (a asker) ask(ctx context.Context, p Period, q query.Aggregate) (query.Table, error) {
	q.From, q.To = p.From.UTC(), p.To.UTC()
	if q.Where == nil {
		q.Where = callsOnly
	} else {
		q.Where = query.And{callsOnly, q.Where}
	}
	t, err := a.rows.Aggregate(ctx, q)
	if err != nil {
		return t, fmt.Errorf("sum up %s: %w", p.Name(), err)
	}
	return t, nil
}

func (a asker) totals(ctx context.Context, p Period) (Totals, error) {
	table, err := a.ask(ctx, p, query.Aggregate{Measures: append(query.Figures("calls", "failed", "throttled", "people", "unpriced", "cost.usd",
		"latency.p95", "tokens.input", "tokens.cache_read", "tokens.cache_write", "tokens.output"),
		query.Measure{Func: query.Count, Field: "person", As: "told"})})
	if err != nil || len(table.Rows) == 0 {
		return Totals{}, err
	}
	c := table.Cells(0)
	return Totals{
		Calls: c.Count("calls"), Failed: c.Count("failed"), Throttled: c.Count("throttled"), People: c.Count("people"),
		Nobody: c.Count("calls") - c.Count("told"), Unpriced: c.Count("unpriced"), USD: c.Decimal("cost.usd"), P95: c.Decimal("latency.p95"),
		Input: c.Integer("tokens.input"), Read: c.Integer("tokens.cache_read"), Written: c.Integer("tokens.cache_write"),
		Output: c.Integer("tokens.output"),
	}, nil
}

// slots asks for each bar by itself: hours and days of a time zone are no buckets
// of the query language, which are UTC's.
func (a asker) slots(ctx context.Context) ([]Slot, []string, error) {
	var list []Slot
	spend := map[string]float64{}
	var byFamily []map[string]float64
	for _, p := range a.period.slots() {
		t, err := a.ask(ctx, p, query.Aggregate{By: []string{"family"}, Measures: query.Figures("calls", "failed", "throttled", "cost.usd"), Limit: query.ReportRows})
		if err != nil {
			return nil, nil, err
		}
		s, costs := Slot{From: p.From}, map[string]float64{}
		for i := range t.Rows {
			c := t.Cells(i)
			s.Throttled += c.Count("throttled")
			s.Failed += c.Count("failed") - c.Count("throttled")
			s.Answered += c.Count("calls") - c.Count("failed")
			if usd := c.Decimal("cost.usd"); usd != nil {
				name := cmp.Or(c.Text("family"), "unknown")
				costs[name] += *usd
				spend[name] += *usd
			}
		}
		list, byFamily = append(list, s), append(byFamily, costs)
	}
	names := slices.SortedFunc(maps.Keys(spend), func(x, y string) int { return cmp.Or(cmp.Compare(spend[y], spend[x]), cmp.Compare(x, y)) })
	shown := names
	if len(names) > families {
		shown = append(slices.Clone(names[:families]), "others")
	}
	for i := range list {
		list[i].Spend = make([]float64, len(shown))
		for j, name := range names {
			list[i].Spend[min(j, len(shown)-1)] += byFamily[i][name]
		}
	}
	return list, shown, nil
}
