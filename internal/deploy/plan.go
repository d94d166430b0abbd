package deploy

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// StackPlan is what `up` would do to one stack.
type StackPlan struct {
	Region  string   `json:"region"`
	Stack   string   `json:"stack"`
	Name    string   `json:"name"`
	Status  string   `json:"status,omitzero"` // of the stack as it is, "" when there is none
	Before  string   `json:"before,omitzero"` // what `up` does first: wait, or remove a half-made stack
	Changes []Change `json:"changes"`         // empty when the stack is as it should be

	Conflict string `json:"conflict,omitzero"` // why `up` would refuse
}

// Plan says what Up would do. A stack that is not there is planned from its
// template alone. For one that is there, CloudFormation makes a change set, which
// is removed again; nothing else is written.
func (t *Tool) Plan(ctx context.Context, w Wish) ([]StackPlan, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	if err := t.home(ctx, &w); err != nil {
		return nil, err
	}
	plans, errs := each(ctx, t, w.Regions, false, func(ctx context.Context, t *Tool, region string) (list []StackPlan, err error) {
		outputs := map[string]string{}
		for _, kind := range w.stacks(region) {
			p, err := t.planStack(ctx, &w, region, kind, outputs)
			if err != nil {
				return list, t.untouched(err)
			}
			list = append(list, *p)
		}
		p, err := t.planLogging(ctx, &w, region)
		if err != nil {
			return list, t.untouched(err)
		}
		if p != nil {
			list = append(list, *p)
		}
		return list, nil
	})
	return slices.Concat(plans...), together(w.Regions, errs)
}

// planLogging tells of logs that go elsewhere and would be moved; nil when none do.
func (t *Tool) planLogging(ctx context.Context, w *Wish, region string) (*StackPlan, error) {
	s := t.stack(w, region, Infrastructure)
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	at, err := t.claimed(ctx, w, s)
	if err != nil || at.Taken == "" {
		return nil, err
	}
	p := &StackPlan{Region: region, Stack: "logging", Name: "Bedrock's logging", Status: "ON"}
	if at.Forced {
		p.Before = "move it from " + at.Taken + " to these stacks"
	} else {
		p.Conflict = "it goes to " + at.Taken + " already: `up` moves it only with --force, and leaves it as it is with --no-logging"
	}
	return p, nil
}

func (t *Tool) planStack(ctx context.Context, w *Wish, region, kind string, outputs map[string]string) (*StackPlan, error) {
	s := t.stack(w, region, kind)
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	if err := s.own(); err != nil {
		return nil, err
	}
	tpl, err := t.templates.load(kind)
	if err != nil {
		return nil, err
	}
	p := &StackPlan{Region: region, Stack: kind, Name: s.name, Status: string(s.status)}
	switch {
	case s.dead():
		p.Before = "remove what an earlier try left half-made"
	case s.busy():
		p.Before = "wait until CloudFormation is done with it"
	case s.there() && s.status != types.StackStatusUpdateRollbackFailed:
		maps.Copy(outputs, s.outputs)
		name, changes, err := t.changeSet(ctx, s, setOfPlan, tpl.text, tpl.values(s, w.given(), outputs))
		if err != nil || name == "" {
			return p, err
		}
		p.Changes = changes
		return p, t.dropChangeSet(ctx, s, name)
	}
	values := w.given()
	for _, known := range s.parameters {
		if _, ok := values[aws.ToString(known.ParameterKey)]; !ok {
			values[aws.ToString(known.ParameterKey)] = aws.ToString(known.ParameterValue)
		}
	}
	left, err := t.left(ctx, s, tpl, values)
	if err != nil {
		return nil, err
	}
	for _, r := range tpl.made(values) {
		c := Change{Action: "add", ID: r.ID, Type: r.Type}
		if at := slices.IndexFunc(left, func(k Kept) bool { return k.ID == r.ID }); at >= 0 {
			c.Action, c.Physical = "take in", left[at].Name
		}
		p.Changes = append(p.Changes, c)
	}
	return p, nil
}

// untouched is an error of something that only reads.
func (t *Tool) untouched(err error) error {
	if errors.Is(err, context.Canceled) {
		return &Error{What: "interrupted", Unchanged: "nothing was changed", Remedy: "Go on with: " + t.again("seismo deploy plan"), Err: err}
	}
	var e *Error
	if errors.As(err, &e) && e.Unchanged != "" {
		return err
	}
	return &Error{What: err.Error(), Unchanged: "nothing was changed", Remedy: t.goOn(hintOf(err), "seismo deploy plan"), Err: err}
}

// given are the parameters of the wish with its names.
func (w *Wish) given() map[string]string {
	values := maps.Clone(w.Parameters)
	if values == nil {
		values = map[string]string{}
	}
	values["Environment"], values["NamePrefix"] = w.Environment, w.NamePrefix
	return values
}
