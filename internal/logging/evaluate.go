package logging

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// asking is one request as a policy sees it.
type asking struct {
	service  string // the principal: a service's name
	action   string
	resource string            // "" of trust policies, which name none
	context  map[string]string // condition keys in small letters
}

// decision is what a resource's policy says of a request. An unknown condition
// makes it undecided: a check must not pass on a guess.
type decision int

const (
	silent decision = iota // no statement speaks of it
	allows
	denies
	undecided
)

// rawStatement is a statement as anybody may write one: lists may be single words.
type rawStatement struct {
	Effect       string
	Principal    any
	NotPrincipal any
	Action       any
	NotAction    any
	Resource     any
	NotResource  any
	Condition    map[string]map[string]any
}

// evaluate asks a resource's policy. Source: "Policy evaluation logic" in IAM's
// user guide: a denial wins.
func evaluate(text string, a asking) decision {
	d, err := parsePolicy(text)
	if err != nil {
		return undecided
	}
	verdict := silent
	for _, raw := range d.Statement {
		var s rawStatement
		if json.Unmarshal(raw, &s, jsontext.AllowDuplicateNames(true)) != nil {
			return undecided
		}
		if !s.speaksOf(a) {
			continue
		}
		switch holds, known := s.holds(a); {
		case !known && s.Effect == "Deny":
			return undecided
		case !known && verdict == silent:
			verdict = undecided
		case !holds || !known:
		case s.Effect == "Deny":
			return denies
		default:
			verdict = allows
		}
	}
	return verdict
}

// words are the strings of a member that may be one or a list.
func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool:
		return []string{map[bool]string{true: "true", false: "false"}[v]}
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, words(e)...)
		}
		return list
	}
	return nil
}

func (s *rawStatement) speaksOf(a asking) bool {
	matches := func(list []string, text string, fold bool) bool {
		return slices.ContainsFunc(list, func(p string) bool {
			if fold {
				return like(strings.ToLower(p), strings.ToLower(text))
			}
			return like(p, text)
		})
	}
	switch {
	case s.Action != nil && !matches(words(s.Action), a.action, true),
		s.NotAction != nil && matches(words(s.NotAction), a.action, true):
		return false
	case a.resource != "" && s.Resource != nil && !matches(words(s.Resource), a.resource, false),
		a.resource != "" && s.NotResource != nil && matches(words(s.NotResource), a.resource, false):
		return false
	case s.NotPrincipal != nil:
		return !principal(s.NotPrincipal, a.service)
	}
	return principal(s.Principal, a.service)
}

// principal reports whether a Principal names a service.
func principal(p any, service string) bool {
	if text, ok := p.(string); ok {
		return text == "*"
	}
	m, ok := p.(map[string]any)
	return ok && (slices.Contains(words(m["Service"]), service) || slices.Contains(words(m["Service"]), "*") || slices.Contains(words(m["AWS"]), "*"))
}

// holds reports whether all conditions are met, and whether all are known here.
func (s *rawStatement) holds(a asking) (holds, known bool) {
	holds, known = true, true
	for operator, keys := range s.Condition {
		base, ifExists := strings.CutSuffix(operator, "IfExists")
		for key, values := range keys {
			have, there := a.context[strings.ToLower(key)]
			if !there && ifExists {
				continue
			}
			met, ok := meets(base, have, there, words(values))
			holds, known = holds && met, known && ok
		}
	}
	return holds, known
}

// meets compares a key of the request with a condition's values.
func meets(operator, have string, there bool, values []string) (met, known bool) {
	not := false
	if operator != "Null" {
		operator, not = strings.Replace(operator, "Not", "", 1), strings.Contains(operator, "Not")
	}
	var one func(string) bool
	switch operator {
	case "StringEquals":
		one = func(v string) bool { return v == have }
	case "StringEqualsIgnoreCase", "Bool":
		one = func(v string) bool { return strings.EqualFold(v, have) }
	case "StringLike", "ArnLike", "ArnEquals":
		one = func(v string) bool { return like(v, have) }
	case "Null":
		return slices.Contains(values, map[bool]string{true: "false", false: "true"}[there]), true
	default:
		return false, false
	}
	return (there && slices.ContainsFunc(values, one)) != not, true
}

// like matches * and ?. It goes back to the last * alone, so that no pattern takes
// long.
func like(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
