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
// somebody else, which Undo puts back.
func Logging(tool *logging.Tool, force bool) Enabler { return enabler{tool, force} }

type enabler struct {
	tool  *logging.Tool
	force bool
}

func (e enabler) Enable(ctx context.Context, to Places) (Effect, error) {
	plans, errs := e.tool.Plan(ctx, e.wish(to), []string{to.Region})
	if err := logging.Join(errs); err != nil {
		return AsBefore, err
	}
	effect, err := e.effect(ctx, to, plans)
	if err != nil {
		return AsBefore, err
	}
	return effect, logging.Join(e.tool.Apply(ctx, plans))
}

// effect is what plans will do, in view of what was done before.
func (e enabler) effect(ctx context.Context, to Places, plans []logging.Plan) (Effect, error) {
	if !slices.ContainsFunc(plans, func(p logging.Plan) bool {
		return slices.ContainsFunc(p.Steps, func(s logging.Step) bool { return s.Verb != logging.Keep })
	}) {
		return AsBefore, nil
	}
	former, errs := e.tool.PlanUndo(ctx, []string{to.Region}, logging.Undoing{})
	if err := logging.Join(errs); err != nil {
		return AsBefore, err
	}
	if slices.ContainsFunc(former, func(p logging.Plan) bool { return len(p.Steps) > 0 }) {
		return Adjusted, nil
	}
	return TurnedOn, nil
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

func (e enabler) Undo(ctx context.Context, to Places) (stays []string, err error) {
	plans, errs := e.tool.PlanUndo(ctx, []string{to.Region}, logging.Undoing{})
	if err := logging.Join(errs); err != nil {
		return nil, err
	}
	for _, p := range plans {
		for _, s := range p.Steps {
			if s.Verb == logging.Leave {
				stays = append(stays, strings.TrimSuffix(fmt.Sprintf("%s %s: %s", s.Kind, s.Name, s.Note), ": "))
			}
		}
	}
	return stays, logging.Join(e.tool.Undo(ctx, plans, logging.Undoing{}))
}
