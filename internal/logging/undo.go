package logging

import (
	"context"
	"errors"
	"slices"
	"sync"

	"seismo/internal/account"
	"seismo/internal/state"
)

// Undoing says how far putting back goes.
type Undoing struct {
	DeleteData bool // delete what seismo made even where it holds logs
	Force      bool // put back also what somebody changed since, and turn off what seismo did not turn on
}

// PlanUndo works out what it takes to put Regions back as they were before the
// first change. It only reads.
func (t *Tool) PlanUndo(ctx context.Context, regions []string, how Undoing) ([]Plan, []error) {
	plans, errs := make([]Plan, len(regions)), make([]error, len(regions))
	var work sync.WaitGroup
	for i, region := range regions {
		work.Go(func() {
			plans[i].Region = region
			p, err := t.place(ctx, region)
			if err == nil {
				plans[i], err = t.planUndo(ctx, p, p.scope(), how)
			}
			errs[i] = err
		})
	}
	work.Wait()
	return plans, errs
}

func (t *Tool) planUndo(ctx context.Context, p place, scope string, how Undoing) (Plan, error) {
	plan := Plan{Account: p.id, Region: p.region, place: p, scope: scope}
	list, err := t.opt.Journal.Changes(ctx, scope)
	if err != nil {
		return plan, err
	}
	stays, err := t.staying(ctx, p, list, how)
	if err != nil {
		return plan, err
	}
	uses, err := t.users(ctx, p, scope)
	if err != nil {
		return plan, err
	}
	plan.basis = basis{list, uses}
	for _, c := range slices.Backward(list) {
		step, err := undoStep(ctx, p, c, stays, how)
		if by := uses[step.part.everywhere()]; err == nil && by != "" && !how.Force {
			step, err = leaveUsed(step, ownerOf(c), by)
		}
		if err != nil {
			return plan, err
		}
		plan.Steps = append(plan.Steps, step)
	}
	if err := plan.leaveOff(ctx); err != nil {
		return plan, err
	}
	if err := plan.leaveNeeded(ctx, how); err != nil {
		return plan, err
	}
	going := map[string]bool{} // what goes, and its settings with it; a role is deleted only without its policy
	for _, s := range plan.Steps {
		if s.Verb == Delete && s.part.in == "" && s.Kind != kindRole {
			going[s.part.id()] = true
		}
	}
	for i, s := range plan.Steps {
		if s.part.in != "" && going[s.part.thing()] {
			plan.Steps[i].Verb, plan.Steps[i].After, plan.Steps[i].Note = Keep, s.Before, "it goes with its "+s.part.in
		}
	}
	plan.Steps = inOrder(plan.Steps)
	return plan, nil
}

// staying are the things that seismo made and that stay, each with the reason: those
// that hold logs, and those that somebody made anew. They stay with their settings: a
// bucket of prompts must not lose its protection.
func (t *Tool) staying(ctx context.Context, p place, list []state.Change, how Undoing) (map[string]string, error) {
	stays := map[string]string{}
	for at, c := range list {
		s, err := parseSetting(c.Setting)
		if err != nil {
			return nil, err
		}
		if c.Before != "" || s.full == nil && s.born == nil {
			continue
		}
		now, err := s.read(ctx, p, s.name)
		if err != nil {
			return nil, err
		}
		if now == "" {
			continue
		}
		switch anew, err := madeAnew(ctx, p, s, list, at); {
		case err != nil:
			return nil, err
		case anew && !how.Force:
			stays[s.id()] = "somebody made it anew since: it stays, with its settings; --force deletes it all the same"
			continue
		case s.full == nil || how.DeleteData:
			continue
		}
		full, err := s.full(ctx, p, s.name)
		if err != nil {
			return nil, err
		}
		if full {
			stays[s.id()] = holdsLogs
		}
	}
	return stays, nil
}

func undoStep(ctx context.Context, p place, c state.Change, stays map[string]string, how Undoing) (Step, error) {
	s, err := parseSetting(c.Setting)
	if err != nil {
		return Step{}, err
	}
	step := Step{Region: p.region, Kind: s.kind.name, Name: s.name, part: part{setting: s}, Needs: slices.Concat(s.reads, s.writes), After: c.Before}
	var gone bool
	if step.Before, gone, err = readInside(ctx, p, s); err != nil {
		return step, err
	}
	switch {
	case gone:
		step.Verb, step.After = Keep, step.Before
		if c.Before != "" {
			step.Note = "what it is a setting of is gone: there is nothing to put back"
		}
		return step, nil
	case stays[s.thing()] != "":
		step.Verb, step.After = Leave, step.Before
		if s.in == "" {
			step.Note = stays[s.thing()]
		}
		return step, nil
	case step.Before != "" && !how.Force && !same(step.Before, c.Before) && (!same(step.Before, c.After) || othersIn(s, c)):
		return othersStep(step, c, s)
	}
	if same(step.Before, step.After) {
		step.After = step.Before
	}
	step.Verb = verbOf(step.Before, step.After)
	return step, nil
}

