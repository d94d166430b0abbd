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
)

// Made is what is there after `up` in one Region.
type Made struct {
	Region     string            `json:"region"`
	Outputs    map[string]string `json:"outputs"`
	Dashboards []Address         `json:"dashboards"`
}

// Address is where a dashboard is seen.
type Address struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// before is a stack as it was when a run began to change it.
type before struct {
	stack      *stack
	made       bool // it was not there
	text       string
	parameters []types.Parameter
	hidden     []string  // parameters with a new value whose former one CloudFormation does not show
	left       []string  // what it took in, which is not its own
	after      time.Time // when this run had changed it
}

// Up makes or changes all stacks in the guide's six steps: infrastructure,
// dashboards, logging, its verification, saved queries, addresses. When a step
// fails, stacks that this run made are removed and those that it changed get
// their former template back. A run that is broken off leaves what is done; the
// next goes on from there.
//
// The first Region goes first and alone: what fails there is likely to fail
// everywhere, and the others are not begun. They follow several at once; one that
// fails is taken back by itself.
func (t *Tool) Up(ctx context.Context, w Wish) ([]Made, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	if err := t.home(ctx, &w); err != nil {
		return nil, err
	}
	several := len(w.Regions) > 1
	up := func(ctx context.Context, t *Tool, region string) (Made, error) {
		r := &run{tool: t, wish: &w, region: region, outputs: map[string]string{}}
		err := r.steps(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			err = r.rollback(ctx, err)
		case err != nil:
			err = t.halted(region, err, "seismo deploy up")
		}
		return Made{region, r.outputs, t.addresses(region, r.outputs)}, err
	}
	all, errs := each(ctx, t, w.Regions[:1], several, up)
	if err := errs[0]; err != nil && several {
		return nil, &Error{What: w.Regions[0] + ": " + err.Error(), Unchanged: "nothing was begun in the other Regions", Remedy: hintOf(err), Err: err}
	} else if err != nil {
		return nil, err
	}
	rest, more := each(ctx, t, w.Regions[1:], several, up)
	for i, m := range rest {
		if more[i] == nil {
			all = append(all, m)
		}
	}
	return all, together(w.Regions, append(errs, more...))
}

// hintOf is the remedy that an error carries.
func hintOf(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

// run is `up` in one Region.
type run struct {
	tool    *Tool
	wish    *Wish
	region  string
	outputs map[string]string // of all stacks so far
	prefix  string            // of Bedrock's records in the bucket
	done    []*before
	back    func(context.Context) error // puts logging back; nil when it was not changed
	stays   []string                    // what a rollback could not take back, with the reason
	cleared bool                        // what an earlier try left half-made was removed
}

func (r *run) steps(ctx context.Context) error {
	if err := r.free(ctx); err != nil {
		return err
	}
	stacks := r.wish.stacks(r.region)
	first := slices.DeleteFunc(slices.Clone(stacks), func(s string) bool { return s == Dashboards || s == Queries })
	r.step(1, "infrastructure")
	if err := r.stacks(ctx, first); err != nil {
		return err
	}
	r.step(2, "dashboards")
	if err := r.stacks(ctx, []string{Dashboards}); err != nil {
		return err
	}
	if err := r.logging(ctx); err != nil {
		return err
	}
	r.step(5, "saved queries")
	if err := r.stacks(ctx, []string{Queries}); err != nil {
		return err
	}
	r.step(6, "addresses")
	return nil
}

func (r *run) step(n int, name string) { r.tool.tell("%d/6 %s in %s", n, name, r.region) }

// logging turns Bedrock's logging on and holds it against what it must be.
func (r *run) logging(ctx context.Context) error {
	e := r.tool.opt.Enabler
	if e == nil || r.wish.NoLogging {
		r.step(3, "logging: left as it is")
		r.step(4, "verification: left out")
		return nil
	}
	to := r.places()
	r.step(3, "logging")
	back, err := e.Enable(ctx, to)
	if err != nil {
		return fmt.Errorf("turn logging on in %s: %w", r.region, err)
	}
	r.back = back
	r.step(4, "verification")
	wrong, err := e.Verify(ctx, to)
	if err == nil && len(wrong) > 0 {
		err = &Error{What: "logging of " + r.region + " is on and not as it must be", Reasons: wrong,
			Remedy: "`seismo logging verify` shows each property"}
	}
	if err == nil {
		r.tool.tell("  logging is on, and every property is as it must be")
	}
	return err
}

func (r *run) places() Places {
	return Places{Environment: r.wish.Environment, Region: r.region, Bucket: r.outputs["LogBucket"],
		Prefix: r.prefix, Group: r.outputs["InvocationLogGroup"],
		Role: r.outputs["LoggingRole"], Key: r.outputs["KeyArn"]}
}

func orElse(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}

func (r *run) stacks(ctx context.Context, kinds []string) error {
	for _, kind := range kinds {
		s := r.tool.stack(r.wish, r.region, kind)
		if err := r.stack(ctx, s); err != nil {
			return err
		}
		maps.Copy(r.outputs, s.outputs)
		if kind == Infrastructure {
			r.prefix = s.prefix(r.wish)
		}
	}
	return nil
}

// stack brings one stack to what its template says.
func (r *run) stack(ctx context.Context, s *stack) error {
	t := r.tool
	cleared, err := t.clear(ctx, s)
	r.cleared = r.cleared || cleared
	if err != nil {
		return err
	}
	tpl, err := t.templates.load(s.kind)
	if err != nil {
		return err
	}
	was, err := s.remember(ctx)
	if err != nil {
		return err
	}
	if was.made {
		err = r.create(ctx, s, tpl, &was)
		was.after = s.changed
		return err
	}
	was.hidden = tpl.secrets(r.wish.given())
	name, changes, err := t.changeSet(ctx, s, setOfUp, tpl.text, tpl.values(s, r.wish.given(), r.outputs))
	if err != nil {
		return err
	}
	if name == "" {
		t.tell("  %s is as it should be", s.name)
		return t.dropLeft(ctx, s, setOfPlan) // of a plan that was broken off
	}
	t.tell("  %s: %s", s.name, count(changes))
	err = t.execute(ctx, s, name, func() { r.done = append(r.done, &was) })
	if err == nil { // else nobody knows when, or whether, it was changed
		was.after = s.changed
	}
	return err
}

// clear brings a stack of an earlier try into a state that can be changed. done
// says that it removed something, or went on with a rollback.
func (t *Tool) clear(ctx context.Context, s *stack) (done bool, err error) {
	if err := s.look(ctx); err != nil {
		return false, err
	}
	if err := s.own(); err != nil {
		return false, err
	}
	if s.busy() {
		t.tell("  %s: waiting for what CloudFormation does already (%s)", s.name, s.status)
		if err := t.settle(ctx, s, noEvents()); err != nil {
			return false, err
		}
		if s.status == types.StackStatusDeleteComplete { // its name is free again
			s.id = ""
			if err := s.look(ctx); err != nil {
				return false, err
			}
		}
	}
	switch {
	case s.dead():
		t.tell("  %s: removing what an earlier try left half-made (%s)", s.name, s.status)
		if err := t.remove(ctx, s); err != nil {
			return false, err
		}
		s.id = ""
		return true, s.look(ctx)
	case s.status == types.StackStatusUpdateRollbackFailed:
		return true, t.continueRollback(ctx, s)
	}
	return false, nil
}

// continueRollback brings a stack whose rollback failed back to what it was.
func (t *Tool) continueRollback(ctx context.Context, s *stack) error {
	t.tell("  %s: going on with the rollback of an earlier try (%s)", s.name, s.status)
	seen, err := t.past(ctx, s)
	if err != nil {
		return err
	}
	if _, err := s.client.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{StackName: aws.String(s.id)}); err != nil {
		return explain(err, "go on with the rollback of the stack "+s.name+" in "+s.region)
	}
	if err := errors.Join(s.look(ctx), t.settle(ctx, s, seen)); err != nil {
		return err
	}
	if s.status != types.StackStatusUpdateRollbackComplete {
		return t.failure(s, seen, "cannot be brought back to what it was", "it is still half-changed", "seismo deploy up")
	}
	return nil
}

