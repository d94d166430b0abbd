package logging

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
)

// Drift is how far one Region is from what was wished for it: the plan that puts
// it back. No steps is no drift.
type Drift = Plan

// Watched are the Regions of this account for which a wish is remembered.
func (t *Tool) Watched(ctx context.Context) ([]string, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	prefix := "wish logging " + id + " "
	wishes, err := t.opt.Memory.Facts(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var regions []string
	for name := range wishes {
		regions = append(regions, strings.TrimPrefix(name, prefix))
	}
	slices.Sort(regions)
	return regions, nil
}

// Watch compares what is with what was wished when logging was enabled. It only
// reads; Apply makes a drift's plan true.
func (t *Tool) Watch(ctx context.Context, regions []string) ([]Drift, error) {
	drifts, errs := make([]*Drift, len(regions)), make([]error, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			p, err := t.place(ctx, region)
			if err == nil {
				drifts[i], err = t.drift(ctx, p)
			}
			errs[i] = err
		})
	}
	work.Wait()
	var list []Drift
	for _, d := range drifts {
		if d != nil {
			list = append(list, *d)
		}
	}
	return list, errors.Join(errs...)
}

// WatchTrails compares each trail that was enabled with what was wished of it: its
// settings, selectors and Insights, whether it records, and of one that seismo made
// its bucket, group and role too. regions are the homes to look at; nil is all. It
// only reads; Restore makes a drift's plan true.
func (t *Tool) WatchTrails(ctx context.Context, regions []string) ([]Drift, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	wishes, err := t.opt.Memory.Facts(ctx, "wish trail "+id+" ")
	if err != nil {
		return nil, err
	}
	var list []Drift
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(wishes)) {
		var w TrailWish
		if err := json.Unmarshal([]byte(wishes[name]), &w); err != nil {
			return nil, err
		}
		if err := t.homeOf(ctx, &w, strings.TrimPrefix(name, "wish ")); err != nil {
			return nil, err
		}
		if regions != nil && !slices.Contains(regions, w.Home) {
			continue
		}
		w.Existing = true
		plan, err := t.PlanTrail(ctx, w, w.Home)
		plan.vanished()
		plan.Steps = slices.DeleteFunc(plan.Steps, func(s Step) bool { return !s.changes() })
		list, errs = append(list, plan), append(errs, err)
	}
	return list, errors.Join(errs...)
}

// homeOf finds the home of a trail that was enabled before it was written down: the
// journal's settings name it.
func (t *Tool) homeOf(ctx context.Context, w *TrailWish, scope string) error {
	if w.Home != "" {
		return nil
	}
	w.Home = t.account.Region()
	done, err := t.opt.Journal.Changes(ctx, scope)
	for _, c := range done {
		if s, err := parseSetting(c.Setting); err == nil {
			w.Home = s.region
		}
	}
	return err
}

// Restore makes plans of Watch and WatchTrails true. There is one error for each.
func (t *Tool) Restore(ctx context.Context, drifts []Drift) []error {
	errs := make([]error, len(drifts))
	var work sync.WaitGroup
	for i := range drifts {
		work.Go(func() {
			if drifts[i].trail != nil {
				errs[i] = t.ApplyTrail(ctx, &drifts[i])
				return
			}
			errs[i] = t.applyRegion(ctx, &drifts[i])
		})
	}
	work.Wait()
	return errs
}

// drift is nil where nothing was wished.
func (t *Tool) drift(ctx context.Context, p place) (*Drift, error) {
	if t.opt.Memory == nil {
		return nil, nil
	}
	text, err := t.opt.Memory.Fact(ctx, p.wishName())
	if text == "" || err != nil {
		return nil, err
	}
	var w Wish
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return nil, err
	}
	w.Force = true // what was wished wins over what came after
	plan, err := t.planRegion(ctx, w, p.region)
	plan.Steps = slices.DeleteFunc(plan.Steps, func(s Step) bool { return !s.changes() })
	return plan, err
}
