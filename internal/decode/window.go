package decode

import (
	"bytes"
	"errors"
	"io"
)

// window is the part of a text that is looked at. It grows only when its user
// asks for more than it holds.
type window struct {
	src  io.Reader
	buf  []byte // buf[at:] is not consumed yet
	at   int
	most int   // what the buffer need not grow beyond
	line int64 // of buf[at], from 1
	err  error // why there is no more: io.EOF, a fault, a cancelled context
}

const (
	firstWindow = 2 * buffer
	largePiece  = 1 << 20 // a piece of this size is handed on without a copy
)

// newWindow looks at src, at first size bytes of it, in pieces of at most line
// bytes.
func newWindow(src io.Reader, size int, line int64) *window {
	return &window{src: src, buf: make([]byte, 0, size), most: int(line) + firstWindow, line: 1}
}

// rest is what was read and not consumed. It is valid until the next more.
func (w *window) rest() []byte { return w.buf[w.at:] }

// more reads on; false says that there is no more.
func (w *window) more() bool {
	for range maxIdle {
		if w.err != nil {
			return false
		}
		w.room()
		var n int
		n, w.err = w.src.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		if n > 0 {
			return true
		}
	}
	w.err = &fault{BadRead, io.ErrNoProgress.Error()}
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

// room makes space for reading at the end of the buffer. What is moved is never
// more than what was consumed or is read next, so that moving stays linear.
func (w *window) room() {
	used := len(w.rest())
	switch {
	case cap(w.buf)-len(w.buf) >= min(buffer/2, cap(w.buf)/4):
		return
	case w.at >= used:
		w.buf = append(w.buf[:0], w.rest()...)
	default:
		size := 2 * cap(w.buf)
		if w.most >= used+buffer && w.most > cap(w.buf) {
			size = min(size, w.most)
		}
		w.buf = append(make([]byte, 0, size), w.rest()...)
	}
	w.at = 0
}

// take consumes n bytes and gives them away.
func (w *window) take(n int) []byte {
	w.line += int64(bytes.Count(w.rest()[:n], []byte(newline)))
	if n < largePiece || n < cap(w.buf)/2 {
		piece := bytes.Clone(w.rest()[:n])
		w.at += n
		return piece
	}
	piece := w.rest()[:n:n]
	left := w.rest()[n:]
	w.buf = append(make([]byte, 0, max(firstWindow, 2*len(left))), left...)
	w.at = 0
	return piece
}

// drop consumes n bytes.
func (w *window) drop(n int) {
	w.line += int64(bytes.Count(w.rest()[:n], []byte(newline)))
	w.at += n
}

// pass consumes bytes of set, as far as they go, and says how many.
func (w *window) pass(set string) (size int64) {
	for {
		b := w.rest()
		n := len(b) - len(bytes.TrimLeft(b, set))
		w.drop(n)
		size += int64(n)
		if n < len(b) || !w.more() {
			return size
		}
	}
}

// ended says that the text ends where the window does.
func (w *window) ended() bool { return w.err != nil }

// clean says that the text is at its end, and not cut.
func (w *window) clean() bool { return len(w.rest()) == 0 && errors.Is(w.err, io.EOF) }

const (
	blanks  = " \t\r\n"
	newline = "\n"
)
