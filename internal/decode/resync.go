package decode

import (
	"bytes"
	"errors"
	"io"

	"seismo/internal/jsondoc"
)

// A value that breaks may have swallowed good lines before it did: an unclosed
// bracket goes unnoticed until a later line. So reading goes on at the first
// line that may begin a value, which may lie before the break; what lies between
// is looked at again. Credit keeps that linear: so many bytes may be looked at
// again as have been read, with something to begin with.
const (
	firstCredit   = 1 << 20
	creditPerByte = 2
)

// broken makes one bad item of the value that the window begins with and goes
// on behind it.
func (t *text) broken(at place, err error) error {
	if line := t.line(); isPermissionSentence(line) {
		t.win.drop(len(line))
		return t.skip(at, SkipPermissionCheck, int64(len(line)))
	}
	h := newPiece("\r\n")
	reason, from := t.judge(err)
	t.pass(h, from)
	if errors.Is(err, jsondoc.ErrIncomplete) && len(t.win.rest()) == 0 && !errors.Is(t.win.err, io.EOF) {
		return t.cut(at, h)
	}
	return t.bad(at, reason, err.Error(), h)
}

// judge gives the reason for a break, and where to begin looking for the next
// value: right behind the first line when the credit allows it, else behind the
// break.
func (t *text) judge(err error) (reason string, from int) {
	var e *jsondoc.Error
	if !errors.As(err, &e) {
		return BadTooLong, int(t.limits.Line)
	}
	if errors.Is(err, jsondoc.ErrDepth) {
		return BadTooDeep, e.Offset
	}
	again := e.Offset - (bytes.IndexByte(t.win.rest()[:e.Offset], '\n') + 1)
	if again == e.Offset {
		return BadJSON, e.Offset
	}
	if int64(again) > t.credit {
		return BadJSON, e.Offset
	}
	t.credit -= int64(again)
	return BadJSON, 0
}

// cut makes one bad item of what is there of a value when the text stops for
// another reason than being at its end.
func (t *text) cut(at place, h *piece) error {
	var f *fault
	if !errors.As(t.win.err, &f) {
		return t.win.err
	}
	return stop(t.bad(at, f.reason, f.detail, h))
}

// line is the window's first line without its end, as far as it was read.
func (t *text) line() []byte {
	line, _, _ := bytes.Cut(t.win.rest(), newline)
	return bytes.TrimRight(line, " \t\r")
}

// pass consumes up to the first line after from that may begin a value, or to
// the end.
func (t *text) pass(h *piece, from int) {
	for {
		b := t.win.rest()
		for from < len(b) {
			i := bytes.IndexByte(b[from:], '\n')
			if i < 0 {
				break
			}
			from += i + 1
			if from == len(b) && !t.win.ended() {
				from-- // the next line's first byte is not here yet
				break
			}
			if from == len(b) || !continues(b[from]) {
				h.write(b[:from])
				t.win.drop(from)
				return
			}
		}
		n := min(len(b), max(from, len(b)-1))
		if t.win.ended() {
			n = len(b)
		}
		h.write(b[:n])
		t.win.drop(n)
		from = max(0, from-n)
		if !t.win.more() && len(t.win.rest()) == 0 {
			return
		}
	}
}

// continues says whether a line that begins so goes on with a value of the line
// before: it is indented, or begins as only the inside of a value does.
func continues(first byte) bool {
	return bytes.IndexByte([]byte(" \t\r\n}],:\""), first) >= 0
}
