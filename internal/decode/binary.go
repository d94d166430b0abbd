package decode

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// sniffText is how much tells text from binary data.
const sniffText = 1 << 10

// looksLikeText tells a text, however broken, from something else altogether,
// which would only make a bad piece of every newline in it.
func looksLikeText(head []byte) bool {
	head = head[:min(len(head), sniffText)]
	switch {
	case len(head) == 0 || startsText(head):
		return true
	case bytes.IndexByte(head, 0) >= 0 || bytes.HasPrefix(head, []byte("%PDF-")):
		return false
	}
	for len(head) > 0 {
		c, n := utf8.DecodeRune(head)
		if c == utf8.RuneError && n == 1 && len(head) >= utf8.UTFMax {
			return false
		}
		head = head[n:]
	}
	return true
}

// binary makes one bad item of what is no text: of the whole stream, or up to a
// line that begins as an object does, since damage may be at the beginning only.
func (t *text) binary() error {
	why := said("this is no text")
	if head := t.win.rest(); bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		why = "this is UTF-16, and only UTF-8 is read"
	}
	h := newPiece("\r\n")
	for {
		b := t.win.rest()
		if i := bytes.Index(b, []byte("\n{\"")); i >= 0 {
			at := t.place.at(1)
			h.write(b[:i+1])
			t.win.drop(i + 1)
			return t.bad(at, BadJSON, why, h)
		}
		n := len(b)
		if !t.win.ended() {
			n = max(0, n-2)
		}
		h.write(b[:n])
		t.win.drop(n)
		if !t.win.more() && len(t.win.rest()) == 0 {
			break
		}
	}
	if !t.win.clean() {
		return t.cut(t.place, h)
	}
	return t.bad(t.place, BadJSON, why, h)
}

// body skips an object of a large body: it lies where bodies lie and does not
// say that it is a record. done is false when it does.
func (t *text) body() (done bool, err error) {
	t.win.pass(blanks)
	n, err := t.measure()
	if err == nil && t.parser.Take(t.win.rest()[:n]).Get("schemaType").Exists() {
		return false, nil
	}
	var f *fault
	if t.win.ended() && !errors.As(t.win.err, &f) && t.ctx.Err() != nil {
		return true, t.ctx.Err()
	}
	return true, stop(t.skip(t.place, SkipLargeBody, t.read))
}
