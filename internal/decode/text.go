package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"seismo/internal/jsondoc"
)

const bom = "\xef\xbb\xbf"

// text is the decoding of one plain text: values one after the other, with or
// without anything between them.
type text struct {
	*run
	win    *window
	place  place
	before int64 // items of the object before this text
	credit int   // how much may be looked at a second time, see resync.go
}

// text decodes plain text up to its end or up to compressed data in it; it
// returns a reader for that, or nil at the end.
func (r *run) text(in *bufio.Reader, p place) (*bufio.Reader, error) {
	t := &text{run: r, win: newWindow(in, 2*p.buffer(), r.limits.Line), place: p, before: r.items, credit: firstCredit}
	t.win.atLeast(sniffText)
	t.mark()
	if isBodyKey(r.key) && !p.inside {
		if done, err := t.body(); done || err != nil {
			return nil, err
		}
	}
	if !looksLikeText(t.win.rest()) {
		if err := t.binary(); err != nil {
			return nil, err
		}
	}
	for {
		if err := t.blank(); err != nil {
			return nil, err
		}
		t.win.atLeast(4)
		head := t.win.rest()
		switch {
		case len(head) == 0:
			return nil, t.end()
		case sniff(head) != plain:
			return bufio.NewReaderSize(io.MultiReader(bytes.NewReader(head), in), buffer), nil
		}
		if t.mark() {
			continue
		}
		t.stamp()
		if err := t.next(); err != nil {
			return nil, err
		}
	}
}

// end is the end of a text, if it is one: a text that stops for another reason
// is told of.
func (t *text) end() error {
	switch {
	case !t.win.clean():
		return t.cut(t.place.at(t.win.line), newPiece(""))
	case t.items == t.before:
		return t.skip(t.place, SkipEmpty, 0)
	}
	return nil
}

// mark passes over a byte order mark, which files that were put together have
// in their middle, too.
func (t *text) mark() bool {
	if !bytes.HasPrefix(t.win.rest(), []byte(bom)) {
		return false
	}
	t.win.drop(len(bom))
	return true
}

// blank passes over white space, and over commas: lists that lost their brackets
// have them. Blank lines between others are one skipped piece; the end of the
// line before is none.
func (t *text) blank() error {
	line := t.win.line
	size := t.win.pass(blanks + ",")
	least := int64(2)
	if t.items == t.before {
		least = 1
	}
	if t.win.line-line < least || len(t.win.rest()) == 0 && t.items == t.before {
		return nil
	}
	return t.skip(t.place.at(line+least-1), SkipEmpty, size)
}

// next decodes the value that the window begins with.
func (t *text) next() error {
	if list, err := t.list(); list || err != nil {
		return err
	}
	if t.repeated(newline) {
		return nil
	}
	at := t.place.at(t.win.line)
	n, err := t.measure()
	if err == nil && t.win.rest()[0] != '{' {
		err = t.alone(n)
	}
	if err != nil {
		return t.broken(at, err)
	}
	return t.value(t.took(n), at)
}

// alone says whether a value that is no object ends its line. If not the line is
// no JSON, but a text that happens to begin with a number or a quoted word.
func (t *text) alone(n int) error {
	t.win.atLeast(n + sniffText)
	b := bytes.TrimLeft(t.win.rest()[n:], " \t\r")
	if len(b) == 0 || b[0] == '\n' {
		return nil
	}
	return &jsondoc.Error{Offset: n, Want: "the end of the line", Err: jsondoc.ErrSyntax}
}

// took consumes the value that measure found.
func (t *text) took(n int) jsondoc.Value {
	t.credit += creditPerByte * n
	return t.parser.Take(t.win.take(n))
}

// measure finds how many bytes the value takes that the window begins with. A
// value that is longer than what was read is looked at again, each time at
// twice the length.
func (t *text) measure() (int, error) {
	for {
		b := t.win.rest()
		n, err := t.parser.Prefix(b, t.win.ended())
		if !errors.Is(err, jsondoc.ErrIncomplete) {
			return t.bounded(n, err)
		}
		if int64(len(b)) > t.limits.Line {
			return 0, errTooLong
		}
		want := min(2*int64(len(b)), t.limits.Line+1)
		if t.win.atLeast(int(want)); len(t.win.rest()) == len(b) {
			return 0, err
		}
	}
}

// bounded holds a value, or the place where it breaks, against the line limit.
func (t *text) bounded(n int, err error) (int, error) {
	var e *jsondoc.Error
	if errors.As(err, &e) {
		n = e.Offset
	}
	if int64(n) > t.limits.Line {
		return 0, errTooLong
	}
	return n, err
}

const errTooLong said = "longer than the limit for one record"
