package decode

import (
	"bytes"
	"io"
)

// window is the part of a text that is looked at. It grows only when its user
// asks for more than it holds.
type window struct {
	src  io.Reader
	buf  []byte // buf[at:] is not consumed yet
	at   int
	line int64 // of buf[at], from 1
	err  error // why there is no more: io.EOF, a fault, a cancelled context
}

const firstWindow = 128 << 10

func newWindow(src io.Reader) *window {
	return &window{src: src, buf: make([]byte, 0, firstWindow), line: 1}
}

// rest is what was read and not consumed. It is valid until the next more.
func (w *window) rest() []byte { return w.buf[w.at:] }

// more reads on; false says that there is no more.
func (w *window) more() bool {
	for range 100 { // as bufio: a reader that never gives anything is broken
		if w.err != nil {
			return false
		}
		w.room()
		n, err := w.src.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf, w.err = w.buf[:len(w.buf)+n], err
		if n > 0 {
			return true
		}
	}
	if w.err == nil {
		w.err = &fault{BadRead, "reading stopped: the reader gives nothing"}
	}
	return false
}

// atLeast tries to have n bytes to look at.
func (w *window) atLeast(n int) bool {
	for len(w.rest()) < n {
		if !w.more() {
			return false
		}
	}
	return true
}

func (w *window) room() {
	switch free := cap(w.buf) - len(w.buf); {
	case free >= cap(w.buf)/4:
	case w.at >= cap(w.buf)/2:
		w.buf = append(w.buf[:0], w.rest()...)
		w.at = 0
	default:
		grown := make([]byte, len(w.rest()), 2*cap(w.buf))
		copy(grown, w.rest())
		w.buf, w.at = grown, 0
	}
}

// drop consumes n bytes.
func (w *window) drop(n int) {
	w.line += int64(bytes.Count(w.buf[w.at:w.at+n], newline))
	w.at += n
}

// ended says that the text ends where the window does.
func (w *window) ended() bool { return w.err != nil }

var newline = []byte{'\n'}
