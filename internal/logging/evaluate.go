package logging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// asking is one request as a policy sees it.
type asking struct {
	service  string // the principal: a service's name
	role     string // ARN of the role that the service took, "" where it asks in its own name
	action   string
	resource string            // "" of trust policies, which name none
	below    string            // what all resources begin with of which resource is one; "" when it is the only one
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

// ruling is a decision and the statement that made it.
type ruling struct {
	decision
	by string
}

// rawStatement is a statement as anybody may write one: lists may be single words.
type rawStatement struct {
	Sid          string
	Effect       string
	Principal    any
	NotPrincipal any
	Action       any
	NotAction    any
	Resource     any
	NotResource  any
	Condition    map[string]map[string]any
}

// judge asks policies that count as one, such as those of a role. Source: "Policy
// evaluation logic" in IAM's user guide: a denial wins. One that may apply wins over
// what is allowed.
func (a asking) judge(policies ...string) ruling {
	var said, doubt ruling
	for _, text := range policies {
		list, err := statementsOf(text)
		if err != nil {
			return ruling{undecided, "a policy that cannot be read"}
		}
		for i, s := range list {
			applies := s.applies(a)
			one := ruling{undecided, s.named(i)}
			switch deny := s.Effect != "Allow"; {
			case applies == no:
			case deny && applies == sure:
				return ruling{denies, one.by}
			case deny:
				doubt = one
			case applies == sure:
				said = ruling{allows, one.by}
			case said.decision == silent:
				said = one
			}
		}
	}
	if said.decision == allows && doubt.decision == undecided {
		return doubt
	}
	return said
}

func statementsOf(text string) ([]rawStatement, error) {
	d, err := parsePolicy(text)
	if err != nil {
		return nil, err
	}
	list := make([]rawStatement, len(d.Statement))
	for i, raw := range d.Statement {
		if err := json.Unmarshal(raw, &list[i], json.MatchCaseInsensitiveNames(true)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *rawStatement) named(i int) string {
	if s.Sid != "" {
		return "the statement " + strconv.Quote(s.Sid)
	}
	return "statement " + strconv.Itoa(i+1) + " of the policy"
}

// words are the strings of a member that may be one or a list.
func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool:
		return []string{strconv.FormatBool(v)}
	case float64:
		return []string{strconv.FormatFloat(v, 'f', -1, 64)}
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, words(e)...)
		}
		return list
	}
	return nil
}

// applies reports whether a statement is about a request and its conditions are met.
func (s *rawStatement) applies(a asking) truth {
	if !s.names(a) {
		return no
	}
	about := sure
	switch {
	case s.Action != nil:
		about = anyOf(words(s.Action), func(v string) truth { return alike(strings.ToLower(v), strings.ToLower(a.action), "") })
	case s.NotAction != nil:
		about = sure - anyOf(words(s.NotAction), func(v string) truth { return alike(strings.ToLower(v), strings.ToLower(a.action), "") })
	}
	if about == no || a.resource == "" {
		return min(about, s.holds(a))
	}
	resource := func(v string) truth { return alike(v, a.resource, a.below) }
	switch {
	case s.Resource != nil:
		about = min(about, anyOf(words(s.Resource), resource))
	case s.NotResource != nil:
		about = min(about, sure-anyOf(words(s.NotResource), resource))
	}
	return min(about, s.holds(a))
}

// names reports whether a statement is about who asks. Policies of a role name
// nobody.
func (s *rawStatement) names(a asking) bool {
	if s.NotPrincipal != nil {
		return !principal(s.NotPrincipal, a.service)
	}
	return s.Principal == nil && a.role != "" || principal(s.Principal, a.service)
}

// principal reports whether a Principal names a service.
func principal(p any, service string) bool {
	if text, ok := p.(string); ok {
		return text == "*"
	}
	m, ok := p.(map[string]any)
	return ok && (slices.Contains(words(m["Service"]), service) || slices.Contains(words(m["Service"]), "*") || slices.Contains(words(m["AWS"]), "*"))
}
