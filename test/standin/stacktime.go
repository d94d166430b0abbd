package standin

import (
	"maps"
	"strings"
	"time"
)

// StackTime says how long each change of a stack lasts from now on. It then goes
// on by itself, whether or not anybody looks.
func (c *Cloud) StackTime(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stacks().takes = d
}

// pass ends the changes whose time is over.
func (l *stacks) pass() {
	for _, s := range l.list {
		if s.next != "" && l.takes > 0 && !time.Now().Before(s.due) {
			l.end(s)
		}
	}
}

// end brings a stack to what its change leads to.
func (l *stacks) end(s *Stack) {
	s.Status, s.next = s.next, ""
	s.event(s.Name, stackType, s.Status, "")
	if strings.HasSuffix(s.Status, "_COMPLETE") && !strings.Contains(s.Status, "ROLLBACK") {
		s.Outputs = maps.Clone(l.gives[s.Name])
		if s.Outputs == nil {
			s.Outputs = scopeOf(s).outputs()
		}
	}
}

// listStacks answers all stacks on one page, those that were deleted too.
func listStacks(l *stacks, r *request) (any, error) {
	list := []map[string]any{}
	for _, s := range l.list {
		wanted := !r.form.Has("StackStatusFilter.member.1")
		for name, values := range r.form {
			wanted = wanted || strings.HasPrefix(name, "StackStatusFilter.") && values[0] == s.Status
		}
		if wanted && s.Region == r.region {
			list = append(list, map[string]any{"StackId": s.id, "StackName": s.Name, "StackStatus": s.Status, "CreationTime": time.Now().UTC()})
		}
	}
	return map[string]any{"StackSummaries": list}, nil
}
