package decode

import (
	"bytes"
	"errors"
	"io"

	"seismo/internal/jsondoc"
)

// broken makes one bad item of the element that the window begins with. The
// next element begins where the brackets of this one are closed again, or where
// an object begins as the elements before did, whichever comes first: brackets
// and quotes cannot be trusted any more, but inside of a string that beginning
// would be escaped.
func (l *list) broken(at place, err error) (left bool, _ error) {
	var e *jsondoc.Error
	reason, from := BadTooLong, int(l.limits.Line)
	if errors.As(err, &e) {
		if reason, from = BadJSON, e.Offset; errors.Is(err, jsondoc.ErrDepth) {
			reason = BadTooDeep
		}
	}
	b := l.win.rest()
	s := skipper{from: from, name: firstName(b, l.name)}
	h := newPiece(" \t\r\n,")
	left = l.pass(&s, h)
	if errors.Is(err, jsondoc.ErrIncomplete) && len(l.win.rest()) == 0 && !errors.Is(l.win.err, io.EOF) {
		return true, l.cut(at, h)
	}
	return left, l.bad(at, reason, err.Error(), h)
}

// pass consumes up to the next element, or up to where the list is left.
func (l *list) pass(s *skipper, h *piece) (left bool) {
	for {
		b := l.win.rest()
		n, found := s.scan(b, l.win.ended())
		h.write(b[:n])
		l.win.drop(n)
		if found != searching {
			return found == line
		}
		if !l.win.more() && len(l.win.rest()) == 0 {
			return true
		}
	}
}

type finding uint8

const (
	searching finding = iota
	element           // the next element, or what separates it, follows
	line              // a line follows that does not belong to the list
)

// skipper looks for the end of a broken element, byte by byte, however long.
type skipper struct {
	from  int    // the break, counted down as bytes are passed
	name  []byte // quoted name that elements begin with
	depth int
	text  bool // inside a string, if quotes can be trusted
	last  byte // last byte that was no white space
	any   bool // a byte was passed
}

// lookAhead is how many bytes must be there to judge one.
const lookAhead = 128

// scan passes bytes until it finds something or needs more.
func (s *skipper) scan(b []byte, ended bool) (int, finding) {
	for i := 0; i < len(b); i++ {
		if !ended && len(b)-i < lookAhead {
			s.from -= i
			return i, searching
		}
		if s.any {
			if f := s.boundary(b[i:], i >= s.from); f != searching {
				return i, f
			}
		}
		i += s.step(b[i:])
	}
	s.from -= len(b)
	return len(b), searching
}

// boundary says whether something begins at b.
func (s *skipper) boundary(b []byte, behind bool) finding {
	switch c := b[0]; {
	case c == '{' && s.last == ',' && s.begins(b):
		return element
	case (c == ',' || c == ']') && behind && s.depth <= 0 && !s.text:
		return element
	case c == '\n' && s.last != ',' && len(b) > 1 && (b[1] == '{' || b[1] == '['):
		return line
	}
	return searching
}

func (s *skipper) begins(b []byte) bool {
	b = b[1:]
	return len(s.name) > 0 && bytes.HasPrefix(b[min(spaces(b), len(b)):], s.name)
}

// step passes one byte, and the one that it escapes; it returns how many more
// than one these are.
func (s *skipper) step(b []byte) int {
	c := b[0]
	s.any = true
	switch c {
	case ' ', '\t', '\r', '\n':
		return 0
	case '\\':
		if s.text && len(b) > 1 {
			s.last = b[1]
			return 1
		}
	case '"':
		s.text = !s.text
	case '{', '[':
		if !s.text {
			s.depth++
		}
	case '}', ']':
		if !s.text {
			s.depth--
		}
	}
	s.last = c
	return 0
}
