package logging

import (
	"slices"
	"strings"
)

// truth is what is known of a condition. The smaller of two is both, the larger is
// either, and sure without one is its contrary.
type truth int

const (
	no truth = iota
	perhaps
	sure
)

// anyOf is whether one of several values fits.
func anyOf(values []string, fits func(string) truth) truth {
	all := no
	for _, v := range values {
		all = max(all, fits(v))
	}
	return all
}

// presence is what is known of a condition key of a request.
type presence int

const (
	unknown presence = iota
	absent
	present
)

// neverOfServices are keys that only requests of people and roles have, or of
// networks of a customer's. Source: "AWS global condition context keys" in IAM's user
// guide; of the organization's ids, which policies that are bound to them must exempt
// services from, "Data perimeters" there.
var neverOfServices = [...]string{"aws:principalorgid", "aws:principalorgpaths", "aws:username", "aws:multifactorauthpresent", "aws:multifactorauthage",
	"aws:federatedprovider", "aws:sourceidentity", "aws:tokenissuetime", "aws:sourcevpc", "aws:sourcevpce"}

// key is what is known of a condition key: of most nothing.
func (a asking) key(name string) (string, presence) {
	have, there := a.context[name]
	switch {
	case there:
		return have, present
	case a.role != "":
		return "", unknown
	case name == "aws:principalisawsservice", name == "aws:securetransport":
		return "true", present
	case name == "aws:principalservicename":
		return a.service, present
	case slices.Contains(neverOfServices[:], name), strings.HasPrefix(name, "aws:principaltag/"):
		return "", absent
	}
	return "", unknown
}

// holds reports whether all conditions of a statement are met.
func (s *rawStatement) holds(a asking) truth {
	all := sure
	for operator, keys := range s.Condition {
		for key, values := range keys {
			all = min(all, a.meets(operator, strings.ToLower(key), words(values)))
		}
	}
	return all
}

// meets compares a key of the request with a condition's values. Source: "IAM JSON
// policy elements: Condition operators" in IAM's user guide.
func (a asking) meets(operator, key string, values []string) truth {
	have, is := a.key(key)
	if operator == "Null" {
		return nulls(is, values)
	}
	operator, ifExists := strings.CutSuffix(operator, "IfExists")
	not := strings.Contains(operator, "Not")
	compare := map[string]func(value, have string) truth{"StringEquals": equal, "StringLike": wild, "ArnLike": arnLike, "ArnEquals": arnLike,
		"StringEqualsIgnoreCase": equalFold, "Bool": equalFold}[strings.Replace(operator, "Not", "", 1)]
	switch {
	case compare == nil, is == unknown, len(values) == 0:
		return perhaps
	case is == absent && (not || ifExists):
		return sure
	case is == absent:
		return no
	}
	met := anyOf(values, func(v string) truth { return compare(v, have) })
	if not {
		return sure - met
	}
	return met
}

// nulls compares whether a key is absent.
func nulls(is presence, values []string) truth {
	switch {
	case is == unknown || len(values) != 1:
		return perhaps
	case strings.EqualFold(values[0], "true") == (is == absent):
		return sure
	}
	return no
}

// example is how resources of Bedrock end here whose names nobody knows: what
// compares with one for good or ill may be wrong of the real one.
const example = "an-example"

// equal compares letter by letter: a wildcard there is an ordinary letter, and no
// ARN has one.
func equal(v, have string) truth {
	begins, part := strings.CutSuffix(have, example)
	switch {
	case v == have:
		return sure
	case strings.Contains(v, "${"), part && strings.HasPrefix(v, begins) && !strings.ContainsAny(v, "*?"):
		return perhaps
	}
	return no
}

func equalFold(v, have string) truth { return equal(strings.ToLower(v), strings.ToLower(have)) }

func wild(v, have string) truth { return alike(v, have, "") }

// arnLike compares the six parts of an ARN, each by itself.
func arnLike(v, have string) truth {
	patterns, parts := strings.SplitN(v, ":", 6), strings.SplitN(have, ":", 6)
	if len(patterns) != 6 || len(parts) != 6 {
		return min(perhaps, wild(v, have)) // whether it counts is not written down
	}
	all := sure
	for i, p := range patterns {
		all = min(all, wild(p, parts[i]))
	}
	return all
}

// alike matches a pattern; below is what all texts begin with of which text is one,
// "" when it is the only one.
func alike(pattern, text, below string) truth {
	begins, part := strings.CutSuffix(text, example)
	if below != "" {
		begins, part = below, true
	}
	switch {
	case strings.Contains(pattern, "${"):
		return perhaps // a variable
	case like(pattern, text):
		return sure
	case part && overlap(pattern, begins):
		return perhaps
	}
	return no
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

// overlap reports whether a pattern matches anything that begins with a text.
func overlap(pattern, begins string) bool {
	at := map[int]bool{0: true} // where in the pattern the text may be
	for i := range len(begins) {
		next := map[int]bool{}
		for p := range at {
			for ; p < len(pattern) && pattern[p] == '*'; p++ {
				next[p] = true
			}
			if p < len(pattern) && (pattern[p] == '?' || pattern[p] == begins[i]) {
				next[p+1] = true
			}
		}
		at = next
	}
	return len(at) > 0
}
