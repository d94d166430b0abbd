package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// rollback takes back what a run did, the newest first, after it failed by
// cause. Its error says what stays, and why.
func (r *run) rollback(ctx context.Context, cause error) error {
	t := r.tool
	changed := len(r.done) > 0 || r.back != nil
	if changed {
		t.tell("  taking back what this run did")
	}
	var wrong []error
	if r.back != nil {
		if err := r.back(ctx); err != nil {
			wrong = append(wrong, fmt.Errorf("put logging back: %w", err))
		}
	}
	for _, was := range slices.Backward(r.done) {
		if err := r.restore(ctx, was); err != nil {
			wrong = append(wrong, err)
		}
	}
	remedy := t.goOn(hintOf(cause), "seismo deploy up")
	if len(wrong) > 0 {
		return &Error{What: cause.Error(), Unchanged: "not everything could be taken back: " + errors.Join(wrong...).Error() + r.left(),
			Remedy: "`seismo deploy status` shows what is there, `seismo deploy down` removes it. " + remedy, Err: cause}
	}
	outcome := "everything that this run did in " + r.region + " was taken back"
	switch {
	case !changed:
		outcome = "nothing was changed in " + r.region
	case len(r.stays) > 0:
		outcome = "what this run did in " + r.region + " was taken back" + r.left()
	}
	if r.cleared {
		outcome += "; what an earlier try had left half-made is gone"
	}
	return &Error{What: cause.Error(), Unchanged: outcome, Remedy: remedy, Err: cause}
}

// left is the end of a sentence about what stays.
func (r *run) left() string {
	if len(r.stays) == 0 {
		return ""
	}
	return "; of what it made these stay: " + strings.Join(r.stays, ", ")
}

// restore removes a stack that was made, and gives one that was changed its
// former template and parameters. What somebody else changed since stays.
func (r *run) restore(ctx context.Context, was *before) error {
	t, s := r.tool, was.stack
	if err := s.look(ctx); err != nil || !s.found {
		return err
	}
	kept, err := t.kept(ctx, s)
	if err != nil {
		return err
	}
	if was.made {
		if err := t.remove(ctx, s); err != nil {
			return err
		}
		r.tidy(ctx, kept, was.left)
		return nil
	}
	return r.putBack(ctx, was, kept)
}

// putBack gives a stack its former template and parameters.
func (r *run) putBack(ctx context.Context, was *before, kept []Kept) error {
	t, s := r.tool, was.stack
	if s.busy() {
		if err := t.settle(ctx, s, noEvents()); err != nil {
			return err
		}
	}
	switch {
	case s.status == types.StackStatusUpdateRollbackFailed:
		return &Error{What: fmt.Sprintf("CloudFormation could not take back the change of the stack %s in %s (%s); the next `seismo deploy up` goes on with that",
			s.name, s.region, s.status)}
	case !s.well():
		return nil // CloudFormation took it back itself
	case !was.after.IsZero() && !s.changed.Equal(was.after):
		return &Error{What: fmt.Sprintf("somebody else changed the stack %s in %s meanwhile; it stays as it is", s.name, s.region)}
	}
	set, _, err := t.changeSet(ctx, s, setOfUp, was.text, was.parameters)
	if err != nil {
		return err
	}
	if set == "" {
		return was.hides()
	}
	if err := t.execute(ctx, s, set, func() {}); err != nil {
		return err
	}
	now, err := t.kept(ctx, s)
	if err != nil {
		return err
	}
	var has []string
	for _, k := range now {
		has = append(has, k.Name)
	}
	r.tidy(ctx, kept, append(has, was.left...))
	return was.hides()
}

// hides names the parameters whose former values nobody can see: they keep those
// that this run gave.
func (was *before) hides() error {
	if len(was.hidden) == 0 {
		return nil
	}
	names := strings.Join(was.hidden, " and ")
	return &Error{What: fmt.Sprintf("%s of the stack %s keeps the value that this run gave, since CloudFormation shows no former one; `seismo deploy up --set %s=…` with the former value puts it back",
		names, was.stack.name, was.hidden[0])}
}

// tidy deletes what a stack keeps that is no more, but for what was there before:
// what this run made and nobody has written to yet goes too, so that a failed try
// leaves nothing.
func (r *run) tidy(ctx context.Context, kept []Kept, before []string) {
	opened := false // something that the key opens stays
	for _, kind := range holding {
		for _, k := range kept {
			switch {
			case k.Type != kind:
			case slices.Contains(before, k.Name):
				opened = true
			case kind == "AWS::KMS::Key" && opened:
				r.stay(k, "it opens what stays")
			default:
				gone, err := r.tool.deleteUnused(ctx, k)
				switch {
				case err != nil:
					r.stay(k, err.Error())
				case !gone:
					r.stay(k, "something was written to it")
				default:
					r.tool.tell("  removed  %s (%s)", k.Name, k.Type)
				}
				opened = opened || !gone
			}
		}
	}
}

// stay remembers something that this run made and that stays.
func (r *run) stay(k Kept, why string) {
	r.tool.tell("  stays    %s (%s): %s", k.Name, k.Type, why)
	r.stays = append(r.stays, fmt.Sprintf("%s (%s: %s)", k.Name, k.Type, why))
}
