package query

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Format writes a tree as text that Parse reads as the same tree. A tree that
// Parse never makes, such as And of one node, is read as one that fits the same
// events.
func Format(n Node) string {
	if n == nil || empty(n) {
		return ""
	}
	return format(n, false)
}

// format writes a node; nested And and Or stand in brackets.
func format(n Node, nested bool) string {
	switch n := n.(type) {
	case And:
		return join(n, " ", nested, "()")
	case Or:
		return join(n, " OR ", nested, "-()")
	case Not:
		return "-" + format(n.Node, true)
	case Has:
		return name(n.Field) + ":*"
	case Compare:
		return n.format()
	case Words:
		return n.format()
	}
	return "()"
}

func join(nodes []Node, between string, nested bool, none string) string {
	switch len(nodes) {
	case 0:
		return none
	case 1:
		return format(nodes[0], nested)
	}
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = format(n, true)
	}
	text := strings.Join(parts, between)
	if nested {
		return "(" + text + ")"
	}
	return text
}

// name writes a field's name; a metadata key may need quotes.
func name(field string) string {
	key, ok := strings.CutPrefix(field, metadataPrefix)
	if ok && strings.ContainsFunc(key, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-", r)
	}) {
		return metadataPrefix + inQuotes(escape(key))
	}
	return field
}

func (c Compare) format() string {
	op := string(c.Op)
	if c.Op == Like {
		op = string(Equal)
	}
	switch v := c.Value.(type) {
	case string:
		if c.Op != Like && c.Op != Part {
			v = escape(v)
		}
		return name(c.Field) + op + quote(v)
	case int64:
		return c.Field + op + strconv.FormatInt(v, 10)
	case float64:
		return c.Field + op + strconv.FormatFloat(v, 'g', -1, 64)
	case bool:
		return c.Field + op + strconv.FormatBool(v)
	case time.Time:
		return c.Field + op + v.UTC().Format(time.RFC3339Nano)
	}
	return "-()"
}

func (w Words) format() string {
	if len(w.Words) == 0 {
		return "()"
	}
	text := strings.Join(w.Words, " ")
	if w.Prefix {
		text += "*"
	}
	if len(w.Words) == 1 {
		return text
	}
	return `"` + text + `"`
}

// quote puts quotes around a pattern that needs them.
func quote(pattern string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-./@:#+*", r)
	}
	if pattern != "" && !strings.ContainsFunc(pattern, func(r rune) bool { return !plain(r) }) {
		return pattern
	}
	return inQuotes(pattern)
}

func inQuotes(pattern string) string {
	return `"` + strings.ReplaceAll(pattern, `"`, `\"`) + `"`
}
