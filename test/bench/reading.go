package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// timing is how long one question took.
type timing struct {
	Name   string  `json:"name"`
	Rounds int     `json:"rounds"`
	First  float64 `json:"first_seconds"`
	Best   float64 `json:"best_seconds"` // of the rounds
	CPU    float64 `json:"cpu_seconds"`  // of that round, all cores
	Rows   int     `json:"rows"`
}

// reports are those that are timed: name and fields.
var reports = [][2]string{{"cost", "person"}, {"usage", "model"}, {"usage", "day"}, {"performance", "model"}, {"security", "region"}}

// timeReports asks for reports over a whole store.
func timeReports(ctx context.Context, t task) (list []timing, err error) {
	d, err := openDatabase(ctx, t.DB)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for _, r := range reports {
		a, err := query.Report(r[0], []string{r[1]}, query.NoBucket, nil, time.Time{}, time.Time{})
		if err != nil {
			return nil, err
		}
		one, err := repeat(t.Repeat, "report "+r[0]+" by "+r[1], func() (int, error) {
			table, err := d.Aggregate(ctx, a)
			return len(table.Rows), err
		})
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	late, err := reportAfterLate(ctx, d, t)
	return append(list, late), err
}

// reportAfterLate appends CloudTrail events that come late, and asks: the first
// reader waits until they are merged with their calls.
func reportAfterLate(ctx context.Context, d *database, t task) (one timing, err error) {
	const late = 1000
	v := &inventor{newWriter(newLexicon(t.Seed), t.Seed, 1), t.Calls}
	page, err := d.Search(ctx, query.Query{Where: query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}, Limit: late})
	if err != nil {
		return one, err
	}
	var events []event.Event
	for i := range page.Events {
		e := v.trail(&page.Events[i])
		e.Trail.ID = fmt.Sprintf("f%d-%d", time.Now().UnixNano(), i)
		e.ID = event.TrailID(e.Account, e.Region, e.Trail.ID, nil)
		events = append(events, e)
	}
	if _, err := d.Append(ctx, store.Batch{Events: events}); err != nil {
		return one, err
	}
	a, err := query.Report("cost", []string{"person"}, query.NoBucket, nil, time.Time{}, time.Time{})
	if err != nil {
		return one, err
	}
	return repeat(1, "report cost by person after 1,000 late CloudTrail events, their merge included", func() (int, error) {
		table, err := d.Aggregate(ctx, a)
		return len(table.Rows), err
	})
}

// timeSearches searches what was said in a whole store.
func timeSearches(ctx context.Context, t task) (list []timing, err error) {
	d, err := openDatabase(ctx, t.DB)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	for _, text := range []string{planted, planted + " person:person7*", "nowhere" + planted} {
		node, err := query.Parse(text)
		if err != nil {
			return nil, err
		}
		one, err := repeat(t.Repeat, "search "+text, func() (int, error) {
			page, err := d.Search(ctx, query.Query{Where: node})
			return len(page.Events), err
		})
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// repeat times a question, once and then in rounds.
func repeat(rounds int, name string, ask func() (rows int, err error)) (t timing, err error) {
	t.Name, t.Rounds = name, max(rounds, 1)
	for i := range t.Rounds {
		watch := startWatch()
		rows, err := ask()
		if err != nil {
			return t, fmt.Errorf("%s: %w", name, err)
		}
		took := watch.stop()
		if i == 0 {
			t.First, t.Rows = took.Wall, rows
		}
		if i == 0 || took.Wall < t.Best {
			t.Best, t.CPU = took.Wall, took.CPU
		}
	}
	return t, nil
}