// othersStep is for a setting that somebody changed after seismo: seismo's own part
// is taken out of it where that can be done, else it stays.
func othersStep(step Step, c state.Change, s setting) (Step, error) {
	if s.without == nil || c.Before == "" && s.in == "" {
		step.Verb, step.After = Leave, step.Before
		step.Note = "somebody changed it since; --force puts it back all the same"
		return step, nil
	}
	after, err := s.without(step.Before, ownerOf(c))
	step.After, step.Verb = after, verbOf(step.Before, after)
	step.Note = "somebody changed it since: only seismo's part is taken out"
	return step, err
}

// othersIn reports whether what was written last holds more than what was there
// first and the owner's own: somebody added to it between two changes.
func othersIn(s setting, c state.Change) bool {
	if s.without == nil || s.kind.name == kindSelectors || s.in == "" && c.Before == "" {
		return false
	}
	rest, err := s.without(c.After, ownerOf(c))
	first := elements(c.Before)
	return err == nil && slices.ContainsFunc(elements(rest), func(e string) bool { return !slices.Contains(first, e) })
}

// readInside reads a setting; gone says that the thing itself is not there any
// more, or the key.
func readInside(ctx context.Context, p place, s setting) (text string, gone bool, err error) {
	if s.in != "" {
		thing := settingOf(s.in, s.region, s.name)
		if now, err := thing.read(ctx, p, s.name); err != nil || now == "" {
			return "", err == nil, err
		}
	}
	text, err = s.read(ctx, p, s.name)
	if s.kind.name == kindKeyPolicy && account.Code(err) == "NotFoundException" {
		return "", true, nil
	}
	return text, false, err
}

// Undo makes plans of PlanUndo true. What was put back is forgotten at once, so
// that it can go on wherever it stops. There is one error for each plan.
func (t *Tool) Undo(ctx context.Context, plans []Plan, how Undoing) []error {
	errs := make([]error, len(plans))
	var work sync.WaitGroup
	for i := range plans {
		work.Go(func() {
			errs[i] = t.undo(ctx, &plans[i], how, t.again("seismo logging undo --region "+plans[i].Region))
		})
	}
	work.Wait()
	return errs
}

func (t *Tool) undo(ctx context.Context, plan *Plan, how Undoing, again string) error {
	return t.alone(ctx, plan, again, func() error {
		if err := t.stale(ctx, plan); err != nil {
			return &Failure{Region: plan.Region, Err: err, Again: again, cut: ctx.Err() != nil}
		}
		return t.undoSteps(ctx, plan, how, again)
	})
}

func (t *Tool) undoSteps(ctx context.Context, plan *Plan, how Undoing, again string) error {
	if !plan.goesOn() {
		if err := t.opt.Memory.Remember(ctx, "wish "+plan.scope, ""); err != nil {
			return err
		}
	}
	var done []Step
	for i, s := range plan.Steps {
		name := s.Kind + " " + s.Name
		err := t.undoOne(ctx, plan, s, how)
		if errors.As(err, new(*holding)) { // a log came after it was planned
			s.Verb, s.After, s.Note = Leave, s.Before, holdsLogs
			plan.Steps[i], name, err = s, name+": "+s.Note, nil
		}
		t.opt.Tell(plan.Region, string(s.Verb), name, err)
		if err != nil {
			return &Failure{Region: plan.Region, Step: string(s.Verb) + " " + name, Err: err, Again: again, Left: namesOf(done), tale: "put back before that", cut: ctx.Err() != nil}
		}
		if s.changes() {
			done = append(done, s)
		}
	}
	return nil
}

func (t *Tool) undoOne(ctx context.Context, plan *Plan, s Step, how Undoing) error {
	if s.Verb == Leave {
		return nil
	}
	if s.changes() {
		now, _, err := readInside(ctx, plan.place, s.part.setting)
		if err != nil {
			return err
		}
		if !same(now, s.Before) && !same(now, s.After) {
			return changed(s.part.setting)
		}
		if !same(now, s.After) {
			if err := t.erase(ctx, plan.place, s.part.setting, now, s.After, how); err != nil {
				return err
			}
		}
	}
	return t.opt.Journal.Forget(ctx, plan.scope, s.part.id())
}

// erase writes a former text; with how.DeleteData a thing goes with all it holds.
func (t *Tool) erase(ctx context.Context, p place, s setting, now, to string, how Undoing) error {
	if to != "" || s.empty == nil || !how.DeleteData {
		return t.restore(ctx, p, s, now, to)
	}
	for n := 1; ; n++ {
		err := s.empty(ctx, p, s.name, true)
		if err == nil {
			err = s.write(ctx, p, s.name, now, to)
		}
		if account.Code(err) != bucketNotEmpty || n == tries { // what was delivered in between goes too
			return err
		}
	}
}
