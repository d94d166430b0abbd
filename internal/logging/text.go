package logging

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// textOf is the text of a value of AWS's SDK: its members by name, in a fixed
// order, without those that are not set.
func textOf(v any) (string, error) {
	text, err := json.Marshal(v, json.OmitZeroStructFields(true), json.Deterministic(true))
	return string(text), err
}

// fromText reads what textOf wrote.
func fromText[T any](text string) (v T, err error) {
	err = json.Unmarshal([]byte(text), &v)
	return v, err
}

// same reports whether two texts mean the same: order of members, and of the
// elements of lists, does not count, nor does whether one element stands in a
// list. AWS gives policies back in another shape than it got them.
func same(a, b string) bool {
	if a == b {
		return true
	}
	return a != "" && b != "" && canonical(a) == canonical(b)
}

func canonical(text string) string {
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return text
	}
	return flat(v)
}

func flat(v any) string {
	switch v := v.(type) {
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, flat(e))
		}
		slices.Sort(list)
		return strings.Join(list, ",")
	case map[string]any:
		var list []string
		for k, e := range v {
			list = append(list, k+":"+flat(e))
		}
		slices.Sort(list)
		return "{" + strings.Join(list, ",") + "}"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strings.Trim(string(text), `"`) // AWS writes true and "true" in conditions
}

// lines is a text as people read it: indented, one line each.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	v := jsontext.Value(text)
	if err := v.Indent(jsontext.WithIndent("  ")); err != nil {
		return strings.Split(text, "\n")
	}
	return strings.Split(string(v), "\n")
}
