package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seismo/internal/logging"
)

// Logging is the Enabler that does what the commands of logging do. What the
// stacks made is as logging wants it, so that nothing but Bedrock's own
// configuration changes and no stack drifts. Force replaces a configuration of
// somebody else, which Undo puts back, and turns one off that Undo cannot put back.
func Logging(tool *logging.Tool, force bool) Enabler { return enabler{tool, force} }

type enabler struct {
	tool  *logging.Tool
	force bool
}

func (e enabler) Enable(ctx context.Context, to Places) (back func(context.Context) error, err error) {
	plans, errs := e.tool.Plan(ctx, e.wish(to), []string{to.Region})
	if err := logging.Join(errs); err != nil {
		return nil, err
	}
	plan := &plans[0]
	was, err := e.tool.Written(ctx, plan)
	if err != nil {
		return nil, err
	}
	if err := logging.Join(e.tool.Apply(ctx, plans)); err != nil || plan.Changes() == 0 {
		return nil, err
	}
	return func(ctx context.Context) error { return e.tool.Revert(ctx, plan, was) }, nil
}

func (e enabler) wish(to Places) logging.Wish {
	return logging.Wish{Environment: to.Environment, S3: true, CloudWatch: true, Bucket: to.Bucket, Prefix: to.Prefix,
		Group: to.Group, Role: to.Role, Force: e.force,
		Data: logging.Data{Text: true, Image: true, Embedding: true, Video: true, Audio: true}}
}

func (e enabler) Verify(ctx context.Context, to Places) (wrong []string, err error) {
	checks, err := e.tool.Verify(ctx, []string{to.Region})
	for _, c := range checks {
		if c.State == logging.Fail {
			wrong = append(wrong, fmt.Sprintf("%s: %s", c.Name, c.Saw))
		}
	}
	if err == nil && len(checks) == 0 {
		err = errors.New("nothing of logging could be verified in " + to.Region)
	}
	return wrong, err
}

func (e enabler) Standing(ctx context.Context, to Places) (Standing, error) {
	at, err := e.tool.Standing(ctx, to.Region)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Goes: strings.Join(at.Now.Targets, " and "), Here: to.named(at.Now), Forced: e.force}
	s.Known = to.named(at.Made) && (s.Here || at.Before) || !s.Here && to.begun(at.Begun)
	if to.Bucket != "" {
		wish := e.wish(to)
		wish.Force = false
		s.Taken, err = e.tool.Conflict(ctx, wish, to.Region)
	}
	return s, err
}

// named reports whether a configuration writes to one of the places.
func (to Places) named(g logging.Goal) bool {
	return to.Bucket != "" && slices.Contains(g.Buckets, to.Bucket) || to.Group != "" && g.Group == to.Group || to.Role != "" && g.Role == to.Role
}

// begun reports whether a run that was broken off changed one of the places.
func (to Places) begun(names []string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return n != "" && (n == to.Bucket || n == to.Group || n == to.Role) })
}

func (e enabler) Undo(ctx context.Context, to Places) error {
	plans, errs := e.tool.PlanUndo(ctx, []string{to.Region}, logging.Undoing{})
	if err := logging.Join(errs); err != nil {
		return err
	}
	if err := logging.Join(e.tool.Undo(ctx, plans, logging.Undoing{})); err != nil || !e.force {
		return err
	}
	if at, err := e.tool.Standing(ctx, to.Region); err != nil || !to.named(at.Now) {
		return err
	}
	all := logging.Undoing{Force: true}
	if plans, errs = e.tool.PlanDisable(ctx, []string{to.Region}, all); logging.Join(errs) != nil {
		return logging.Join(errs)
	}
	return logging.Join(e.tool.Disable(ctx, plans, all))
}
