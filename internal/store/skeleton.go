package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"seismo/internal/event"
)

// A skeleton is a version byte and three sections: the record, its input body,
// its output body. A section is 0 when it is absent, else 1 and a list of
// pieces. Numbers are unsigned varints; parts are taken in their order.
const skeletonVersion = 1

// The pieces.
const (
	pieceEnd     = 0 // of the list
	pieceLiteral = 1 // length, bytes
	piecePart    = 2 // the next part
	pieceComma   = 3 // "," and then another piece
	piecePatched = 4 // the next part, with: count, then (distance from the last one, length, bytes) put back in
	pieceFrame   = 5 // the next part, with: count, distances; then for each a list of pieces in place of one byte
)

type skeletonWriter struct{ buf []byte }

func (w *skeletonWriter) bytes() []byte { return w.buf }

func (w *skeletonWriter) section(there bool) {
	if w.buf == nil {
		w.buf = []byte{skeletonVersion}
	}
	if there {
		w.buf = append(w.buf, 1)
	} else {
		w.buf = append(w.buf, 0)
	}
}

func (w *skeletonWriter) number(n int) { w.buf = binary.AppendUvarint(w.buf, uint64(n)) }

func (w *skeletonWriter) text(b []byte) {
	w.number(len(b))
	w.buf = append(w.buf, b...)
}

func (w *skeletonWriter) literal(b []byte) {
	if len(b) > 0 {
		w.buf = append(w.buf, pieceLiteral)
		w.text(b)
	}
}

func (w *skeletonWriter) part()  { w.buf = append(w.buf, piecePart) }
func (w *skeletonWriter) comma() { w.buf = append(w.buf, pieceComma) }
func (w *skeletonWriter) end()   { w.buf = append(w.buf, pieceEnd) }

// patch is text that was cut out of a part, and where.
type patch struct {
	at   int
	text []byte
}

func (w *skeletonWriter) patched(patches []patch) {
	w.buf = append(w.buf, piecePatched)
	w.number(len(patches))
	last := 0
	for _, p := range patches {
		w.number(p.at - last)
		w.text(p.text)
		last = p.at
	}
}

func (w *skeletonWriter) frame(offsets []int) {
	w.buf = append(w.buf, pieceFrame)
	w.number(len(offsets))
	last := 0
	for _, at := range offsets {
		w.number(at - last)
		last = at
	}
}

// ErrSkeleton is returned for a skeleton or parts that do not fit together.
var ErrSkeleton = errors.New("damaged record: its pieces do not fit together")

// Join puts a record together again. Part returns the bytes of a Document's part.
func Join(skeleton []byte, part func(i int) ([]byte, error)) (event.Record, error) {
	j := &joiner{rest: skeleton, part: part}
	if j.byte() != skeletonVersion {
		return event.Record{}, fmt.Errorf("%w: unknown version", ErrSkeleton)
	}
	var r event.Record
	for _, target := range []*[]byte{&r.Raw, &r.BodyInput, &r.BodyOutput} {
		if j.byte() == 1 {
			*target = j.list([]byte{}, 0)
		}
	}
	if j.err == nil && len(j.rest) > 0 {
		j.fail()
	}
	return r, j.err
}

type joiner struct {
	rest []byte
	part func(i int) ([]byte, error)
	next int
	err  error
}

func (j *joiner) fail() {
	if j.err == nil {
		j.err = ErrSkeleton
	}
	j.rest = nil
}

func (j *joiner) byte() byte {
	if len(j.rest) == 0 {
		j.fail()
		return 0
	}
	b := j.rest[0]
	j.rest = j.rest[1:]
	return b
}

func (j *joiner) number() int {
	n, size := binary.Uvarint(j.rest)
	if size <= 0 || n > 1<<40 {
		j.fail()
		return 0
	}
	j.rest = j.rest[size:]
	return int(n)
}

func (j *joiner) text() []byte {
	n := j.number()
	if n > len(j.rest) {
		j.fail()
		return nil
	}
	b := j.rest[:n]
	j.rest = j.rest[n:]
	return b
}

func (j *joiner) take() []byte {
	b, err := j.part(j.next)
	if err != nil && j.err == nil {
		j.err = err
		j.rest = nil
	}
	j.next++
	return b
}

// list appends pieces to out until the list ends. Frames lie only in sections,
// so depth never passes 1.
func (j *joiner) list(out []byte, depth int) []byte {
	for j.err == nil {
		switch j.byte() {
		case pieceEnd:
			return out
		case pieceLiteral:
			out = append(out, j.text()...)
		case pieceComma:
			out = append(out, ',')
		case piecePart:
			out = append(out, j.take()...)
		case piecePatched:
			out = j.patched(out)
		case pieceFrame:
			if depth > 0 {
				j.fail()
			}
			out = j.frame(out)
		default:
			j.fail()
		}
	}
	return out
}

func (j *joiner) patched(out []byte) []byte {
	bare := j.take()
	at := 0
	for range j.number() {
		step := j.number()
		if j.err != nil || step > len(bare)-at {
			j.fail()
			return out
		}
		out = append(out, bare[at:at+step]...)
		at += step
		out = append(out, j.text()...)
	}
	return append(out, bare[at:]...)
}

func (j *joiner) frame(out []byte) []byte {
	rest := j.take()
	count := j.number()
	if count > len(rest) {
		j.fail()
		return out
	}
	offsets := make([]int, count)
	last := 0
	for i := range offsets {
		last += j.number()
		offsets[i] = last
	}
	at := 0
	for _, offset := range offsets {
		if j.err != nil || offset >= len(rest) || offset < at {
			j.fail()
			return out
		}
		out = append(out, rest[at:offset]...)
		out = j.list(out, 1)
		at = offset + 1
	}
	return append(out, rest[at:]...)
}
