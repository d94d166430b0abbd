package standin

import (
	"strconv"
	"strings"
)

type policyKey struct{}

// refused are the actions that policies of callers do not allow.
func (c *Cloud) refused() map[string]string {
	return *state(c, policyKey{}, func() *map[string]string { return &map[string]string{} })
}

// Refuse makes IAM's simulation say of an action implicitDeny or explicitDeny.
func (c *Cloud) Refuse(action, decision string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused()[action] = decision
}

func (c *Cloud) simulatePolicy(r *request) (any, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	results := []map[string]any{}
	for name, values := range r.form {
		if !strings.HasPrefix(name, "ActionNames.member.") {
			continue
		}
		decision := c.refused()[values[0]]
		if decision == "" {
			decision = "allowed"
		}
		each := []map[string]any{}
		for n := 1; r.form.Has("ResourceArns.member." + strconv.Itoa(n)); n++ {
			each = append(each, map[string]any{"EvalResourceName": r.form.Get("ResourceArns.member." + strconv.Itoa(n)), "EvalResourceDecision": decision})
		}
		results = append(results, map[string]any{
			"EvalActionName": values[0], "EvalDecision": decision, "EvalResourceName": r.form.Get("ResourceArns.member.1"), "ResourceSpecificResults": each,
		})
	}
	return map[string]any{"EvaluationResults": results, "IsTruncated": false}, nil
}
