package deploy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// release has Bedrock no longer write to places that are about to go: what it
// writes to a place that is gone is lost. Logging that goes elsewhere stays. done
// says that something was put back.
func (t *Tool) release(ctx context.Context, to Places, command string) (done bool, err error) {
	e := t.opt.Enabler
	if e == nil || to.Bucket == "" && to.Group == "" && to.Role == "" {
		return false, nil
	}
	at, err := e.Standing(ctx, to)
	if err != nil {
		return false, fmt.Errorf("see where logs of %s go: %w", to.Region, err)
	}
	if !at.Here && !at.Known {
		if at.Goes != "" {
			t.tell("logging of %s goes to %s, which is none of these stacks', and stays on", to.Region, at.Goes)
		}
		return false, nil
	}
	if at.Known || at.Forced {
		t.tell("putting logging of %s back", to.Region)
		if err := e.Undo(ctx, to); err != nil {
			return false, fmt.Errorf("put logging of %s back before its places go: %w", to.Region, err)
		}
		if at, err = e.Standing(ctx, to); err != nil {
			return true, fmt.Errorf("see where logs of %s go: %w", to.Region, err)
		}
	}
	if !at.Here {
		return true, nil
	}
	return false, &Error{What: fmt.Sprintf("logging of %s still goes to %s, and this state file does not know what was there before", to.Region, at.Goes),
		Unchanged: "nothing was removed",
		Remedy: fmt.Sprintf("Run it where `seismo deploy up` was run, or with its --state file. To turn logging off: seismo logging disable --force --region %s   Or do both at once: %s --force",
			to.Region, t.again(command))}
}

// claimed says where logs of a Region go that these stacks would move away from
// there, "" when `up` may turn logging on.
func (t *Tool) claimed(ctx context.Context, w *Wish, s *stack) (Standing, error) {
	if t.opt.Enabler == nil || w.NoLogging {
		return Standing{}, nil
	}
	to, err := t.placesOf(ctx, w, s)
	if err != nil {
		return Standing{}, err
	}
	at, err := t.opt.Enabler.Standing(ctx, to)
	if err != nil {
		return at, fmt.Errorf("see where logs of %s go: %w", s.region, err)
	}
	return at, nil
}

// free refuses to begin where logs go elsewhere: minutes of stacks would be taken
// back again.
func (r *run) free(ctx context.Context) error {
	s := r.tool.stack(r.wish, r.region, Infrastructure)
	if err := s.look(ctx); err != nil {
		return err
	}
	if err := s.own(); err != nil {
		return err
	}
	at, err := r.tool.claimed(ctx, r.wish, s)
	if err != nil || at.Taken == "" {
		return err
	}
	if at.Forced {
		r.tool.tell("  logging of %s goes to %s and will be moved here", r.region, at.Taken)
		return nil
	}
	return &Error{What: fmt.Sprintf("logging of %s goes to %s already", r.region, at.Taken),
		Remedy: "Give --force to move it to these stacks; give --no-logging to leave it as it is."}
}

// placesOf are where logs of a stack go: its outputs, and before it is made the
// names that its template gives.
func (t *Tool) placesOf(ctx context.Context, w *Wish, s *stack) (Places, error) {
	to := Places{Environment: w.Environment, Region: s.region, Prefix: s.prefix(w),
		Bucket: s.outputs["LogBucket"], Group: s.outputs["InvocationLogGroup"], Role: s.outputs["LoggingRole"], Key: s.outputs["KeyArn"]}
	if to.Bucket != "" {
		return to, nil
	}
	tpl, err := t.templates.load(s.kind)
	if err != nil {
		return to, err
	}
	named, err := t.named(ctx, s, tpl, w.given())
	to.among(named)
	return to, err
}

// prefix is where in the bucket records go: as it is given, else as the stack has it.
func (s *stack) prefix(w *Wish) string {
	has := ""
	for _, p := range s.parameters {
		if aws.ToString(p.ParameterKey) == "InvocationPrefix" {
			has = aws.ToString(p.ParameterValue)
		}
	}
	return orElse(w.Parameters["InvocationPrefix"], orElse(has, "invocations"))
}

// placesMade are where logs of a stack go that is there: its outputs, and what it
// made, where it did not come as far as outputs.
func (t *Tool) placesMade(ctx context.Context, s *stack) (Places, error) {
	to := Places{Environment: s.env, Region: s.region, Bucket: s.outputs["LogBucket"], Group: s.outputs["InvocationLogGroup"], Role: s.outputs["LoggingRole"]}
	if to.Bucket != "" {
		return to, nil
	}
	kept, err := t.kept(ctx, s)
	to.among(kept)
	return to, err
}

// among takes those that are missing from a list of what a stack has.
func (to *Places) among(list []Kept) {
	for _, k := range list {
		switch k.ID {
		case "LogBucket":
			to.Bucket = orElse(to.Bucket, k.Name)
		case "InvocationLogs":
			to.Group = orElse(to.Group, k.Name)
		}
	}
}
