package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"seismo/internal/jsondoc"
)

var bom = []byte("\xef\xbb\xbf")

// text is the decoding of one plain text: values one after the other, with or
// without anything between them.
type text struct {
	*run
	win    *window
	place  place
	before int64 // items of the object before this text
	white  int64 // bytes of white space between values
	credit int64 // how much may be looked at a second time, see resync
}

// text decodes plain text up to its end or up to compressed data in it; it
// returns a reader for that, or nil at the end.
func (r *run) text(in *bufio.Reader, p place) (*bufio.Reader, error) {
	t := &text{run: r, win: newWindow(in), place: p, before: r.items, credit: firstCredit}
	t.win.atLeast(sniffText)
	if head := t.win.rest(); bytes.HasPrefix(head, bom) {
		t.win.drop(len(bom))
	}
	if isBodyKey(r.key) && !p.inside && p.layers <= 2 {
		if done, err := t.body(); done || err != nil {
			return nil, err
		}
	}
	if !looksLikeText(t.win.rest()) {
		return nil, t.binary()
	}
	for {
		if err := t.blank(); err != nil {
			return nil, err
		}
		head := t.win.rest()
		if len(head) == 0 {
			return nil, t.end()
		}
		if t.win.atLeast(4); sniff(t.win.rest()) != plain {
			return bufio.NewReaderSize(io.MultiReader(bytes.NewReader(t.win.rest()), in), 64<<10), nil
		}
		if err := t.next(); err != nil {
			return nil, err
		}
	}
}

// end tells of a text that stops for another reason than being at its end.
func (t *text) end() error {
	if errors.Is(t.win.err, io.EOF) {
		if t.items == t.before {
			return t.skip(t.place, SkipEmpty, t.white)
		}
		return nil
	}
	return t.cut(t.place.at(t.win.line), newPiece(""))
}

// blank passes over white space. A run of blank lines is one skipped piece; the
// end of the line before is none.
func (t *text) blank() error {
	var size, lines int64
	at := t.place.at(t.win.line)
	for {
		b := t.win.rest()
		n := len(b) - len(bytes.TrimLeft(b, " \t\r\n"))
		lines += int64(bytes.Count(b[:n], newline))
		size += int64(n)
		t.win.drop(n)
		if n < len(b) || !t.win.more() {
			break
		}
	}
	t.white += size
	if lines < 2 || len(t.win.rest()) == 0 && t.items == t.before {
		return nil
	}
	return t.skip(at, SkipEmpty, size)
}

// next decodes the value that the window begins with.
func (t *text) next() error {
	if list, err := t.list(); list || err != nil {
		return err
	}
	at := t.place.at(t.win.line)
	n, err := t.measure()
	if err != nil {
		return t.broken(at, err)
	}
	t.credit += creditPerByte * int64(n)
	raw := bytes.Clone(t.win.rest()[:n])
	doc := t.parser.Take(raw)
	t.win.drop(n)
	return t.value(doc, at)
}

// measure finds how many bytes the value takes that the window begins with. A
// line that holds it whole is looked at once; only a value that is longer than
// what was read is looked at again, each time at twice the length.
func (t *text) measure() (int, error) {
	for seen := 0; ; {
		b := t.win.rest()
		if i := bytes.IndexByte(b[seen:], '\n'); i >= 0 {
			n, err := t.parser.Prefix(b[:seen+i+1], false)
			if err == nil || !errors.Is(err, jsondoc.ErrIncomplete) {
				return t.bounded(n, err)
			}
			break
		}
		if seen = len(b); seen >= tryValue || !t.win.more() {
			break
		}
	}
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
		if !t.win.atLeast(int(want)) && len(t.win.rest()) == len(b) {
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

const (
	tryValue  = 64 << 10 // a line longer than this is tried before its end is seen
	sniffText = 1 << 10  // bytes that tell text from binary data
)

var errTooLong = errors.New("longer than the limit for one record")
