package logging

import (
	"context"
	"slices"

	"seismo/internal/state"
)

// alone does what changes an account and what is written down of it while no other
// process does. Else each could take back what the other had just made.
func (t *Tool) alone(ctx context.Context, plan *Plan, again string, do func() error) error {
	if t.opt.Hold == nil {
		return do()
	}
	release, err := t.opt.Hold(ctx)
	if err != nil {
		return &Failure{Region: plan.Region, Err: err, Again: again, cut: ctx.Err() != nil}
	}
	defer release()
	return do()
}

// basis is what was written down when an undo was planned.
type basis struct {
	changes []state.Change
	uses    map[string]string
}

// stale is an error where another process changed something between the plan of an
// undo and now: what it made the plan does not know, and what it uses the plan would
// take away.
func (t *Tool) stale(ctx context.Context, plan *Plan) error {
	now, err := t.opt.Journal.Changes(ctx, plan.scope)
	if err != nil {
		return err
	}
	uses, err := t.users(ctx, plan.place, plan.scope)
	if err != nil {
		return err
	}
	equal := slices.EqualFunc(now, plan.basis.changes, func(a, b state.Change) bool {
		return a.Setting == b.Setting && a.Before == b.Before && a.After == b.After && a.Begun.Equal(b.Begun)
	})
	if !equal || slices.ContainsFunc(plan.Steps, func(s Step) bool {
		thing := s.part.everywhere()
		return s.changes() && uses[thing] != "" && plan.basis.uses[thing] == ""
	}) {
		return &trouble{what: "undo", why: "another seismo changed something since this was planned", remedy: "Give the command again: it plans anew.", err: ErrChanged}
	}
	return nil
}
