package logging

import (
	"context"
	"errors"
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
