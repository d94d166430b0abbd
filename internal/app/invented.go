package app

import (
	"context"
	"slices"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/simulate"
)

// invented tells whether an account is one of the simulation's.
func invented(account string) bool { return slices.Contains(simulate.Accounts(), account) }

// simulated tells whether every call of the database is of the simulation. What
// cannot be found out is not said.
func (a *App) simulated(ctx context.Context) bool {
	t, err := a.store.Aggregate(ctx, query.Aggregate{Where: query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall},
		By: []string{"account"}, Measures: []query.Measure{{Func: query.Count, As: "calls"}}, Limit: query.ReportRows})
	if err != nil || len(t.Rows) == 0 {
		return false
	}
	for i := range t.Rows {
		if !invented(t.Cells(i).Text("account")) {
			return false
		}
	}
	return true
}
