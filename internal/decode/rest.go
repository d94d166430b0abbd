package decode

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// rest makes one bad item of everything that is left of a stream.
func (r *run) rest(in *bufio.Reader, p place, reason, detail string) error {
	h := newPiece("")
	if err := r.drain(in, h); err != nil {
		return err
	}
	return stop(r.bad(p, reason, detail, h))
}

// garbage judges what follows compressed data: padding with zeros is usual and
// no piece at all, everything else is one bad item.
func (r *run) garbage(in *bufio.Reader, p place) error {
	h := newPiece("\x00")
	if err := r.drain(in, h); err != nil {
		return err
	}
	if h.size == 0 || len(bytes.Trim(h.kept, "\x00")) == 0 && h.size <= KeepBad {
		return nil
	}
	return stop(r.bad(p, BadCompression, "something that is no record follows the compressed data", h))
}

// drain reads to the end; only a cancelled context is an error here.
func (r *run) drain(in *bufio.Reader, h *piece) error {
	for {
		head, err := in.Peek(1)
		if len(head) == 0 {
			var f *fault
			if errors.Is(err, io.EOF) || errors.As(err, &f) {
				return nil
			}
			return err
		}
		head, _ = in.Peek(in.Buffered())
		h.write(head)
		in.Discard(len(head))
	}
}

// startsText says whether text may begin so.
func startsText(head []byte) bool {
	switch head[0] {
	case '{', '[', ' ', '\t', '\r', '\n', '"':
		return true
	}
	return bytes.HasPrefix(head, bom)
}
