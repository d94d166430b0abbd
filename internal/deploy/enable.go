package deploy

import (
	"context"
	"errors"
	"fmt"

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

func (e enabler) Enable(ctx context.Context, to Places) error {
	plans, errs := e.tool.Plan(ctx, e.wish(to), []string{to.Region})
	if err := logging.Join(errs); err != nil {
		return err
	}
	return logging.Join(e.tool.Apply(ctx, plans))
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

func (e enabler) Undo(ctx context.Context, to Places) error {
	plans, errs := e.tool.PlanUndo(ctx, []string{to.Region}, logging.Undoing{})
	if err := logging.Join(errs); err != nil {
		return err
	}
	return logging.Join(e.tool.Undo(ctx, plans, logging.Undoing{}))
}
