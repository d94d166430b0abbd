package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
)

// homeView is the first page.
type homeView struct {
	Filter  string // the query as given
	Period  period
	Choices []choice
	Totals  totals
	Calls   chart
	Spend   chart
	Models  ranking
	People  ranking
	Origins ranking
	Newest  []row
	More    string // where all the calls of the period are
	Export  string // CSV of the same
}

// home shows the totals of a time, and what they are made of.
func (s *site) home(w http.ResponseWriter, r *http.Request) error {
	status, err := s.status(r)
	if err != nil {
		return err
	}
	if status.Calls == 0 && status.Trail == 0 {
		return s.render(w, r, http.StatusOK, "start", page{Title: "Start", Nav: "home", Status: status, Body: status})
	}
	values := r.URL.Query()
	where, err := readWhere(values.Get("q"))
	if err != nil {
		return err
	}
	if err := s.extent(r.Context(), &status); err != nil {
		return err
	}
	p, err := readPeriod(values, s.Now(), status)
	if err != nil {
		return err
	}
	view, err := s.survey(r.Context(), p, where, values.Get("q"))
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "home", page{Title: "Home", Nav: "home", Status: status,
		Query: values.Get("q"), Range: p.values(), Body: view})
}

// Unfiltered is the address of the same time without the filter.
func (v homeView) Unfiltered() string { return address("/", v.Period.values()) }

// extent looks for the first and last event where the status does not tell.
func (s *site) extent(ctx context.Context, status *Status) error {
	for _, end := range []struct {
		at     *time.Time
		oldest bool
	}{{&status.Newest, false}, {&status.Oldest, true}} {
		if !end.at.IsZero() {
			continue
		}
		found, err := s.Search(ctx, query.Query{Limit: 1, Oldest: end.oldest})
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		if len(found.Events) > 0 {
			*end.at = found.Events[0].Time
		}
	}
	return nil
}

// survey asks all that the first page shows, a few questions at a time.
func (s *site) survey(ctx context.Context, p period, where query.Node, filter string) (homeView, error) {
	view := homeView{Filter: filter, Period: p, Choices: p.choices("/", filter)}
	view.More = address("/calls", spanned(p, filter))
	view.Export = address("/api/search", exported(p, both(callsOnly, where)))
	ask := asker{site: s, period: p, where: both(callsOnly, where), filter: filter}
	return view, together(ctx,
		func(ctx context.Context) (err error) { view.Totals, err = ask.totals(ctx); return },
		func(ctx context.Context) (err error) { view.Calls, err = ask.calls(ctx); return },
		func(ctx context.Context) (err error) { view.Spend, err = ask.spend(ctx); return },
		func(ctx context.Context) (err error) { view.Models, err = ask.ranking(ctx, "model"); return },
		func(ctx context.Context) (err error) { view.People, err = ask.ranking(ctx, "person"); return },
		func(ctx context.Context) (err error) { view.Origins, err = ask.ranking(ctx, "source.country"); return },
		func(ctx context.Context) (err error) { view.Newest, err = ask.newest(ctx); return },
	)
}

// callsOnly leaves out CloudTrail events that are no model call.
var callsOnly = query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}

func spanned(p period, filter string) url.Values {
	v := writeSpan(p.From, p.To)
	v.Set("q", filter)
	return v
}

func exported(p period, where query.Node) url.Values {
	v := spanned(p, query.Format(where))
	v.Set("format", "csv")
	v.Set("limit", "10000")
	return v
}

// together runs questions two at a time, as many as a small machine has cores
// to answer, and returns the first error.
func together(ctx context.Context, questions ...func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	gate := make(chan struct{}, 2)
	for _, q := range questions {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			if err := q(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("home: %w", context.Cause(ctx))
	}
	return nil
}
