package logging

import (
	"context"
	"slices"
	"strings"
)

// leaveNeeded leaves what is written to after an undo too: by a configuration or a
// trail that stays as somebody changed it, that this undo puts back, or that is
// somebody's own. Logs would else go nowhere.
func (plan *Plan) leaveNeeded(ctx context.Context, how Undoing) error {
	writing := slices.Clone(plan.Steps)
	if !how.Force {
		theirs, err := plan.theirs(ctx)
		if err != nil {
			return err
		}
		writing = append(writing, theirs...)
	}
	for _, w := range writing {
		switch {
		case w.Kind != kindLogging && w.Kind != kindTrail:
		case w.Verb == Leave:
			plan.leave("the "+w.Kind+" that stays on needs it", func(s Step) bool {
				return refers(w, w.Before, s) || w.Kind == kindLogging && s.Kind == kindKeyPolicy // which its bucket names
			})
		default:
			goes := map[string]bool{}
			for _, s := range plan.Steps {
				if s.Verb == Delete && s.part.in == "" && refers(w, w.After, s) {
					goes[s.part.id()] = true
				}
			}
			plan.leave("the "+w.Kind+" that is put back needs it", func(s Step) bool { return goes[s.part.thing()] })
		}
	}
	return nil
}

// leave leaves those of the steps that which chooses, except those of what writes.
func (plan *Plan) leave(why string, which func(Step) bool) {
	for i, s := range plan.Steps {
		if _, writes := turns(s.Kind); writes || !s.changes() || !which(s) {
			continue
		}
		plan.Steps[i].Verb, plan.Steps[i].After, plan.Steps[i].Note = Leave, s.Before, why
		if s.part.in == "" {
			plan.Steps[i].Note += ": it stays, with its settings; turn that off, or give --force, and undo again"
		}
	}
}

// theirs is the configuration or the trail of a plan's scope that is on although no
// step is of it: somebody made it, or it was taken back already and made again.
func (plan *Plan) theirs(ctx context.Context) ([]Step, error) {
	s := settingOf(kindLogging, plan.Region, "configuration")
	if trail, ok := strings.CutPrefix(plan.scope, "trail "+plan.Account+" "); ok {
		s = settingOf(kindTrail, plan.Region, trail)
	}
	if len(plan.Steps) == 0 || slices.ContainsFunc(plan.Steps, func(o Step) bool { return o.Kind == s.kind.name }) {
		return nil, nil
	}
	now, err := s.read(ctx, plan.place, s.name)
	if err != nil || now == "" {
		return nil, err
	}
	return []Step{{Kind: s.kind.name, Name: s.name, Verb: Leave, Before: now}}, nil
}

// goesOn reports whether a plan of an undo leaves on what it was to turn off.
func (plan *Plan) goesOn() bool {
	return slices.ContainsFunc(plan.Steps, func(s Step) bool { return s.Verb == Leave && (s.Kind == kindLogging || s.Kind == kindTrail) })
}
