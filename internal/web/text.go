package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// foldAt is the length in bytes at which a text is folded away behind its
// beginning, and pageText is how much of what was said one page holds at most.
const (
	foldAt   = 6 << 10
	foldHead = 2 << 10
	pageText = 3 << 20
)

// visible makes characters that hide, reorder or forge text readable as what
// they are: control characters become their pictures, invisible and
// direction-changing ones their code points. Everything else stays as it was;
// joiners and variation selectors that scripts and emoji need stay too.
func visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	s = strings.ReplaceAll(s, "\r\n", "\n")
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x20:
			b.WriteRune(0x2400 + r)
		case r == 0x7f:
			b.WriteRune(0x2421)
		case hidden(r):
			b.WriteString(codePoint(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// lineMost is how many bytes of a value are shown on one line.
const lineMost = 4 << 10

// line is visible for a value that is shown on one line. Very long ones are cut
// and say so; the raw record has them whole.
func line(s string) string {
	if len(s) > lineMost {
		size := utf8.RuneCountInString(s)
		s = s[:boundary(s, lineMost)] + "… (" + whole(int64(size)) + " characters in all)"
	}
	s = visible(s)
	if strings.ContainsAny(s, "\n\t") {
		s = strings.NewReplacer("\n", "␊", "\t", "␉").Replace(s)
	}
	return s
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= 0x7f || (c < 0x20 && c != '\n' && c != '\t') {
			return false
		}
	}
	return true
}

// hidden tells characters that have no picture of their own but change what is
// read: C1 controls, direction marks, zero-width and filler characters, tags.
func hidden(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r <= 0x9f, r == 0xad, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x180e,
		r == 0x200b, r == 0x200e, r == 0x200f, r == 0x3164, r == 0xffa0, r == 0xfeff:
		return true
	case r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r >= 0xfff9 && r <= 0xfffb:
		return true
	case r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return unicode.Is(unicode.Co, r)
}

func codePoint(r rune) string {
	const digits = "0123456789ABCDEF"
	out := []byte("⟨U+")
	for shift := 20; shift >= 0; shift -= 4 {
		if digit := r >> shift & 0xf; digit != 0 || shift < 16 {
			out = append(out, digits[digit])
		}
	}
	return string(out) + "⟩"
}

// passage is a text as a page shows it: whole, or its beginning with the rest
// folded away, or cut where the page would grow too large.
type passage struct {
	Head      string // always shown
	Rest      string // behind a fold
	Chars     int64  // characters of the whole
	RestChars int64  // characters behind the fold
	Cut       int64  // bytes that the page leaves out
}

// budget bounds how much text one page holds.
type budget struct{ left int }

func (b *budget) passage(s string) passage {
	p := passage{Chars: int64(utf8.RuneCountInString(s))}
	if len(s) > b.left {
		keep := boundary(s, max(b.left, 0))
		p.Cut = int64(len(s) - keep)
		s = s[:keep]
	}
	b.left -= len(s)
	if len(s) <= foldAt {
		p.Head = visible(s)
		return p
	}
	at := boundary(s, foldHead)
	if edge := strings.LastIndexAny(s[:at], " \n"); edge > foldHead/2 {
		at = edge + 1
	}
	p.Head, p.Rest = visible(s[:at]), visible(s[at:])
	p.RestChars = int64(utf8.RuneCountInString(s[at:]))
	return p
}

// boundary is the last beginning of a character at or before at.
func boundary(s string, at int) int {
	if at >= len(s) {
		return len(s)
	}
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}
