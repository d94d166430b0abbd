package duckdb

import (
	"fmt"

	"seismo/internal/query"
)

// leafNode stands in a tree for its n-th Words node.
type leafNode struct {
	query.Node
	index int
}

// maxLeaves is how many Words one query may have: a set of them is a word.
const maxLeaves = 64

// plant numbers the Words of a tree.
func plant(n query.Node) (query.Node, []query.Words, error) {
	var leaves []query.Words
	tree := rewrite(n, func(n query.Node) query.Node {
		w, ok := n.(query.Words)
		if !ok {
			return n
		}
		if len(w.Words) == 0 {
			return query.Or{}
		}
		leaves = append(leaves, w)
		return leafNode{w, len(leaves) - 1}
	})
	if len(leaves) > maxLeaves {
		return nil, nil, fmt.Errorf("a query with %d words or phrases: at most %d are possible", len(leaves), maxLeaves)
	}
	return tree, leaves, nil
}

// rewrite replaces the leaves of a tree.
func rewrite(n query.Node, leaf func(query.Node) query.Node) query.Node {
	switch n := n.(type) {
	case query.And:
		out := make(query.And, len(n))
		for i, part := range n {
			out[i] = rewrite(part, leaf)
		}
		return out
	case query.Or:
		out := make(query.Or, len(n))
		for i, part := range n {
			out[i] = rewrite(part, leaf)
		}
		return out
	case query.Not:
		return query.Not{Node: rewrite(n.Node, leaf)}
	}
	return leaf(n)
}

// decide puts what is known of an event's words into the tree.
func decide(tree query.Node, said uint64) query.Node {
	return rewrite(tree, func(n query.Node) query.Node {
		if l, ok := n.(leafNode); ok {
			return truth(said>>l.index&1 == 1)
		}
		return n
	})
}

// truth fits everything or nothing.
func truth(yes bool) query.Node {
	if yes {
		return query.And{}
	}
	return query.Or{}
}

// superset is a tree that fits all that the tree may fit, whatever the words are
// that are not known yet: they count as said, and below a Not as unsaid.
func superset(tree query.Node, s *scanner) query.Node {
	return widen(tree, s, true)
}

func widen(n query.Node, s *scanner, positive bool) query.Node {
	switch n := n.(type) {
	case query.And:
		out := make(query.And, len(n))
		for i, part := range n {
			out[i] = widen(part, s, positive)
		}
		return out
	case query.Or:
		out := make(query.Or, len(n))
		for i, part := range n {
			out[i] = widen(part, s, positive)
		}
		return out
	case query.Not:
		return query.Not{Node: widen(n.Node, s, !positive)}
	case leafNode:
		if !s.exact[n.index] {
			return truth(positive)
		}
	}
	return n
}
