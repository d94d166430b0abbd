package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// rollback takes back what a run did, the newest first, after it failed by
// cause.
func (r *run) rollback(ctx context.Context, cause error) error {
	t := r.tool
	if len(r.done) > 0 || r.enabled {
		t.tell("  taking back what this run did")
	}
	var wrong []error
	if r.enabled {
		if err := t.opt.Enabler.Undo(ctx, r.places()); err != nil {
			wrong = append(wrong, fmt.Errorf("put logging back: %w", err))
		}
	}
	for _, was := range slices.Backward(r.done) {
		if err := t.restore(ctx, was); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return &Error{What: cause.Error(), Unchanged: "not everything could be taken back: " + errors.Join(wrong...).Error(),
			Remedy: "`seismo deploy status` shows what is there, `seismo deploy down` removes it", Err: cause}
	}
	outcome := "everything that this run did in " + r.region + " was taken back"
	if len(r.done) == 0 && !r.enabled {
		outcome = "nothing was changed in " + r.region
	}
	if r.cleared {
		outcome += ", but for what an earlier try had left half-made"
	}
	return &Error{What: cause.Error(), Unchanged: outcome, Remedy: t.goOn(hintOf(cause), "seismo deploy up"), Err: cause}
}

// restore removes a stack that was made, and gives one that was changed its
// former template and parameters. What somebody else changed since stays.
func (t *Tool) restore(ctx context.Context, was *before) error {
	s := was.stack
	if err := s.look(ctx); err != nil || !s.found {
		return err
	}
	if was.made {
		return t.removeMade(ctx, was)
	}
	if !s.well() {
		return nil // CloudFormation took it back itself
	}
	if !was.after.IsZero() && !s.changed.Equal(was.after) {
		return &Error{What: fmt.Sprintf("somebody else changed the stack %s in %s meanwhile; it stays as it is", s.name, s.region)}
	}
	name, _, err := t.changeSet(ctx, s, setOfUp, was.text, was.parameters)
	if err != nil || name == "" {
		return err
	}
	return t.execute(ctx, s, name, func() {})
}

// removeMade removes a stack of this run. Its templates keep what holds logs;
// what this run made and nobody has written to yet goes too, so that a failed try
// leaves nothing.
func (t *Tool) removeMade(ctx context.Context, was *before) error {
	kept, err := t.kept(ctx, was.stack)
	if err != nil {
		return err
	}
	if err := t.remove(ctx, was.stack); err != nil {
		return err
	}
	opened := false // something that the key opens stays
	for _, kind := range holding {
		for _, k := range kept {
			if k.Type != kind || slices.Contains(was.left, k.Name) {
				opened = opened || k.Type == kind
				continue
			}
			if kind == "AWS::KMS::Key" && opened {
				t.tell("  stays    %s (%s): it opens what stays", k.Name, k.Type)
				continue
			}
			gone, err := t.deleteUnused(ctx, k)
			switch {
			case err != nil:
				t.tell("  stays    %s (%s): %s", k.Name, k.Type, err)
			case !gone:
				t.tell("  stays    %s (%s): something was written to it", k.Name, k.Type)
			default:
				t.tell("  removed  %s (%s)", k.Name, k.Type)
			}
			opened = opened || !gone
		}
	}
	return nil
}
