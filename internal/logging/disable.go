package logging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// PlanDisable is PlanUndo, and of a Region where nothing is to be undone a plan
// that turns logging off, which how.Force must allow.
func (t *Tool) PlanDisable(ctx context.Context, regions []string, how Undoing) ([]Plan, []error) {
	plans, errs := t.PlanUndo(ctx, regions, how)
	for i := range plans {
		if errs[i] == nil && len(plans[i].Steps) == 0 {
			errs[i] = plans[i].turnOff(ctx, how)
		}
	}
	return plans, errs
}

// turnOff plans to delete a configuration that seismo did not make.
func (plan *Plan) turnOff(ctx context.Context, how Undoing) error {
	s := settingOf(kindLogging, plan.Region, "configuration")
	now, err := s.read(ctx, plan.place, s.name)
	if err != nil || now == "" {
		return err
	}
	step := Step{Region: plan.Region, Kind: s.kind.name, Name: s.name, Verb: Delete, Before: now, part: part{setting: s, want: func(string) (string, error) { return "", nil }},
		Needs: slices.Concat(s.reads, s.writes)}
	plan.Steps = append(plan.Steps, step)
	if !how.Force {
		plan.Conflict = "logging is on, and seismo did not turn it on"
		plan.Remedy = "Give --force to turn it off; `seismo logging undo` puts it back."
		plan.err = &trouble{what: "turn it off", why: plan.Conflict, remedy: plan.Remedy, err: ErrTaken}
	}
	return nil
}

// Disable makes plans of PlanDisable true.
func (t *Tool) Disable(ctx context.Context, plans []Plan, how Undoing) []error {
	errs := make([]error, len(plans))
	var work sync.WaitGroup
	for i := range plans {
		work.Go(func() {
			plan := &plans[i]
			again := t.again("seismo logging disable --region " + plan.Region)
			switch off := plan.TurnsOff(); {
			case plan.err != nil:
				errs[i] = &Failure{Region: plan.Region, Err: plan.err, Again: again + " --force"}
			case off:
				errs[i] = t.alone(ctx, plan, again, func() error { return t.run(ctx, plan, again) })
			default:
				errs[i] = t.undo(ctx, plan, how, again)
			}
		})
	}
	work.Wait()
	return errs
}

// Undoable are the Regions of this account whose logging seismo changed.
func (t *Tool) Undoable(ctx context.Context) ([]string, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	all, err := t.opt.Journal.Changes(ctx, "")
	if err != nil {
		return nil, err
	}
	var regions []string
	for _, c := range all {
		if region, ok := strings.CutPrefix(c.Scope, "logging "+id+" "); ok && !slices.Contains(regions, region) {
			regions = append(regions, region)
		}
	}
	slices.Sort(regions)
	return regions, nil
}

// Join is what several Regions' errors are together; nil when there is none.
func Join(errs []error) error {
	if err := errors.Join(errs...); err != nil {
		var first error
		others := 0
		for _, e := range errs {
			if e != nil && first == nil {
				first = e
			} else if e != nil {
				others++
			}
		}
		if others == 0 {
			return first
		}
		return fmt.Errorf("%w (and %d Regions more)", first, others)
	}
	return nil
}
