package logging

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// turns is when a setting's turn comes among those that make AWS write; ok says that
// it is one of them. A trail stops before it is changed.
func turns(kind string) (turn int, ok bool) {
	turn = slices.Index([]string{kindTrailOn, kindInsights, kindSelectors, kindTrail, kindLogging}, kind)
	return turn, turn >= 0
}

// inOrder are the steps of an undo so that AWS is never left writing to where it may
// not: what makes it write is put back before what lets it write is taken away,
// whenever each was changed. Before both comes what a former configuration needs.
func inOrder(steps []Step) []Step {
	var needed, writing, rest []Step
	for _, s := range steps {
		_, writes := turns(s.Kind)
		switch {
		case writes:
			writing = append(writing, s)
		case gives(s) && slices.ContainsFunc(steps, func(w Step) bool { return refers(w, w.After, s) }):
			needed = append(needed, s)
		default:
			rest = append(rest, s)
		}
	}
	slices.Reverse(needed) // as they are made: a thing before its settings
	slices.SortStableFunc(writing, func(a, b Step) int {
		at, _ := turns(a.Kind)
		bt, _ := turns(b.Kind)
		return cmp.Compare(at, bt)
	})
	return slices.Concat(needed, writing, rest)
}

// refers reports whether a step is of a trail or a configuration, and its text names
// the thing of another step.
func refers(writing Step, text string, s Step) bool {
	if writing.Kind != kindLogging && writing.Kind != kindTrail {
		return false
	}
	return named(text, func(word string) bool {
		return word == s.Name || strings.HasSuffix(word, "/"+s.Name) || strings.Contains(word, ":log-group:"+s.Name+":")
	})
}

// gives reports whether a step puts back something that writing may need, and does
// not only take away.
func gives(s Step) bool {
	if s.Verb != Create && s.Verb != Change {
		return false
	}
	switch s.Kind {
	case kindBucket, kindGroup:
		return s.Verb == Create
	case kindBucketPolicy, kindKeyPolicy, kindRole, kindRolePolicy:
		now := elements(s.Before)
		return slices.ContainsFunc(elements(s.After), func(e string) bool { return !slices.Contains(now, e) })
	}
	return false
}

// users are the things that others need whom this state file knows, each with the one
// who does: a Region's logging or a trail that is on.
func (t *Tool) users(ctx context.Context, p place, scope string) (map[string]string, error) {
	wishes, err := t.opt.Memory.Facts(ctx, "wish ")
	if err != nil {
		return nil, err
	}
	all, err := t.opt.Journal.Changes(ctx, "")
	if err != nil {
		return nil, err
	}
	uses := map[string]string{}
	for _, c := range all {
		kind, rest, _ := strings.Cut(c.Scope, " ")
		account, name, _ := strings.Cut(rest, " ")
		if s, err := parseSetting(c.Setting); err == nil && c.Scope != scope && account == p.id && wishes["wish "+c.Scope] != "" {
			uses[s.everywhere()] = kind + " " + name
		}
	}
	return uses, nil
}

// everywhere is the thing of a setting as others may need it: a role is the same one
// in all Regions.
func (s setting) everywhere() string {
	if s.name != "" && (s.kind.name == kindRole || s.in == kindRole) {
		return kindRole + " " + s.name
	}
	return s.thing()
}

// leaveUsed leaves what others use too: of a policy the owner's part goes, and the
// rest waits for them.
func leaveUsed(step Step, o owner, by string) (Step, error) {
	s := step.part.setting
	if step.Verb == Keep || step.Verb == Leave {
		return step, nil
	}
	made := s.in == "" && o.before == "" // by this owner
	switch s.kind.name {
	case kindBucketPolicy, kindKeyPolicy, kindRolePolicy, kindRole:
		if made {
			break
		}
		after, err := s.without(step.Before, o)
		if err == nil && same(step.Before, after) {
			after = step.Before
		}
		step.After, step.Verb = after, verbOf(step.Before, after)
		return step, err
	}
	step.Verb, step.After = Leave, step.Before
	if s.in == "" {
		step.Note = by + " uses it too: it stays, with its settings, until that is undone; undo again then"
	}
	return step, nil
}
