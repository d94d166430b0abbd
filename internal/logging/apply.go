package logging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"seismo/internal/account"
	"seismo/internal/state"
)

// Failure is a change of an account that did not come through: which step failed,
// and what became of those before it.
type Failure struct {
	Region string   `json:"region"`
	Step   string   `json:"step,omitzero"` // what failed, "" when nothing was begun
	Put    []string `json:"put_back,omitzero"`
	Left   []string `json:"left,omitzero"` // what was changed and could not be put back
	Err    error    `json:"-"`
	Again  string   `json:"again"` // the command to go on with

	tale string // what Left is, where it is not what could not be put back
	cut  bool   // somebody interrupted it at the step, which may have come through or not
}

func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.Region + ": ")
	if f.cut {
		f.interrupted(&b)
		return b.String()
	}
	if f.Step != "" {
		b.WriteString(f.Step + ": ")
	}
	b.WriteString(f.Err.Error())
	switch {
	case f.tale != "" && len(f.Left) > 0:
		fmt.Fprintf(&b, "; %s: %s", f.tale, strings.Join(f.Left, ", "))
	case len(f.Left) > 0:
		fmt.Fprintf(&b, "; changed and not put back: %s", strings.Join(f.Left, ", "))
	case len(f.Put) > 0:
		fmt.Fprintf(&b, "; put back: %s; nothing else was changed", strings.Join(f.Put, ", "))
	default:
		b.WriteString("; nothing was changed")
	}
	return b.String()
}

// interrupted says how far it came. Whether the step itself came through nobody
// knows: its answer was not waited for, and the next run looks.
func (f *Failure) interrupted(b *strings.Builder) {
	b.WriteString("interrupted")
	if f.Step != "" {
		b.WriteString(" at: " + f.Step + ", which may be done or not")
	}
	if len(f.Left) == 0 {
		b.WriteString("; nothing was changed before that")
		return
	}
	fmt.Fprintf(b, "; %s: %s", f.tale, strings.Join(f.Left, ", "))
}

// Interrupted reports whether somebody interrupted it. Left is then what was done.
func (f *Failure) Interrupted() bool { return f.cut }

// Unwrap is why the step failed.
func (f *Failure) Unwrap() error { return f.Err }

// Hint is what to do about it.
func (f *Failure) Hint() string {
	var h interface{ Hint() string }
	hint := ""
	if errors.As(f.Err, &h) && h.Hint() != "" {
		hint = h.Hint() + " "
	}
	if f.Again == "" {
		return strings.TrimSpace(hint)
	}
	return hint + "Go on with: " + f.Again
}

// Apply makes plans true, those of several Regions at once, and remembers each
// wish. A Region whose step fails is put back as it was; the others go on. There
// is one error for each plan.
func (t *Tool) Apply(ctx context.Context, plans []Plan) []error {
	errs := make([]error, len(plans))
	var work sync.WaitGroup
	for i := range plans {
		work.Go(func() { errs[i] = t.applyRegion(ctx, &plans[i]) })
	}
	work.Wait()
	return errs
}

func (t *Tool) applyRegion(ctx context.Context, plan *Plan) error {
	again := t.again("seismo logging enable --region " + plan.Region)
	if plan.err != nil { // whose remedy says how to go on: the same command would be refused again
		return &Failure{Region: plan.Region, Err: plan.err}
	}
	return t.runAnd(ctx, plan, again)
}

// runAnd makes a plan's steps and remembers what was wished.
func (t *Tool) runAnd(ctx context.Context, plan *Plan, again string) error {
	return t.alone(ctx, plan, again, func() error {
		if err := t.run(ctx, plan, again); err != nil {
			return err
		}
		return t.remember(ctx, plan, again)
	})
}

// remember keeps what was wished, once all of it is done.
func (t *Tool) remember(ctx context.Context, plan *Plan, again string) error {
	err := t.keepWish(ctx, plan)
	if err != nil && ctx.Err() != nil {
		return &Failure{Region: plan.Region, Err: err, Again: again, cut: true, tale: "everything is done, and what was wished is not remembered yet; done", Left: namesOf(plan.Steps)}
	}
	return err
}

// again is the command to go on with: the one that was given, else another.
func (t *Tool) again(otherwise string) string {
	if t.opt.Command != "" {
		return t.opt.Command
	}
	return otherwise
}

// run makes a plan's steps, one after the other, and takes back those it made when
// one fails.
func (t *Tool) run(ctx context.Context, plan *Plan, again string) error {
	former, err := t.opt.Journal.Changes(ctx, plan.scope)
	if err != nil {
		return err
	}
	var done []Step
	for _, s := range plan.Steps {
		if !s.changes() {
			t.opt.Tell(plan.Region, string(Keep), s.Kind+" "+s.Name, nil)
			continue
		}
		made, err := t.make(ctx, plan, &s, len(done) > 0)
		t.opt.Tell(plan.Region, string(s.Verb), s.Kind+" "+s.Name, err)
		if made {
			done = append(done, s)
		}
		if err == nil {
			continue
		}
		f := &Failure{Region: plan.Region, Step: string(s.Verb) + " " + s.Kind + " " + s.Name, Err: err, Again: again}
		if ctx.Err() != nil {
			if made { // the step itself, of which nobody knows
				done = done[:len(done)-1]
			}
			f.cut, f.tale, f.Left = true, "done so far, and written down", namesOf(done)
			return f
		}
		t.rollback(ctx, plan, done, former, f)
		return f
	}
	return nil
}

