package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// rest makes one bad item of everything that is left of a stream.
func (r *run) rest(in *bufio.Reader, p place, reason string, why error) error {
	h := newPiece("")
	for {
		head, err := in.Peek(1)
		if len(head) == 0 {
			var f *fault
			if !errors.Is(err, io.EOF) && !errors.As(err, &f) {
				return err
			}
			return r.lost(p, reason, why, h)
		}
		head, _ = in.Peek(in.Buffered())
		h.write(head)
		in.Discard(len(head))
	}
}

// padding passes over zeros, which tapes and block devices leave behind
// compressed data.
func padding(in *bufio.Reader) {
	for {
		in.Peek(1)
		head, _ := in.Peek(in.Buffered())
		rest := bytes.TrimLeft(head, "\x00")
		in.Discard(len(head) - len(rest))
		if len(rest) > 0 || len(head) == 0 {
			return
		}
	}
}

// startsText says whether text may begin so.
func startsText(head []byte) bool {
	switch head[0] {
	case '{', '[', ' ', '\t', '\r', '\n', '"':
		return true
	}
	return bytes.HasPrefix(head, []byte(bom))
}
