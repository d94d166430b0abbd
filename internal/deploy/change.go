package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// Change is what a plan would do to one resource.
type Change struct {
	Action   string   `json:"action"` // add, take in, modify, replace or remove
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Physical string   `json:"physical,omitzero"` // its name as it is
	Of       []string `json:"of,omitzero"`       // properties that change
}

// changeSet makes a change set of the stack's template and waits for it. The
// ARN is "" when there is nothing to change; the change set is gone then.
func (t *Tool) changeSet(ctx context.Context, s *stack, text string, parameters []types.Parameter) (string, []Change, error) {
	kind := types.ChangeSetTypeCreate
	if s.there() {
		kind = types.ChangeSetTypeUpdate
	}
	name := t.token()
	in := &cloudformation.CreateChangeSetInput{
		StackName: aws.String(s.name), ChangeSetName: aws.String(name), ChangeSetType: kind, TemplateBody: aws.String(text),
		Parameters: parameters, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
		Tags:        []types.Tag{{Key: aws.String(Tag), Value: aws.String(s.env)}},
		Description: aws.String("made by seismo deploy"),
	}
	if kind == types.ChangeSetTypeCreate {
		// What an earlier stack left behind, with its logs, is taken in again.
		in.ImportExistingResources = aws.Bool(true)
	}
	out, err := s.client.CreateChangeSet(ctx, in)
	var refused smithy.APIError
	if errors.As(err, &refused) && empty(refused.ErrorMessage()) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, explain(err, "make a change set of the stack "+s.name+" in "+s.region)
	}
	name = aws.ToString(out.Id)
	changes, err := t.awaitChangeSet(ctx, s, name)
	if errors.Is(err, errNothing) {
		return "", nil, t.dropChangeSet(ctx, s, name)
	}
	if err != nil {
		// What is left is only a change set; the next run makes another.
		return "", nil, errors.Join(err, t.dropChangeSet(context.WithoutCancel(ctx), s, name))
	}
	return name, changes, nil
}

// token names a request, so that one that is sent twice is done once.
func (t *Tool) token() string {
	now := t.opt.Now().UTC()
	return fmt.Sprintf("seismo-%s-%09d", now.Format("20060102-150405"), now.Nanosecond())
}

var errNothing = errors.New("nothing to change")

func (t *Tool) awaitChangeSet(ctx context.Context, s *stack, name string) ([]Change, error) {
	in := &cloudformation.DescribeChangeSetInput{StackName: aws.String(s.name), ChangeSetName: aws.String(name)}
	var changes []Change
	for {
		out, err := s.client.DescribeChangeSet(ctx, in)
		if err != nil {
			return nil, explain(err, "read a change set of the stack "+s.name+" in "+s.region)
		}
		switch why := aws.ToString(out.StatusReason); {
		case out.Status == types.ChangeSetStatusFailed && empty(why):
			return nil, errNothing
		case out.Status == types.ChangeSetStatusFailed:
			return nil, &Error{What: fmt.Sprintf("CloudFormation refuses the change of the stack %s in %s", s.name, s.region),
				Reasons: []string{why}, Unchanged: "the stack was not changed", Remedy: t.goOn(orElse(remedyOf(why), "Mend what it names."), "seismo deploy up")}
		case out.Status == types.ChangeSetStatusCreateComplete:
			for _, c := range out.Changes {
				changes = append(changes, changeOf(c))
			}
			if out.NextToken == nil {
				return changes, nil
			}
			in.NextToken = out.NextToken
			continue
		}
		if err := t.opt.Pause(ctx, tick/2); err != nil {
			return nil, fmt.Errorf("interrupted before anything was changed: %w", err)
		}
	}
}

// empty tells CloudFormation's sentences about a change set without changes.
func empty(why string) bool {
	return strings.Contains(why, "didn't contain changes") || strings.Contains(why, "No updates are to be performed")
}

// dropChangeSet removes a change set; for a stack that has nothing else, the
// stack too.
func (t *Tool) dropChangeSet(ctx context.Context, s *stack, name string) error {
	_, err := s.client.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{StackName: aws.String(s.name), ChangeSetName: aws.String(name)})
	if err != nil && !missing(err) && code(err) != "ChangeSetNotFound" {
		return explain(err, "remove a change set of the stack "+s.name+" in "+s.region)
	}
	return nil
}

func changeOf(c types.Change) Change {
	r := c.ResourceChange
	if r == nil {
		return Change{}
	}
	out := Change{ID: aws.ToString(r.LogicalResourceId), Type: aws.ToString(r.ResourceType), Physical: aws.ToString(r.PhysicalResourceId)}
	switch {
	case r.Action == types.ChangeActionAdd:
		out.Action = "add"
	case r.Action == types.ChangeActionRemove:
		out.Action = "remove"
	case r.Action == types.ChangeActionModify && r.Replacement == types.ReplacementTrue:
		out.Action = "replace"
	case r.Action == types.ChangeActionModify && r.Replacement == types.ReplacementConditional:
		out.Action = "perhaps replace"
	default:
		out.Action = strings.ToLower(string(r.Action))
	}
	of := map[string]bool{}
	for _, d := range r.Details {
		if d.Target != nil && aws.ToString(d.Target.Name) != "" {
			of[aws.ToString(d.Target.Name)] = true
		}
	}
	out.Of = slices.Sorted(maps.Keys(of))
	return out
}

// parameters are the values for a stack: those given, then outputs of the stacks
// before it, then what the stack has, else the template's default.
func (t *template) values(s *stack, given, outputs map[string]string) []types.Parameter {
	has := map[string]bool{}
	if s.there() {
		for _, p := range s.parameters {
			has[aws.ToString(p.ParameterKey)] = true
		}
	}
	var list []types.Parameter
	for _, name := range slices.Sorted(maps.Keys(t.parameters)) {
		value, ok := given[name]
		if !ok {
			value, ok = outputs[name]
		}
		switch {
		case ok:
			list = append(list, types.Parameter{ParameterKey: aws.String(name), ParameterValue: aws.String(value)})
		case has[name]:
			list = append(list, types.Parameter{ParameterKey: aws.String(name), UsePreviousValue: aws.Bool(true)})
		}
	}
	return list
}
