package query

import (
	"regexp"
	"strings"
)

// Fold is the one way in which text loses its case: Unicode's simple lower-case
// mapping, character by character, as DuckDB's lower does it.
func Fold(s string) string { return strings.ToLower(s) }

// Regexp writes a Like or Part pattern as a regular expression in RE2's syntax,
// which Go and DuckDB share, for searching in folded text.
func Regexp(op Op, pattern string) string {
	pieces := split(Fold(pattern))
	quoted := make([]string, len(pieces))
	for i, p := range pieces {
		quoted[i] = regexp.QuoteMeta(p)
	}
	before, after := `\A`, `\z`
	if op == Part {
		before, after = edges(pieces)
	}
	return "(?s)" + before + strings.Join(quoted, ".*") + after
}

// delimiters is the class of every ASCII character but letters, digits and _.
const delimiters = "[\\x00-/:-@\\[-\\^`\\{-\\x7f]"

func edges(pieces []string) (before, after string) {
	first, last := pieces[0], pieces[len(pieces)-1]
	if first != "" && !delimiter(first[0]) {
		before = `(?:\A|` + delimiters + `)`
	}
	if last != "" && !delimiter(last[len(last)-1]) {
		after = `(?:\z|` + delimiters + `)`
	}
	return before, after
}

func delimiter(b byte) bool {
	word := b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
	return b < 0x80 && !word
}

// split cuts a pattern at its stars into literal pieces, of which there is
// always at least one.
func split(pattern string) []string {
	if !strings.ContainsAny(pattern, `*\`) {
		return []string{pattern}
	}
	var pieces []string
	var piece strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '*':
			pieces = append(pieces, piece.String())
			piece.Reset()
		case c == '\\' && i+1 < len(pattern):
			i++
			piece.WriteByte(pattern[i])
		default:
			piece.WriteByte(c)
		}
	}
	return append(pieces, piece.String())
}

// literal is the text that a pattern without stars stands for.
func literal(pattern string) string { return strings.Join(split(pattern), "*") }

// escape is the pattern that stands for text alone.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`).Replace(text)
}

// fitsLike tells whether the whole of text fits the pieces; both are folded.
func fitsLike(text string, pieces []string) bool {
	last := len(pieces) - 1
	if last == 0 {
		return text == pieces[0]
	}
	rest, ok := strings.CutPrefix(text, pieces[0])
	if !ok {
		return false
	}
	for _, p := range pieces[1:last] {
		_, after, found := strings.Cut(rest, p)
		if !found {
			return false
		}
		rest = after
	}
	return strings.HasSuffix(rest, pieces[last])
}

// fitsPart tells whether the pieces are found in text, from edge to edge.
func fitsPart(text string, pieces []string) bool {
	last := len(pieces) - 1
	at := 0
	for i, p := range pieces {
		end := findPiece(text, at, p, i == 0, i == last)
		if end < 0 {
			return false
		}
		at = end
	}
	return true
}

// findPiece returns where the first occurrence of p from at on ends that lies at
// an edge where it must, or -1.
func findPiece(text string, at int, p string, first, last bool) int {
	for from := at; p != ""; from++ {
		i := strings.Index(text[from:], p)
		if i < 0 {
			return -1
		}
		from += i
		end := from + len(p)
		before := from == 0 || delimiter(text[from-1]) || delimiter(p[0])
		after := end == len(text) || delimiter(text[end]) || delimiter(p[len(p)-1])
		if (!first || before) && (!last || after) {
			return end
		}
	}
	return at
}
