package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// word is a scalar's text, with ${VARIABLES} put in. They are put in after the
// file was parsed, so that a value never becomes structure.
func (p Part) word() (string, error) {
	n := bare(p.node)
	var s string
	switch v := n.(type) {
	case *ast.StringNode:
		s = v.Value
	case *ast.LiteralNode:
		s = v.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		s = n.GetToken().Value
	default:
		return "", p.Fault("", "not a single value", "write one value on this line")
	}
	return p.expand(s)
}

var variable = regexp.MustCompile(`\$\{([^}]*)\}`)

// expand puts in variables: ${NAME}, or ${NAME:-otherwise}. $${NAME} stands for
// the text ${NAME}.
func (p Part) expand(s string) (string, error) {
	var out strings.Builder
	for {
		at := variable.FindStringSubmatchIndex(s)
		if at == nil {
			return out.String() + s, nil
		}
		if at[0] > 0 && s[at[0]-1] == '$' {
			out.WriteString(s[:at[0]-1] + s[at[0]:at[1]])
			s = s[at[1]:]
			continue
		}
		name, otherwise, hasOther := strings.Cut(s[at[2]:at[3]], ":-")
		value, set := p.env(name)
		if !set && !hasOther {
			return "", p.Fault("", "the variable "+name+" is not set", "export "+name+", or write ${"+name+":-default}")
		}
		if !set {
			value = otherwise
		}
		out.WriteString(s[:at[0]] + value)
		s = s[at[1]:]
	}
}

func isMapping(n ast.Node) bool {
	switch bare(n).(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return true
	}
	return false
}

func isNull(n ast.Node) bool {
	if n == nil {
		return true
	}
	_, null := bare(n).(*ast.NullNode)
	return null
}

func copyToken(at *token.Token, value string) *token.Token {
	t := *at
	t.Value, t.Origin = value, value
	return &t
}

// farthest is how many letters of a key may be wrong for it still to be guessed.
const farthest = 3

// suggest names the key that was most likely meant, or all there are.
func suggest[V any](key string, fields map[string]V) string {
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	if best := Nearest(key, names); best != "" {
		return "did you mean " + best + "?"
	}
	return "the keys here are " + strings.Join(names, ", ")
}

// Nearest is the first of the names that the fewest letters tell from a word, ""
// when none is near enough to be guessed.
func Nearest(word string, names []string) string {
	best, distance := "", farthest+1
	for _, name := range names {
		if d := edits(word, name); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// Alike tells whether one key may be the other, misspelt.
func Alike(a, b string) bool { return edits(a, b) <= farthest }

// edits is the Levenshtein distance of two keys.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		before := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := before
			if a[i-1] != b[j-1] {
				cost++
			}
			before = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
