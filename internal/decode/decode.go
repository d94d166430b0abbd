package decode

import (
	"bufio"
	"context"
	"errors"
	"io"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// Decoder decodes objects. It is for concurrent use.
type Decoder struct{ limits Limits }

// New makes a Decoder. Limits that are zero or less take their default.
func New(limits Limits) *Decoder {
	def := DefaultLimits()
	if limits.Line <= 0 {
		limits.Line = def.Line
	}
	if limits.Expanded <= 0 {
		limits.Expanded = def.Expanded
	}
	if limits.Ratio <= 0 {
		limits.Ratio = def.Ratio
	}
	if limits.Layers <= 0 {
		limits.Layers = def.Layers
	}
	return &Decoder{limits: limits}
}

// Decode reads r to its end and hands every piece of it to emit, in order. An
// Item belongs to emit's owner; its bytes are not used again. The error is that
// of emit or ctx: what is wrong with the input comes out as bad items, and what
// could be read before stays good.
//
// Origin.Line of an item is the line it begins on; in a list written on one
// line it is the place in that list. It is nil when the piece is the whole
// object.
func (d *Decoder) Decode(ctx context.Context, r io.Reader, origin event.Origin, emit func(Item) error) error {
	run := &run{ctx: ctx, limits: d.limits, sink: emit, key: origin.Key}
	origin.Line = nil
	err := run.object(&source{ctx: ctx, r: r, run: run}, place{origin: origin})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// run is the decoding of one object.
type run struct {
	ctx    context.Context
	limits Limits
	sink   func(Item) error
	key    string // the object's own key
	items  int64  // emitted so far
	parser jsondoc.Parser

	read     int64 // bytes read of the object
	expanded int64 // bytes that came out of compression and base64, all layers together
	spent    bool  // the expansion limit is reached: nothing more is read
}

// place is where in the object a stream or record lies.
type place struct {
	origin event.Origin
	layers int
	inside bool // of a payload: lines are those of the record that carries it
}

// at is the place with its line set, unless it is inside a payload.
func (p place) at(line int64) place {
	if !p.inside {
		p.origin.Line = &line
	}
	return p
}

// deeper is the place one layer further in.
func (p place) deeper() place {
	p.layers++
	return p
}

// errStop ends a stream whose rest has been told of in an item.
var errStop = errors.New("stop")

// stop ends a stream after the item that tells of its rest was emitted.
func stop(err error) error {
	if err != nil {
		return err
	}
	return errStop
}

// object decodes one whole stored object.
func (r *run) object(src io.Reader, p place) error {
	in := bufio.NewReaderSize(src, 64<<10)
	switch head, _ := in.Peek(1); {
	case isDigestKey(r.key):
		return r.skip(p, SkipDigest, 0)
	case len(head) == 0 && isPermissionCheckKey(r.key):
		return r.skip(p, SkipPermissionCheck, 0)
	}
	return r.stream(in, p)
}

func (r *run) emit(item Item) error {
	r.items++
	return r.sink(item)
}

func (r *run) skip(p place, reason string, size int64) error {
	return r.emit(Item{Verdict: Skipped, Origin: p.origin, Reason: reason, Size: size})
}

func (r *run) bad(p place, reason, detail string, h *piece) error {
	return r.emit(Item{Verdict: Bad, Origin: p.origin, Reason: reason, Detail: detail,
		Raw: h.kept, SHA256: h.digest(), Size: h.size})
}