// remember reads what the stack is made of, so that it can get it back.
func (s *stack) remember(ctx context.Context) (before, error) {
	was := before{stack: s, made: !s.there()}
	if was.made {
		return was, nil
	}
	out, err := s.client.GetTemplate(ctx, &cloudformation.GetTemplateInput{StackName: aws.String(s.name)})
	if err != nil {
		return was, explain(err, "read the template of the stack "+s.name)
	}
	was.text = aws.ToString(out.TemplateBody)
	for _, p := range s.parameters {
		// The values stay as they were when CloudFormation hides them.
		if strings.Trim(aws.ToString(p.ParameterValue), "*") == "" && aws.ToString(p.ParameterValue) != "" {
			p = types.Parameter{ParameterKey: p.ParameterKey, UsePreviousValue: aws.Bool(true)}
		}
		was.parameters = append(was.parameters, p)
	}
	return was, nil
}

// execute does what a change set says and waits for its end. It calls begun once
// CloudFormation began, or may have.
func (t *Tool) execute(ctx context.Context, s *stack, changeSet string, begun func()) error {
	if err := s.look(ctx); err != nil {
		return err
	}
	seen, err := t.past(ctx, s)
	if err != nil {
		return err
	}
	_, err = s.client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: aws.String(s.name), ChangeSetName: aws.String(changeSet),
		ClientRequestToken: aws.String(t.token())})
	if err == nil || uncertain(err) {
		begun()
	}
	if err != nil {
		err = explain(err, "change the stack "+s.name+" in "+s.region)
		return errors.Join(err, t.dropWhole(ctx, s, changeSet))
	}
	return t.await(ctx, s, seen)
}

// await waits for the end of what was begun with a stack.
func (t *Tool) await(ctx context.Context, s *stack, seen *events) error {
	begun := t.opt.Now()
	// The stack's status changes a moment after the answer.
	wait := firstTick
	for range startTicks {
		if err := s.look(ctx); err != nil {
			return err
		}
		if err := t.settle(ctx, s, seen); err != nil {
			return err
		}
		if seen.begun {
			break
		}
		if err := t.opt.Pause(ctx, wait); err != nil {
			return t.interrupted(s, err)
		}
		wait = min(2*wait, tick)
	}
	if !s.well() {
		return t.failure(s, seen, "could not be made", "CloudFormation took back what it had done to it", "seismo deploy up")
	}
	if took := t.opt.Now().Sub(begun); took >= 5*time.Second {
		t.tell("  %s: done in %s", s.name, took.Round(time.Second))
	}
	return nil
}

// startTicks is how many looks CloudFormation has to begin with a change.
const startTicks = 8

// count says in one line what a change set does.
func count(changes []Change) string {
	n := map[string]int{}
	for _, c := range changes {
		n[c.Action]++
	}
	var parts []string
	for _, action := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d to %s", n[action], action))
	}
	return strings.Join(parts, ", ")
}
