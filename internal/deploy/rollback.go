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
	var told *Error
	remedy := "mend the cause, then run `seismo deploy up` again"
	if errors.As(cause, &told) && told.Remedy != "" {
		remedy = told.Remedy
	}
	var hint interface{ Hint() string }
	if errors.As(cause, &hint) && hint.Hint() != "" {
		remedy = hint.Hint()
	}
	return &Error{What: cause.Error(), Unchanged: "everything that this run did in " + r.region + " was taken back", Remedy: remedy, Err: cause}
}

// restore removes a stack that was made, and gives one that was changed its
// former template and parameters.
func (t *Tool) restore(ctx context.Context, was before) error {
	s := was.stack
	if err := s.look(ctx); err != nil || !s.found {
		return err
	}
	if was.made {
		return t.remove(ctx, s)
	}
	if !s.well() {
		return nil // CloudFormation took it back itself
	}
	name, _, err := t.changeSet(ctx, s, was.text, was.parameters)
	if err != nil || name == "" {
		return err
	}
	return t.execute(ctx, s, name)
}
