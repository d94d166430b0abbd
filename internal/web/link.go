package web

import (
	"net/url"
	"strings"

	"seismo/internal/query"
)

// searchFor is the address of the calls that fit a tree.
func searchFor(node query.Node) string {
	return "/calls?q=" + url.QueryEscape(query.Format(node))
}

// both joins two conditions, of which either may be nil.
func both(a, b query.Node) query.Node {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	if and, ok := a.(query.And); ok {
		return append(and[:len(and):len(and)], b)
	}
	return query.And{a, b}
}

// escapeLike makes a text stand for itself in a Like value.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`).Replace(s)
}

// address is a path with the values that are not empty.
func address(path string, values url.Values) string {
	for name, list := range values {
		if len(list) == 0 || (len(list) == 1 && list[0] == "") {
			delete(values, name)
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}