func namesOf(steps []Step) []string {
	var list []string
	for _, s := range steps {
		list = append(list, s.Kind+" "+s.Name)
	}
	return list
}

// make does one step: it looks whether everything is as the plan says, writes
// down how to undo the step, and does it. made reports whether something may have
// changed.
func (t *Tool) make(ctx context.Context, plan *Plan, s *Step, warm bool) (made bool, err error) {
	now, err := s.part.read(ctx, plan.place, s.Name)
	if err != nil {
		return false, err
	}
	switch after, err := s.part.want(now); {
	case err != nil:
		return false, err
	case after == now: // an earlier try was cut off after this, or somebody was quicker
		return false, nil
	case same(now, s.Before):
	case s.fresh: // a new thing has settings of AWS's own
		s.After = after
	default:
		return false, changed(s.part.setting)
	}
	begun := state.Change{Scope: plan.scope, Setting: s.part.id(), Before: s.Before, After: s.After, Begun: t.opt.Now().UTC()}
	if err := t.opt.Journal.Begin(ctx, begun); err != nil {
		return false, err
	}
	err = t.write(ctx, plan.place, s, now, warm)
	if exists(err) { // somebody was quicker: it is theirs, and not to be taken back
		return false, errors.Join(err, t.opt.Journal.Forget(ctx, plan.scope, s.part.id()))
	}
	return true, err
}

// exists reports whether something was to be made that is there already.
func exists(err error) bool {
	return slices.Contains([]string{"EntityAlreadyExists", "ResourceAlreadyExistsException", "TrailAlreadyExistsException"}, account.Code(err))
}

// put writes a setting. What is there already just as it is to be made was made by
// this very call, whose first answer was lost.
func put(ctx context.Context, p place, s setting, from, to string) error {
	err := s.write(ctx, p, s.name, from, to)
	if from == "" && exists(err) {
		if now, e := s.read(ctx, p, s.name); e == nil && same(now, to) {
			return nil
		}
	}
	return err
}

// tries is how often a configuration is given to AWS: a role and a policy that
// were just made are not known everywhere at once.
const tries = 7

func (t *Tool) write(ctx context.Context, p place, s *Step, now string, warm bool) error {
	for n := 1; ; n++ {
		err := put(ctx, p, s.part.setting, now, s.After)
		if err == nil || !warm || n == tries || !settling(err) || ctx.Err() != nil {
			return err
		}
		t.opt.Log.Debug("AWS does not know the new role or policy yet", "region", p.region, "try", n)
		t.opt.Pause(ctx, 5*time.Second)
	}
}

// settling reports whether an error may only say that what was made a moment ago
// is not known everywhere.
func settling(err error) bool {
	switch account.Code(err) {
	case "ValidationException", "InvalidCloudWatchLogsLogGroupArnException", "InvalidCloudWatchLogsRoleArnException",
		"InsufficientS3BucketPolicyException", "InsufficientEncryptionPolicyException", "OperationAborted":
		return true
	}
	return false
}

// putBack is how long taking back may last.
const putBack = 2 * time.Minute

// rollback takes back the steps of one run, the last first.
func (t *Tool) rollback(ctx context.Context, plan *Plan, done []Step, former []state.Change, f *Failure) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), putBack)
	defer cancel()
	for _, s := range slices.Backward(done) {
		name := s.Kind + " " + s.Name
		err := t.takeBack(ctx, plan, s, former)
		t.opt.Tell(plan.Region, "put back", name, err)
		if err != nil {
			if errors.As(err, new(*holding)) {
				name += " (it holds logs)"
			}
			f.Left = append(f.Left, name)
			continue
		}
		f.Put = append(f.Put, name)
	}
	if len(f.Left) > 0 {
		f.Again = "seismo logging undo --region " + plan.Region
	}
}

// takeBack puts one setting back as it was before this run, in the account and in
// the journal.
func (t *Tool) takeBack(ctx context.Context, plan *Plan, s Step, former []state.Change) error {
	if !s.fresh || s.part.in == kindRole { // settings vanish with their thing
		now, err := s.part.read(ctx, plan.place, s.Name)
		if err != nil {
			return err
		}
		if !same(now, s.Before) {
			if err := t.restore(ctx, plan.place, s.part.setting, now, s.Before); err != nil {
				return err
			}
		}
	}
	at := slices.IndexFunc(former, func(c state.Change) bool { return c.Setting == s.part.id() })
	if at < 0 {
		return t.opt.Journal.Forget(ctx, plan.scope, s.part.id())
	}
	return t.opt.Journal.Begin(ctx, former[at])
}

// holdsLogs is why a thing stays that was to go.
const holdsLogs = "it holds logs and stays, with its settings; --delete-data deletes it"

// holding says that a thing was to go and holds logs.
type holding struct{ s setting }

func (h *holding) Error() string { return h.s.kind.name + " " + h.s.name + " holds logs and stays" }

// restore writes a former text. A thing that goes is emptied of what is no log. What
// is delivered meanwhile stays: S3 deletes no bucket that holds something.
func (t *Tool) restore(ctx context.Context, p place, s setting, now, before string) error {
	if before != "" || s.empty == nil {
		return put(ctx, p, s, now, before)
	}
	err := s.empty(ctx, p, s.name, false)
	if err == nil {
		err = put(ctx, p, s, now, before)
	}
	if errors.Is(err, errFull) || account.Code(err) == bucketNotEmpty {
		return &holding{s}
	}
	return err
}
