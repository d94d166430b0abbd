package decode

import (
	"bytes"
	"errors"
	"strings"

	"seismo/internal/jsondoc"
)

// A value that breaks may have swallowed good lines before it did: an unclosed
// bracket goes unnoticed until a later line. So reading goes on at the first
// line that may begin a value, which may lie before the break; what lies between
// is looked at again. Credit keeps that linear: so many bytes may be looked at
// again as have been read well, with something to begin with.
const (
	firstCredit   = 1 << 20
	creditPerByte = 2
)

// broken makes one bad item of the value that the window begins with, and goes
// on behind it.
func (t *text) broken(at place, err error) error {
	if size := t.sentence(); size > 0 {
		return t.skip(at, SkipPermissionCheck, size)
	}
	from := t.offset(err)
	if reasonOf(err) == BadJSON && bytes.IndexByte(t.win.rest()[:from], '\n') >= 0 && t.lend(from) {
		from = 0
	}
	h := newPiece("\r\n")
	nested := strings.IndexByte("{[", t.win.rest()[0]) >= 0
	t.passLines(h, from, nested)
	return t.badUpTo(at, err, h)
}

// badUpTo makes one bad item of a broken value that was passed over. Where the
// text is cut behind it, that is what is wrong with it.
func (t *text) badUpTo(at place, err error, h *piece) error {
	switch {
	case len(t.win.rest()) == 0 && t.win.ended() && !t.win.clean():
		return t.cut(at, h)
	case h.size > t.limits.Line:
		err = errTooLong
	}
	return t.bad(at, reasonOf(err), err, h)
}

// offset is how far into a value its break is.
func (t *text) offset(err error) int {
	var e *jsondoc.Error
	if errors.As(err, &e) {
		return e.Offset
	}
	return int(t.limits.Line)
}

// lend asks for n bytes to be looked at again.
func (t *text) lend(n int) bool {
	if n > t.credit {
		return false
	}
	t.credit -= n
	return true
}

// cut makes one bad item of what is there of a value when the text stops for
// another reason than being at its end.
func (t *text) cut(at place, h *piece) error {
	var f *fault
	if !errors.As(t.win.err, &f) {
		return t.win.err
	}
	return t.lost(at, f.reason, f, h)
}

// sentence passes over the sentence that Bedrock writes to check that it may.
func (t *text) sentence() int64 {
	t.win.atLeast(len(permissionSentence) + 1)
	if !bytes.HasPrefix(t.win.rest(), []byte(permissionSentence)) {
		return 0
	}
	t.win.drop(len(permissionSentence))
	return int64(len(permissionSentence))
}

// passLines consumes up to the first line behind from that may begin a value,
// or to the end. Only what is nested goes on over lines.
func (t *text) passLines(h *piece, from int, nested bool) {
	for {
		b := t.win.rest()
		n, found := nextLine(b, from, t.win.ended(), nested)
		h.write(b[:n])
		t.win.drop(n)
		if from = max(0, from-n); found {
			return
		}
		if !t.win.more() && len(t.win.rest()) == 0 {
			return
		}
	}
}

// nextLine finds the first line behind from that may begin a value; when there
// is none yet it says how much need not be looked at again.
func nextLine(b []byte, from int, ended, nested bool) (n int, found bool) {
	for at := from; at < len(b); {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		switch {
		case !nested || at == len(b) && ended:
			return at, true
		case at == len(b):
			return at - 1, false // the next line's first byte is not here yet
		case !continues(b[at]):
			return at, true
		}
	}
	return len(b), false
}

// continues says whether a line that begins so goes on with a value of the line
// before: it is indented, or begins as only the inside of a value does.
func continues(first byte) bool { return strings.IndexByte(" \t\r\n}],:\"", first) >= 0 }
