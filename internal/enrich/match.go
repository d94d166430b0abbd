package enrich

import "strings"

// matcher finds an entry by a name or an ARN. A pattern that begins with arn: is
// held against the ARN, every other against the name; * stands for any text. An
// exact pattern wins over one with *, and of these the first in the file.
type matcher[T any] struct {
	exact map[string]*T
	globs []glob[T]
}

type glob[T any] struct {
	pattern string
	entry   *T
}

// add returns false when the pattern is there already.
func (m *matcher[T]) add(pattern string, entry T) bool {
	if strings.Contains(pattern, "*") {
		for _, g := range m.globs {
			if g.pattern == pattern {
				return false
			}
		}
		m.globs = append(m.globs, glob[T]{pattern, &entry})
		return true
	}
	if _, twice := m.exact[pattern]; twice {
		return false
	}
	if m.exact == nil {
		m.exact = map[string]*T{}
	}
	m.exact[pattern] = &entry
	return true
}

func (m *matcher[T]) empty() bool { return len(m.exact) == 0 && len(m.globs) == 0 }

// find returns nil when nothing matches; name and arn may be "".
func (m *matcher[T]) find(name, arn string) *T {
	for _, key := range [...]string{arn, name} {
		if key == "" {
			continue
		}
		if entry := m.exact[key]; entry != nil {
			return entry
		}
	}
	for _, g := range m.globs {
		target := name
		if strings.HasPrefix(g.pattern, "arn:") {
			target = arn
		}
		if target != "" && fits(g.pattern, target) {
			return g.entry
		}
	}
	return nil
}

// fits matches * against any text, in time that grows with the product of the
// two lengths at worst.
func fits(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && pattern[p] == text[t]:
			p++
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
