package report

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"seismo/internal/query"
)

// whence finds out whether calls of an invented company are in the database, and,
// where the period has no calls, of when the newest one is.
func (r *Report) whence(ctx context.Context, s Sources) error {
	if s.Invented != nil {
		t, err := s.Rows.Aggregate(ctx, query.Aggregate{Where: callsOnly, By: []string{"account"}, Measures: query.Figures("calls"), Limit: query.ReportRows})
		if err != nil {
			return fmt.Errorf("list the accounts: %w", err)
		}
		for i := range t.Rows {
			if name := t.Cells(i).Text("account"); s.Invented(name) {
				r.Invented = append(r.Invented, name)
			} else {
				r.Mixed = true
			}
		}
		slices.Sort(r.Invented)
	}
	if r.Now.Calls > 0 {
		return nil
	}
	page, err := s.Rows.Search(ctx, query.Query{Where: callsOnly, Limit: 1})
	if err != nil {
		return fmt.Errorf("look for the newest call: %w", err)
	}
	if len(page.Events) > 0 {
		r.Newest = page.Events[0].Time
	}
	return nil
}

// Warning says that the calls are invented; "" when they are not.
func (r *Report) Warning() string {
	switch {
	case len(r.Invented) == 0:
		return ""
	case r.Mixed:
		return "Partly simulated data. The calls of " + clean(strings.Join(r.Invented, ", ")) +
			" are those of an invented company, and are in every number here."
	}
	return "Simulated data. An invented company: no AWS account was read, and people, calls and sums are made up."
}

// Empty says that there were no calls, and when there were; "" when there are some.
func (r *Report) Empty() string {
	switch {
	case r.Now.Calls > 0:
		return ""
	case r.Newest.IsZero():
		return "No calls are stored yet: a source in the configuration or seismo ingest brings them."
	}
	at := r.Newest.In(r.Period.From.Location())
	text := "No calls of this time are stored. The newest one is of " + at.Format("2 January 2006 15:04") + " " + r.Period.zone()
	if at.Before(r.Period.From) {
		text += "; --date " + at.Format(time.DateOnly) + " makes the report of that time"
	}
	return text + "."
}

// Meaning explains the drifts, with what makes the two periods unlike.
func (r *Report) Meaning() string {
	if r.Alone() {
		return ""
	}
	text := "Drift is the change from " + r.Period.Before().Name() + ": +50 % is half as much again, ×15 fifteen times as much, " +
		"new was not there then, – has nothing to be held against."
	days := func(p Period) int { return int(p.To.Sub(p.From).Hours()+12) / 24 }
	now, before := days(r.Period), days(r.Period.Before())
	if now != before {
		text += fmt.Sprintf(" It is of the whole sums: %s has %d days and %s has %d.", r.Period.Name(), now, r.Period.Before().Name(), before)
	}
	return text
}

// Whose tells whose sums of money the report has.
func (r *Report) Whose() string {
	if r.Bills == nil {
		return "Costs are by the price book, not the bill."
	}
	return "Costs are by the price book; what AWS billed is held against them above."
}
