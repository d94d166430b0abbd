package deploy

import (
	"fmt"
	"maps"
	"slices"
)

// Resource is one resource of a template.
type Resource struct {
	ID   string `json:"id"` // in the template
	Type string `json:"type"`
	Kept bool   `json:"kept,omitzero"` // it outlives its stack
}

// made are the resources that the values of parameters lead to, by id. A value
// that is not given is the parameter's default.
func (t *template) made(values map[string]string) []Resource {
	var list []Resource
	for _, id := range slices.Sorted(maps.Keys(t.resources)) {
		r := t.resources[id]
		if name, ok := r["Condition"].(string); ok && !t.holds(map[string]any{"Condition": name}, values) {
			continue
		}
		kept := r["DeletionPolicy"] == "Retain" || r["DeletionPolicy"] == "RetainExceptOnCreate"
		list = append(list, Resource{id, fmt.Sprint(r["Type"]), kept})
	}
	return list
}

// holds evaluates a condition: a name of one, or Equals, Not, And and Or.
func (t *template) holds(c any, values map[string]string) bool {
	m, _ := c.(map[string]any)
	if name, ok := m["Condition"].(string); ok {
		return t.holds(t.conditions[name], values)
	}
	all := func(list any, want bool) bool {
		for _, part := range sliceOf(list) {
			if t.holds(part, values) != want {
				return false
			}
		}
		return true
	}
	switch {
	case m["Fn::Equals"] != nil:
		sides := sliceOf(m["Fn::Equals"])
		return len(sides) == 2 && t.value(sides[0], values) == t.value(sides[1], values)
	case m["Fn::Not"] != nil:
		return all(m["Fn::Not"], false)
	case m["Fn::And"] != nil:
		return all(m["Fn::And"], true)
	case m["Fn::Or"] != nil:
		return !all(m["Fn::Or"], false)
	}
	return false
}

func (t *template) value(v any, values map[string]string) string {
	m, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprint(v)
	}
	name := fmt.Sprint(m["Ref"])
	if given, ok := values[name]; ok {
		return given
	}
	return fmt.Sprint(t.parameters[name]["Default"])
}

func sliceOf(v any) []any {
	list, _ := v.([]any)
	return list
}
