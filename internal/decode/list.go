package decode

import (
	"strings"

	"seismo/internal/jsondoc"
)

// list decodes a list element by element, so that its length does not matter;
// false says that the window does not begin with one.
func (t *text) list() (bool, error) {
	if t.place.layers >= t.limits.Layers {
		return false, nil
	}
	var head int
	switch t.win.rest()[0] {
	case '[':
		if t.win.atLeast(2) && t.win.rest()[1] == ']' {
			return true, t.emptyLists()
		}
		head = 1
	case '{':
		t.win.atLeast(maxListHead)
		head = t.memberList()
	}
	if head == 0 {
		return false, nil
	}
	l := &list{text: t, at: t.place.at(t.win.line), member: head > 1}
	t.win.drop(head)
	return true, l.decode()
}

// emptyLists passes over empty lists in a row. They are one skipped piece, as
// blank lines are.
func (t *text) emptyLists() error {
	at, size := t.place.at(t.win.line), int64(0)
	for t.win.atLeast(2) {
		n := emptyLists(t.win.rest())
		if n == 0 {
			break
		}
		t.win.drop(n)
		size += int64(n)
	}
	return t.skip(at, SkipEmpty, size)
}

// emptyLists is the length of the empty lists that b begins with, and of what
// stands between them.
func emptyLists(b []byte) (size int) {
	for i := 0; i < len(b); {
		switch {
		case strings.IndexByte(blanks+",", b[i]) >= 0:
			i++
		case b[i] == '[' && i+1 < len(b) && b[i+1] == ']':
			i += 2
			size = i
		default:
			return size
		}
	}
	return size
}

// list is the decoding of one list.
type list struct {
	*text
	at     place  // of the list itself
	count  int64  // elements so far
	name   []byte // quoted name of the first member of the last good element
	member bool   // it is an object's member
	closed bool   // by its bracket
	broke  bool   // an element was broken
}

// decode decodes the list and what follows it in its object. When an element was
// broken a bracket of its own may have closed the list too early: a comma where
// nothing may follow says so.
func (l *list) decode() error {
	for {
		if err := l.elements(); err != nil || !l.closed {
			return err
		}
		if l.member {
			if err := l.tail(); err != nil {
				return err
			}
		}
		if !l.broke {
			return nil
		}
		l.win.pass(" \t")
		if b := l.win.rest(); len(b) == 0 || b[0] != ',' {
			return nil
		}
	}
}

// elements decodes up to the bracket that closes the list, or up to where the
// list is left because it breaks. Commas too many and too few are forgiven.
func (l *list) elements() error {
	for {
		l.win.pass(blanks + ",")
		b := l.win.rest()
		if len(b) == 0 {
			return l.unclosed()
		}
		switch b[0] {
		case ']':
			l.win.drop(1)
			l.closed = true
			if l.count == 0 {
				return l.skip(l.at, SkipEmpty, 2)
			}
			return nil
		case '}':
			return l.leave("the bracket that closes the list")
		}
		if l.repeated(",") {
			continue
		}
		if left, err := l.element(); left || err != nil {
			return err
		}
	}
}

// element decodes one element; left says that the list is over because of it.
func (l *list) element() (left bool, err error) {
	l.count++
	at := l.place.at(max(l.win.line, l.count)).deeper()
	n, err := l.measure()
	if err != nil {
		l.broke = true
		return l.broken(at, err)
	}
	doc := l.took(n)
	l.name = firstName(doc.Raw(), l.name)
	return false, l.value(doc, at)
}

// leave gives the list up where it does not go on as one.
func (l *list) leave(want string) error {
	return l.text.broken(l.place.at(l.win.line), &jsondoc.Error{Want: want, Err: jsondoc.ErrSyntax})
}

// unclosed tells of a list that stops without its bracket.
func (l *list) unclosed() error {
	at := l.place.at(max(l.win.line, l.count+1))
	if !l.win.clean() {
		return l.cut(at, newPiece(""))
	}
	return l.bad(at, BadJSON, said("the text ends before the list does"), newPiece(""))
}

// tail passes over what follows the list in its object.
func (l *list) tail() error {
	for {
		l.win.pass(blanks + ",")
		b := l.win.rest()
		switch {
		case len(b) == 0:
			return l.unclosed()
		case b[0] == '}':
			l.win.drop(1)
			return nil
		case b[0] != '"':
			return l.leave("a name")
		}
		for range 2 { // the name, the value
			at := l.place.at(l.win.line)
			n, err := l.measure()
			if err != nil {
				return l.text.broken(at, err)
			}
			l.win.drop(n)
			if l.win.pass(blanks + ":"); len(l.win.rest()) == 0 {
				break
			}
		}
	}
}
