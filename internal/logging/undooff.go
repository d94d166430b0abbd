package logging

import (
	"context"
	"slices"
	"strings"
)

// leaveOff does not put a former configuration back that writes to what is not there
// any more: AWS would refuse it, or logs would go nowhere. Logging is off then, and the
// change is forgotten.
func (plan *Plan) leaveOff(ctx context.Context) error {
	for i, s := range plan.Steps {
		if s.Kind != kindLogging || s.Verb != Create && s.Verb != Change {
			continue
		}
		gone, err := plan.gone(ctx, s.After)
		if err != nil {
			return err
		}
		if len(gone) == 0 {
			continue
		}
		step := &plan.Steps[i]
		step.After, step.Verb, step.off = "", verbOf(s.Before, ""), true
		step.Note = "what it was before is not put back: " + strings.Join(gone, " and ") + " is not there any more"
	}
	return nil
}

// gone are the places of a configuration that are not there, and that the plan does not
// make again. What cannot be looked at is not known to be gone.
func (plan *Plan) gone(ctx context.Context, configuration string) (list []string, err error) {
	goal, err := goalOf(configuration)
	if err != nil {
		return nil, err
	}
	look := func(kind, as, name string) {
		if name == "" || slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.Kind == kind && s.Name == name && s.Verb == Create }) {
			return
		}
		if now, err := settingOf(kind, plan.Region, name).read(ctx, plan.place, name); err == nil && now == "" {
			list = append(list, "the "+as+" "+name)
		}
	}
	for _, bucket := range goal.Buckets {
		look(kindBucket, "bucket", bucket)
	}
	look(kindGroup, "log group", goal.Group)
	look(kindRole, "role", goal.Role)
	return list, ctx.Err()
}

// TurnsOff reports whether a plan turns off a configuration that seismo did not turn
// on.
func (plan *Plan) TurnsOff() bool {
	return len(plan.Steps) == 1 && plan.Steps[0].part.want != nil && plan.Steps[0].Kind == kindLogging && plan.Steps[0].Verb == Delete
}

// StaysOff reports whether an undo does not turn a former configuration on again,
// since its places are gone.
func (plan *Plan) StaysOff() bool {
	return slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.off })
}

// Silent reports whether a step is not worth a line: nothing is done, and all is well.
func (s Step) Silent() bool { return s.Verb == Keep && !s.off }
