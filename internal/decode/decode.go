package decode

import (
	"bufio"
	"context"
	"errors"
	"io"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// Decoder decodes objects. It is safe for concurrent use.
type Decoder struct{ limits Limits }

// New makes a Decoder. Limits that are zero or less take their default.
func New(limits Limits) *Decoder {
	usual := DefaultLimits()
	if limits.Line <= 0 {
		limits.Line = usual.Line
	}
	if limits.Expanded <= 0 {
		limits.Expanded = usual.Expanded
	}
	if limits.Ratio <= 0 {
		limits.Ratio = usual.Ratio
	}
	if limits.Layers <= 0 {
		limits.Layers = usual.Layers
	}
	return &Decoder{limits: limits}
}

// Decode reads r to its end and hands every piece of it to emit, in order. What
// an Item holds is its receiver's to keep. The error is that of emit or ctx:
// what is wrong with the input comes out as bad items, and what could be read
// before stays good.
//
// Origin.Line of an item is the line it begins on; in a list written on one
// line it is the place in that list; inside a payload it is that of what carries
// the payload. It is nil when the piece is the whole object.
func (d *Decoder) Decode(ctx context.Context, r io.Reader, origin event.Origin, emit func(Item) error) error {
	origin.Line = nil
	run := &run{ctx: ctx, limits: d.limits, sink: emit, key: origin.Key}
	err := run.object(bufio.NewReaderSize(&source{r: r, run: run}, buffer), place{origin: origin})
	if err == nil || errors.Is(err, errStop) {
		return run.endFlood()
	}
	return err
}

// How much is read of a layer at once: of an object, and of a payload inside of
// one, of which there may be thousands and which are small.
const (
	buffer      = 64 << 10
	smallBuffer = 8 << 10
)

// run is the decoding of one object.
type run struct {
	ctx    context.Context
	limits Limits
	sink   func(Item) error
	key    string // the object's own key
	parser jsondoc.Parser

	items    int64  // told of so far
	flood    flood  // bad pieces in a row
	read     int64  // bytes read of the object
	expanded int64  // bytes that came out of compression and base64, all layers together
	spent    *fault // the limit that was reached, after which nothing more is read
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

// buffer is how much is read at once there.
func (p place) buffer() int {
	if p.inside {
		return smallBuffer
	}
	return buffer
}

// errStop ends a stream whose rest has been told of in an item.
var errStop = errors.New("stop")

// stop is errStop, unless telling failed.
func stop(err error) error {
	if err != nil {
		return err
	}
	return errStop
}

// object decodes one whole stored object.
func (r *run) object(in *bufio.Reader, p place) error {
	if isDigestKey(r.key) {
		return r.skip(p, SkipDigest, 0)
	}
	head, err := in.Peek(1)
	if len(head) == 0 && errors.Is(err, io.EOF) && isPermissionCheckKey(r.key) {
		return r.skip(p, SkipPermissionCheck, 0)
	}
	return r.stream(in, p)
}
