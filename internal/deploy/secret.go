package deploy

import (
	"maps"
	"slices"
)

// secrets are those of given parameters that the template hides, by name.
func (t *template) secrets(given map[string]string) []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if hides(t.parameters[name]) {
			list = append(list, name)
		}
	}
	return list
}

// hides says that CloudFormation shows nobody a parameter's value.
func hides(parameter map[string]any) bool {
	v, ok := parameter["NoEcho"]
	return ok && v != false && v != "false"
}

// Secret says of a parameter's name whether its value is never to be printed. Of a
// template that cannot be read nothing is printed.
func Secret(parameter string) bool {
	for _, name := range TemplateNames() {
		tpl, err := load(name)
		if err != nil || hides(tpl.parameters[parameter]) {
			return true
		}
	}
	return false
}
