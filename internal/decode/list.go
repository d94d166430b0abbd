package decode

import (
	"bytes"
	"errors"
	"io"

	"seismo/internal/jsondoc"
)

// listNames are the members under which AWS puts lists of records: CloudTrail
// files, Lambda events, Firehose requests, FilterLogEvents, LookupEvents,
// Insights results. logEvents is not among them: its elements need what stands
// around them.
var listNames = [...]string{"Records", "records", "events", "Events", "results"}

// maxListHead is how far into an object such a member is looked for.
const maxListHead = 4 << 10

// list decodes a list element by element, so that its length does not matter;
// false says that the window does not begin with one.
func (t *text) list() (bool, error) {
	head, object := t.listHead()
	if head == 0 || t.place.layers >= t.limits.Layers {
		return false, nil
	}
	l := &list{text: t, at: t.place.at(t.win.line)}
	t.win.drop(head)
	err := l.elements()
	if err == nil && l.open && object {
		err = l.tail()
	}
	return true, err
}

// listHead is the length of what stands before a list's first element, bracket
// included; 0 when this is no list.
func (t *text) listHead() (n int, object bool) {
	switch t.win.rest()[0] {
	case '[':
		return 1, false
	case '{':
		t.win.atLeast(maxListHead)
		b := t.win.rest()
		return memberList(b[:min(len(b), maxListHead)]), true
	}
	return 0, false
}

// memberList looks through an object's first members, as long as they are
// scalars, for a list of records.
func memberList(b []byte) int {
	var p jsondoc.Parser
	for at := 1; ; {
		n, err := p.Prefix(b[at:], false)
		if err != nil || n < 2 {
			return 0
		}
		name := bytes.TrimSpace(b[at : at+n])
		at += n
		at += spaces(b[at:])
		if at == len(b) || b[at] != ':' {
			return 0
		}
		at++
		at += spaces(b[at:])
		if at == len(b) || b[at] == '{' {
			return 0
		}
		if b[at] == '[' {
			if isListName(name) {
				return at + 1
			}
			return 0
		}
		if n, err = p.Prefix(b[at:], false); err != nil {
			return 0
		}
		at += n
		at += spaces(b[at:])
		if at == len(b) || b[at] != ',' {
			return 0
		}
		at++
	}
}

func isListName(quoted []byte) bool {
	for _, name := range listNames {
		if len(quoted) == len(name)+2 && string(quoted[1:len(quoted)-1]) == name {
			return true
		}
	}
	return false
}

func spaces(b []byte) int { return len(b) - len(bytes.TrimLeft(b, " \t\r\n")) }

// list is the decoding of one list.
type list struct {
	*text
	at    place  // of the list itself
	count int64  // elements so far
	name  []byte // quoted name of the first member of the last good element
	open  bool   // the list was closed by its bracket
}

// elements decodes up to the bracket that closes the list, or up to where the
// list is left because it breaks.
func (l *list) elements() error {
	for {
		l.space(" \t\r\n,")
		b := l.win.rest()
		switch {
		case len(b) == 0:
			return l.unclosed()
		case b[0] == ']':
			l.win.drop(1)
			l.open = true
			if l.count == 0 {
				return l.skip(l.at, SkipEmpty, 2)
			}
			return nil
		case b[0] == '}':
			return l.text.broken(l.place.at(l.win.line), &jsondoc.Error{Want: "a closing bracket", Err: jsondoc.ErrSyntax})
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
		return l.broken(at, err)
	}
	raw := bytes.Clone(l.win.rest()[:n])
	doc := l.parser.Take(raw)
	l.win.drop(n)
	l.credit += creditPerByte * int64(n)
	l.name = firstName(raw, l.name)
	return false, l.value(doc, at)
}

// firstName is the quoted name of an object's first member, else old.
func firstName(raw, old []byte) []byte {
	if len(raw) < 2 || raw[0] != '{' {
		return old
	}
	b := raw[1:]
	b = b[spaces(b):]
	if len(b) == 0 || b[0] != '"' {
		return old
	}
	if i := bytes.IndexByte(b[1:], '"'); i > 0 && i < 100 {
		return b[: i+2 : i+2]
	}
	return old
}

// space passes over the given bytes.
func (t *text) space(set string) {
	for {
		b := t.win.rest()
		n := len(b) - len(bytes.TrimLeft(b, set))
		t.win.drop(n)
		if n < len(b) || !t.win.more() {
			return
		}
	}
}

// unclosed tells of a list that stops without its bracket.
func (l *list) unclosed() error {
	at := l.place.at(max(l.win.line, l.count+1))
	if !errors.Is(l.win.err, io.EOF) {
		return l.cut(at, newPiece(""))
	}
	return l.bad(at, BadJSON, "the text ends before the list does", newPiece(""))
}

// tail passes over what follows the list in its object.
func (l *list) tail() error {
	for {
		l.space(" \t\r\n,")
		b := l.win.rest()
		if len(b) == 0 {
			return l.unclosed()
		}
		if b[0] == '}' {
			l.win.drop(1)
			return nil
		}
		if b[0] != '"' {
			return l.text.broken(l.place.at(l.win.line), &jsondoc.Error{Want: "a name", Err: jsondoc.ErrSyntax})
		}
		if err := l.member(); err != nil {
			return err
		}
	}
}

func (l *list) member() error {
	at := l.place.at(l.win.line)
	n, err := l.measure()
	if err != nil {
		return l.text.broken(at, err)
	}
	l.win.drop(n)
	l.space(" \t\r\n:")
	if len(l.win.rest()) == 0 {
		return nil // unclosed says so
	}
	if n, err = l.measure(); err != nil {
		return l.text.broken(at, err)
	}
	l.win.drop(n)
	return nil
}
