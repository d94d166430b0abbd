package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/simulate"
)

// invented tells whether an account is one of the simulation's.
func invented(account string) bool { return slices.Contains(simulate.Accounts(), account) }

// inventedOf are the accounts of the simulation that have calls in a span, in
// order, and whether others have some too. Zero times leave the span open.
func inventedOf(ctx context.Context, rows query.Searcher, from, to time.Time) (names []string, others bool, err error) {
	t, err := rows.Aggregate(ctx, query.Aggregate{Where: query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}, From: from, To: to,
		By: []string{"account"}, Measures: []query.Measure{{Func: query.Count, As: "calls"}}, Limit: query.ReportRows})
	if err != nil {
		return nil, false, fmt.Errorf("list the accounts: %w", err)
	}
	for i := range t.Rows {
		if name := t.Cells(i).Text("account"); invented(name) {
			names = append(names, name)
		} else {
			others = true
		}
	}
	slices.Sort(names)
	return names, others, nil
}

// simulated tells whether every call of the database is of the simulation. What
// cannot be found out is not said.
func (a *App) simulated(ctx context.Context) bool {
	names, others, err := inventedOf(ctx, a.store, time.Time{}, time.Time{})
	return err == nil && names != nil && !others
}

// warnOfInvented says that calls of the simulation are stored here, and that none
// of them is published.
func (a *App) warnOfInvented(ctx context.Context) {
	if names, _, err := inventedOf(ctx, a.store, time.Time{}, time.Time{}); err == nil && names != nil {
		a.cfg.log().Warn("simulated calls are not published: metrics cannot be deleted, and cost money", "accounts", strings.Join(names, ","))
	}
}
