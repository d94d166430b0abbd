package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scanner reads the small pieces of a query.
type scanner struct {
	text string
	pos  int
}

// value is one value as written. Its pattern has stars where they mean any text;
// a star or backslash that means itself has a backslash before it.
type value struct {
	pattern string
	quoted  bool
	pos     int
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		s.pos += size
	}
}

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.pos < len(s.text) {
		return s.text[s.pos]
	}
	return 0
}

// take reads one of the given texts, the first that is there, "" for none.
func (s *scanner) take(options ...string) string {
	for _, o := range options {
		if strings.HasPrefix(s.text[s.pos:], o) {
			s.pos += len(o)
			return o
		}
	}
	return ""
}

// keyword reads AND, OR or NOT where it stands alone.
func (s *scanner) keyword(word string) bool {
	rest, ok := strings.CutPrefix(s.text[s.pos:], word)
	if !ok {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(rest); rest != "" && !unicode.IsSpace(r) && !strings.ContainsRune(`()"`, r) {
		return false
	}
	s.pos += len(word)
	return true
}

// name reads a field's name when one of the operators follows it directly, and
// leaves the position at the operator; else it reads nothing.
func (s *scanner) name() (string, bool) {
	start := s.pos
	first, _ := utf8.DecodeRuneInString(s.text[start:])
	if !unicode.IsLetter(first) {
		return "", false
	}
	end := strings.IndexFunc(s.text[start:], func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_.-", r)
	})
	if end < 0 {
		return "", false
	}
	s.pos += end
	name := s.text[start:s.pos]
	if strings.EqualFold(name, metadataPrefix) && s.peek() == '"' {
		if v, err := s.quoted(); err == nil {
			name += literal(v.pattern)
		}
	}
	if c := s.peek(); c == 0 || !strings.ContainsRune(":=<>", rune(c)) {
		s.pos = start
		return "", false
	}
	return name, true
}

// value reads a value: quoted, or up to a space, bracket or quote, or up to a
// byte of stop.
func (s *scanner) value(stop string) (value, error) {
	if s.peek() == '"' {
		return s.quoted()
	}
	v := value{pos: s.pos}
	var b strings.Builder
	for s.pos < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:])
		if unicode.IsSpace(r) || strings.ContainsRune(`()"`, r) || strings.ContainsRune(stop, r) {
			break
		}
		if !s.character(&b, size) {
			return v, s.fail(s.pos-1, "nothing follows the backslash", "write two for one")
		}
	}
	v.pattern = b.String()
	return v, nil
}

func (s *scanner) quoted() (value, error) {
	v := value{pos: s.pos, quoted: true}
	s.pos++
	var b strings.Builder
	for s.pos < len(s.text) {
		if s.peek() == '"' {
			s.pos++
			v.pattern = b.String()
			return v, nil
		}
		if !s.character(&b, 1) {
			break
		}
	}
	s.pos = len(s.text)
	return v, s.fail(v.pos, "this quote is not closed", `a quote inside quotes is \"`)
}

// character moves one character of the given size to a pattern, reading a
// backslash together with what follows it.
func (s *scanner) character(b *strings.Builder, size int) bool {
	if s.text[s.pos] != '\\' {
		b.WriteString(s.text[s.pos : s.pos+size])
		s.pos += size
		return true
	}
	s.pos++
	if s.pos == len(s.text) {
		return false
	}
	_, size = utf8.DecodeRuneInString(s.text[s.pos:])
	b.WriteString(escape(s.text[s.pos : s.pos+size]))
	s.pos += size
	return true
}

// fail makes an error at a byte of the text.
func (s *scanner) fail(pos int, message, hint string) error {
	pos = min(pos, len(s.text))
	return &SyntaxError{Pos: utf8.RuneCountInString(s.text[:pos]) + 1, Message: message, Hint: hint}
}
