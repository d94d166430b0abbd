package logging

import (
	"slices"
	"strconv"
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
// list. AWS gives policies back in another shape than it got them. Two words and one
// with a comma are not the same.
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

// flat is a value as a text that only a value of the same meaning has.
func flat(v any) string {
	switch v := v.(type) {
	case []any:
		list := make([]string, len(v))
		for i, e := range v {
			list[i] = flat(e)
		}
		if len(list) == 1 {
			return list[0]
		}
		slices.Sort(list)
		return "[" + strings.Join(list, ",") + "]"
	case map[string]any:
		var list []string
		for k, e := range v {
			list = append(list, strconv.Quote(k)+":"+flat(e))
		}
		slices.Sort(list)
		return "{" + strings.Join(list, ",") + "}"
	case string:
		return strconv.Quote(v)
	case nil:
		return "null"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return strconv.Quote(string(text)) // AWS writes true and "true" in conditions
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
