package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
)

// Change is what a plan would do to one resource.
type Change struct {
	Action   string   `json:"action"` // add, take in, modify, replace or remove
	ID       string   `json:"id"`
	Type     string   `json:"type"`
	Physical string   `json:"physical,omitzero"` // its name as it is
	Of       []string `json:"of,omitzero"`       // properties that change
}

// Names of change sets. They are always the same, so that one which a run that was
// broken off left behind is found by the next. Those of `plan` have a name of their
// own: looking must not take away what somebody is about to execute.
const (
	setOfUp   = "seismo-deploy-up"
	setOfPlan = "seismo-deploy-plan"
)

// changeSet makes a change set of the stack's template and waits for it. The
// ARN is "" when there is nothing to change; the change set is gone then.
func (t *Tool) changeSet(ctx context.Context, s *stack, name, text string, parameters []types.Parameter) (string, []Change, error) {
	id, err := t.createChangeSet(ctx, s, name, text, parameters)
	if err != nil || id == "" {
		return "", nil, err
	}
	changes, err := t.awaitChangeSet(ctx, s, id)
	if errors.Is(err, errNothing) {
		return "", nil, t.dropChangeSet(ctx, s, id)
	}
	if err != nil {
		return "", nil, errors.Join(err, t.dropWhole(ctx, s, id))
	}
	return id, changes, nil
}

// createChangeSet asks for a change set, in place of one that an earlier run left.
func (t *Tool) createChangeSet(ctx context.Context, s *stack, name, text string, parameters []types.Parameter) (id string, err error) {
	in := &cloudformation.CreateChangeSetInput{
		StackName: aws.String(s.name), ChangeSetName: aws.String(name), ChangeSetType: types.ChangeSetTypeUpdate, TemplateBody: aws.String(text),
		Parameters: parameters, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
		Tags:        s.tags(),
		Description: aws.String(madeBySeismo), ClientToken: aws.String(t.token()),
	}
	if !s.there() {
		// What an earlier stack left behind, with its logs, is taken in again.
		in.ChangeSetType, in.ImportExistingResources = types.ChangeSetTypeCreate, aws.Bool(true)
		s.empty = !s.found
	}
	out, err := s.client.CreateChangeSet(ctx, in)
	if account.Code(err) == "AlreadyExistsException" {
		if err := t.dropChangeSet(ctx, s, name); err != nil {
			return "", err
		}
		in.ClientToken, s.empty = aws.String(t.token()), !s.there()
		out, err = s.client.CreateChangeSet(ctx, in)
	}
	var refused smithy.APIError
	if errors.As(err, &refused) && nothing(refused.ErrorMessage()) {
		return "", nil
	}
	if err != nil {
		err = explain(err, "make a change set of the stack "+s.name+" in "+s.region)
		if uncertain(err) { // it may be there all the same
			err = errors.Join(err, t.dropWhole(ctx, s, name))
		}
		return "", err
	}
	return aws.ToString(out.Id), nil
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
		case out.Status == types.ChangeSetStatusFailed && nothing(why):
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

// nothing tells CloudFormation's sentences about a change set without changes.
func nothing(why string) bool {
	return strings.Contains(why, "didn't contain changes") || strings.Contains(why, "No updates are to be performed")
}

// tidying is how long something that leaves nothing behind may go on after Ctrl-C.
const tidying = 20 * time.Second

// dropChangeSet removes a change set, by its name or ARN. One that is gone is no
// error. One that CloudFormation is still making can only be removed when it is made. Ctrl-C
// does not keep it from that.
func (t *Tool) dropChangeSet(ctx context.Context, s *stack, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	in := &cloudformation.DeleteChangeSetInput{StackName: aws.String(s.name), ChangeSetName: aws.String(name)}
	_, err := s.client.DeleteChangeSet(ctx, in)
	for range startTicks {
		if account.Code(err) != "InvalidChangeSetStatus" {
			break
		}
		if e := t.opt.Pause(ctx, tick/2); e != nil {
			return e
		}
		_, err = s.client.DeleteChangeSet(ctx, in)
	}
	if err != nil && !missing(err) && account.Code(err) != "ChangeSetNotFound" {
		return explain(err, "remove a change set of the stack "+s.name+" in "+s.region)
	}
	return nil
}

// dropLeft removes a change set that may be there.
func (t *Tool) dropLeft(ctx context.Context, s *stack, name string) error {
	_, err := s.client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: aws.String(s.name), ChangeSetName: aws.String(name)})
	if missing(err) || account.Code(err) == "ChangeSetNotFound" {
		return nil
	}
	if err != nil {
		return explain(err, "look for a change set of the stack "+s.name+" in "+s.region)
	}
	return t.dropChangeSet(ctx, s, name)
}

// dropWhole removes a change set, and the stack too where that is nothing else:
// CloudFormation keeps an empty stack otherwise.
func (t *Tool) dropWhole(ctx context.Context, s *stack, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	err := t.dropChangeSet(ctx, s, name)
	if err != nil || !s.empty {
		return err
	}
	now := *s
	if err := now.look(ctx); err != nil || !now.reviewed() {
		return err
	}
	return t.remove(ctx, &now)
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
