package logging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Verb says what a step does.
type Verb string

// The verbs of steps.
const (
	Create Verb = "create" // it is not there
	Change Verb = "change"
	Keep   Verb = "keep"   // it is as it should be
	Delete Verb = "delete" // seismo made it
	Leave  Verb = "leave"  // it stays although it was to go; Note says why
)

// Step is what happens to one setting of one thing.
type Step struct {
	Region string   `json:"region"`
	Kind   string   `json:"kind"` // bucket, bucket.policy, group, role, logging, …
	Name   string   `json:"name"` // of the thing
	Verb   Verb     `json:"verb"`
	Before string   `json:"before,omitzero"` // JSON; "" is absent
	After  string   `json:"after,omitzero"`
	Note   string   `json:"note,omitzero"`
	Needs  []string `json:"actions"` // IAM actions

	part  part
	fresh bool // its thing is made by the same plan
	off   bool // of an undo: a configuration that cannot be put back
}

// Plan is what would be done in one Region.
type Plan struct {
	Account     string       `json:"account"`
	Region      string       `json:"region"`
	Trail       string       `json:"trail,omitzero"` // of plans of a trail
	Steps       []Step       `json:"steps"`
	Conflict    string       `json:"conflict,omitzero"` // why it cannot be applied as it is
	Remedy      string       `json:"remedy,omitzero"`
	Permissions []Permission `json:"permissions,omitzero"`
	Cost        *Cost        `json:"cost,omitzero"`

	place  place
	wish   Wish
	trail  *TrailWish // of plans of a trail
	scope  string
	basis  basis        // of plans of an undo
	canary []Permission // what a canary needs beside
	err    error        // Conflict as an error
}

// Changes is how many steps change something.
func (plan *Plan) Changes() int {
	n := 0
	for _, s := range plan.Steps {
		if s.changes() {
			n++
		}
	}
	return n
}

func (s Step) changes() bool { return s.Verb == Create || s.Verb == Change || s.Verb == Delete }

// together is how many settings of a Region are read at once.
const together = 6

// Plan works out what a wish changes in some Regions. It only reads. A Region
// that cannot be read has its error; the others have their plans.
func (t *Tool) Plan(ctx context.Context, w Wish, regions []string) ([]Plan, []error) {
	plans, errs := make([]Plan, len(regions)), make([]error, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			plan, err := t.planRegion(ctx, w, region)
			plans[i], errs[i] = *plan, err
		})
	}
	work.Wait()
	return plans, errs
}

func (t *Tool) planRegion(ctx context.Context, w Wish, region string) (*Plan, error) {
	plan := &Plan{Region: region}
	p, err := t.place(ctx, region)
	if err != nil {
		return plan, err
	}
	plan.Account, plan.place, plan.scope = p.id, p, p.scope()
	if plan.wish, err = w.at(p); err != nil {
		return plan, err
	}
	now, err := readLogging(ctx, p, "")
	if err != nil {
		return plan, err
	}
	mine, err := t.mayReplace(ctx, p, &plan.wish, now)
	if err != nil {
		return plan, err
	}
	plan.wish.Force = plan.wish.Force || mine
	err = plan.fill(ctx, plan.wish.parts(p))
	return plan, err
}

// fill reads all settings and compares them with what is wanted: things first,
// since the settings of one that is not there need not be read.
func (plan *Plan) fill(ctx context.Context, parts []part) error {
	before, err := readAll(ctx, plan.place, parts, func(s setting) bool { return s.in == "" })
	if err != nil {
		return err
	}
	absent, unfit := map[string]bool{}, map[string]bool{}
	for i, q := range parts {
		if q.in == "" {
			_, err := q.want(before[i])
			absent[q.id()], unfit[q.id()] = before[i] == "", errors.As(err, new(*trouble))
		}
	}
	inside, err := readAll(ctx, plan.place, parts, func(s setting) bool { return s.in != "" && !absent[s.thing()] && !unfit[s.thing()] })
	if err != nil {
		return err
	}
	for i, q := range parts {
		if q.in != "" && unfit[q.thing()] {
			continue
		}
		step := Step{Region: plan.Region, Kind: q.kind.name, Name: q.name, Before: before[i] + inside[i], part: q,
			Needs: slices.Concat(q.reads, q.writes), fresh: q.in != "" && absent[q.thing()]}
		step.After, err = q.want(step.Before)
		var hint interface{ Hint() string }
		switch {
		case err == nil:
		case isTaken(err) || errors.As(err, new(*trouble)):
			plan.err, plan.Conflict = err, err.Error()
			if errors.As(err, &hint) {
				plan.Remedy = hint.Hint()
			}
		default:
			return fmt.Errorf("plan %s of %s: %w", q.kind.name, q.name, err)
		}
		step.Verb = verbOf(step.Before, step.After)
		plan.Steps = append(plan.Steps, step)
	}
	return nil
}

func verbOf(before, after string) Verb {
	switch {
	case before == after:
		return Keep
	case before == "":
		return Create
	case after == "":
		return Delete
	}
	return Change
}

// readAll reads those settings that which chooses, some at once.
func readAll(ctx context.Context, p place, parts []part, which func(setting) bool) ([]string, error) {
	texts, errs := make([]string, len(parts)), make([]error, len(parts))
	seats := make(chan struct{}, together)
	var work sync.WaitGroup
	for i, q := range parts {
		if !which(q.setting) {
			continue
		}
		work.Go(func() {
			seats <- struct{}{}
			defer func() { <-seats }()
			texts[i], errs[i] = q.read(ctx, p, q.name)
		})
	}
	work.Wait()
	return texts, errors.Join(errs...)
}
