package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// stack is one stack of one Region as CloudFormation has it.
type stack struct {
	client *cloudformation.Client
	region string
	kind   string // its template
	name   string
	env    string

	found      bool
	id         string // the stack's ARN, "" when it is not there
	status     types.StackStatus
	why        string
	changed    time.Time // when it was changed last
	parameters []types.Parameter
	outputs    map[string]string
	tagged     bool
	took       []string // ids of what it took in and no stack of its name had made
	foreign    []string // change sets of somebody else, of a stack that is nothing else
	empty      bool     // it is only a change set, which seismo made
}

func (t *Tool) stack(w *Wish, region, kind string) *stack {
	return &stack{client: t.client(region), region: region, kind: kind, name: w.StackName(kind), env: w.Environment}
}

// look reads the stack's state. A stack that is not there is no error. A stack
// that was deleted is only known by its ARN, which is used where it is known.
func (s *stack) look(ctx context.Context) error {
	name := s.name
	if s.id != "" {
		name = s.id
	}
	out, err := s.client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(name)})
	if missing(err) || err == nil && len(out.Stacks) == 0 {
		*s = stack{client: s.client, region: s.region, kind: s.kind, name: s.name, env: s.env}
		return nil
	}
	if err != nil {
		return explain(err, "look at the stack "+s.name+" in "+s.region)
	}
	d := out.Stacks[0]
	s.found, s.id, s.status, s.why = true, aws.ToString(d.StackId), d.StackStatus, aws.ToString(d.StackStatusReason)
	s.changed = aws.ToTime(d.LastUpdatedTime)
	s.parameters, s.outputs, s.tagged = d.Parameters, map[string]string{}, false
	for _, o := range d.Outputs {
		s.outputs[aws.ToString(o.OutputKey)] = aws.ToString(o.OutputValue)
	}
	s.took, s.foreign = nil, nil
	if s.reviewed() {
		if s.foreign, err = s.foreignSets(ctx); err != nil {
			return err
		}
	}
	for _, tag := range d.Tags {
		if aws.ToString(tag.Key) == tookTag {
			s.took = strings.Fields(aws.ToString(tag.Value))
		}
		s.tagged = s.tagged || aws.ToString(tag.Key) == Tag && aws.ToString(tag.Value) == s.env
	}
	return nil
}

// missing tells the answer of CloudFormation about a stack that is not there.
func missing(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && e.ErrorCode() == "ValidationError" && strings.Contains(e.ErrorMessage(), "does not exist")
}

// busy says that CloudFormation works on the stack.
func (s *stack) busy() bool {
	return strings.HasSuffix(string(s.status), "_IN_PROGRESS") && !s.reviewed()
}

// reviewed says that only a change set was made for the stack, and nothing else.
func (s *stack) reviewed() bool { return s.status == types.StackStatusReviewInProgress }

// there says that the stack holds resources that can be changed.
func (s *stack) there() bool {
	return s.found && !s.reviewed() && !s.dead() && s.status != types.StackStatusDeleteComplete
}

// dead says that nothing can be done with the stack but to delete it: its first
// making failed, or its removal did.
func (s *stack) dead() bool {
	switch s.status {
	case types.StackStatusRollbackComplete, types.StackStatusRollbackFailed, types.StackStatusCreateFailed, types.StackStatusDeleteFailed:
		return true
	}
	return false
}

// well says that the newest thing done to the stack came out as it was meant.
func (s *stack) well() bool {
	switch s.status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusImportComplete:
		return true
	}
	return false
}

// foreignSets are the change sets of a stack that seismo did not make.
func (s *stack) foreignSets(ctx context.Context) ([]string, error) {
	var list []string
	pages := cloudformation.NewListChangeSetsPaginator(s.client, &cloudformation.ListChangeSetsInput{StackName: aws.String(s.id)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if missing(err) {
			return list, nil
		}
		if err != nil {
			return nil, explain(err, "see whose change sets the stack "+s.name+" in "+s.region+" has")
		}
		for _, set := range page.Summaries {
			if aws.ToString(set.Description) != madeBySeismo {
				list = append(list, aws.ToString(set.ChangeSetName))
			}
		}
	}
	return list, nil
}

// madeBySeismo is what change sets of seismo say of themselves.
const madeBySeismo = "made by seismo deploy"

// own refuses a stack of somebody else. One that only has change sets has no tags
// yet; it is whose they are.
func (s *stack) own() error {
	switch {
	case s.reviewed() && len(s.foreign) > 0:
		return &Error{What: fmt.Sprintf("the stack %s in %s is not made yet and has change sets that are not seismo's: %s", s.name, s.region, strings.Join(s.foreign, ", ")),
			Unchanged: "nothing was changed", Remedy: "choose another --name-prefix or --environment, or delete those change sets"}
	case !s.found || s.tagged || s.reviewed():
		return nil
	}
	return &Error{What: fmt.Sprintf("the stack %s in %s was not made by seismo for the environment %s: it has no tag %s", s.name, s.region, s.env, Tag),
		Unchanged: "nothing was changed", Remedy: "choose another --name-prefix or --environment"}
}

// The time between two looks at a stack that CloudFormation works on. It doubles
// from the first to tick: some changes are done at once, most take minutes.
const (
	firstTick = tick / 16
	tick      = 4 * time.Second
)

// settle waits until CloudFormation is done with the stack, and tells of every
// event on the way.
func (t *Tool) settle(ctx context.Context, s *stack, seen *events) error {
	for wait := firstTick; ; wait = min(2*wait, tick) {
		if err := t.tellEvents(ctx, s, seen); err != nil {
			return err
		}
		if err := s.look(ctx); err != nil {
			return err
		}
		if !s.found || !s.busy() {
			return t.tellEvents(ctx, s, seen)
		}
		t.waiting(s, seen)
		if err := t.opt.Pause(ctx, wait); err != nil {
			return t.interrupted(s, err)
		}
	}
}

func (t *Tool) interrupted(s *stack, err error) error {
	return &Error{What: fmt.Sprintf("interrupted while CloudFormation works on the stack %s in %s", s.name, s.region),
		Unchanged: "CloudFormation goes on by itself, and what is done stays",
		Remedy:    "Go on from there with: " + t.again("seismo deploy up") + "; `seismo deploy down` removes it", Err: err}
}

// halted is the error of what Ctrl-C ended in a Region, wherever it was.
func (t *Tool) halted(region string, err error, command string) error {
	var e *Error
	if errors.As(err, &e) && strings.Contains(e.Remedy, "Go on") {
		return err
	}
	return &Error{What: "interrupted in " + region + ": " + err.Error(), Unchanged: "what is done stays, and CloudFormation ends by itself what it has begun",
		Remedy: "Go on from there with: " + t.again(command), Err: err}
}

// remove deletes the stack and waits until it is gone.
func (t *Tool) remove(ctx context.Context, s *stack) error {
	if err := s.own(); err != nil {
		return err
	}
	seen, err := t.past(ctx, s)
	if err != nil {
		return err
	}
	id := s.id
	if _, err := s.client.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String(id), ClientRequestToken: aws.String(t.token())}); err != nil {
		return explain(err, "delete the stack "+s.name+" in "+s.region)
	}
	if err := s.look(ctx); err != nil {
		return err
	}
	if err := t.settle(ctx, s, seen); err != nil {
		return err
	}
	if s.found && s.status != types.StackStatusDeleteComplete {
		return t.failure(s, seen, "could not be deleted", "what could not be deleted is still there",
			"seismo deploy down")
	}
	return nil
}
