package decode

import "bytes"

// broken makes one bad item of the element that the window begins with. The
// next element begins where the brackets of this one are closed again, or where
// an object begins as the elements before did, whichever comes first: brackets
// and quotes cannot be trusted any more, but inside of a string that beginning
// would be escaped.
func (l *list) broken(at place, err error) (left bool, _ error) {
	from := l.offset(err)
	s := skipper{from: from, name: firstName(l.win.rest(), l.name)}
	s.early = reasonOf(err) == BadJSON && l.lend(from)
	h := newPiece(blanks + ",")
	left = l.pass(&s, h)
	return left, l.badUpTo(at, err, h)
}

// pass consumes up to the next element, or up to where the list is left.
func (l *list) pass(s *skipper, h *piece) (left bool) {
	for {
		n, found := s.scan(l.win.rest(), l.win.ended())
		h.write(l.win.rest()[:n])
		l.win.drop(n)
		if found != nothing {
			return found == line
		}
		if !l.win.more() && len(l.win.rest()) == 0 {
			return true
		}
	}
}

// firstName is the quoted name of an object's first member, else old.
func firstName(raw, old []byte) []byte {
	raw = raw[:min(len(raw), lookAhead)]
	if raw[0] != '{' {
		return old
	}
	b := raw[1:]
	b = b[spaces(b):]
	if len(b) == 0 || b[0] != '"' {
		return old
	}
	if end := bytes.IndexByte(b[1:], '"'); end > 0 {
		return bytes.Clone(b[:end+2])
	}
	return old
}

type finding uint8

const (
	nothing finding = iota
	element         // the next element, or what separates it, follows
	line            // a line follows that does not belong to the list
)

// skipper looks for the end of a broken element, byte by byte, however long.
type skipper struct {
	from  int    // the break, counted down as bytes are passed
	early bool   // the element may end before the break
	name  []byte // quoted name that elements begin with
	depth int
	text  bool // inside a string, if quotes can be trusted
	last  byte // last byte that was no white space
}

// lookAhead is how many bytes must be there to judge one, and all it is judged by.
const lookAhead = 128

// scan passes bytes until it finds something or needs more.
func (s *skipper) scan(b []byte, ended bool) (int, finding) {
	for i := 0; i < len(b); i++ {
		if !ended && len(b)-i < lookAhead {
			s.from -= i
			return i, nothing
		}
		if f := s.judge(b[i:min(len(b), i+lookAhead)], i >= s.from); f != nothing {
			return i, f
		}
		i += s.step(b[i:])
	}
	s.from -= len(b)
	return len(b), nothing
}

// judge says whether something else begins at b.
func (s *skipper) judge(b []byte, behind bool) finding {
	if s.last == 0 || !behind && !s.early {
		return nothing
	}
	switch c := b[0]; {
	case c == '{' && s.last == ',' && s.begins(b):
		return element
	case (c == ',' || c == ']') && behind && s.depth <= 0 && !s.text:
		return element
	case c == '\n' && s.last != ',' && len(b) > 1 && (b[1] == '{' || b[1] == '['):
		return line
	}
	return nothing
}

func (s *skipper) begins(b []byte) bool {
	return len(s.name) > 0 && bytes.HasPrefix(bytes.TrimLeft(b[1:], blanks), s.name)
}

// step passes one byte, and the one that it escapes: it returns 1 for that.
func (s *skipper) step(b []byte) int {
	c := b[0]
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
