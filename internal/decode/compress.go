package decode

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

type format uint8

const (
	plain format = iota
	gzipped
	zstandard
)

// sniff tells the format by its first bytes, never by a name. No JSON text
// begins so, or has this between its values.
func sniff(head []byte) format {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzipped
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return zstandard
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18}):
		return zstandard // a skippable frame
	}
	return plain
}

// stream decodes bytes that may be compressed, text, or one after the other.
func (r *run) stream(in *bufio.Reader, p place) error {
	for first := true; in != nil; first = false {
		if !first {
			padding(in)
		}
		head, err := in.Peek(4)
		if len(head) == 0 {
			return r.streamEnd(p, err, first)
		}
		switch f := sniff(head); {
		case f != plain:
			err = r.layer(in, f, p)
		case !first && !startsText(head):
			return r.rest(in, p, BadCompression, said("something that is no record follows the compressed data"))
		default:
			in, err = r.text(in, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// streamEnd tells of a stream that has nothing more.
func (r *run) streamEnd(p place, err error, empty bool) error {
	var f *fault
	switch {
	case errors.As(err, &f):
		return r.lost(p, f.reason, f, newPiece(""))
	case !errors.Is(err, io.EOF):
		return err
	case empty:
		return r.skip(p, SkipEmpty, 0)
	}
	return nil
}

// layer decodes what comes out of one run of gzip members or zstd frames.
func (r *run) layer(in *bufio.Reader, f format, p place) error {
	if p.layers >= r.limits.Layers {
		return r.rest(in, p, BadLayers, said("more layers of compression than the limit allows"))
	}
	out, done, err := open(in, f)
	if err != nil {
		return r.rest(in, p, BadCompression, err)
	}
	defer done()
	return r.stream(bufio.NewReaderSize(&meter{r: out, run: r}, p.buffer()), p.deeper())
}

func open(in *bufio.Reader, f format) (io.Reader, func(), error) {
	if f == gzipped {
		const fixed = 10 // bytes of a header without optional fields
		if head, _ := in.Peek(fixed); len(head) < fixed || head[2] != 8 || head[3]&0xe0 != 0 {
			return nil, nil, said("the gzip header is cut or is none")
		}
		m, err := newMembers(in)
		return m, func() {}, err
	}
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, nil, broken(err)
	}
	return &frames{z}, z.Close, nil
}

// maxWindow is the largest zstd window that memory is given to: what level 19
// asks for, four times.
const maxWindow = 32 << 20

// members reads gzip members that follow each other as one text.
type members struct {
	in *bufio.Reader
	gz *gzip.Reader
}

func newMembers(in *bufio.Reader) (*members, error) {
	gz, err := gzip.NewReader(in)
	if err != nil {
		return nil, broken(err)
	}
	gz.Multistream(false)
	return &members{in: in, gz: gz}, nil
}

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.gz.Read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if !errors.Is(err, io.EOF) {
			return 0, broken(err)
		}
		switch head, _ := m.in.Peek(2); {
		case len(head) == 1 && head[0] == 0x1f:
			return 0, broken(io.ErrUnexpectedEOF)
		case sniff(head) != gzipped:
			return 0, io.EOF
		}
		if err := m.gz.Reset(m.in); err != nil {
			return 0, broken(err)
		}
		m.gz.Multistream(false)
	}
}

// frames reads zstd frames that follow each other as one text.
type frames struct{ z *zstd.Decoder }

func (f *frames) Read(p []byte) (int, error) {
	n, err := f.z.Read(p)
	if n > 0 || err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	return 0, broken(err)
}

// broken makes a fault of a decompressor's error, unless the error came from
// below and says already what it is.
func broken(err error) error {
	var f *fault
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &fault{BadCompression, "the compressed data is cut off"}
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return &fault{BadCompression, "the checksum of the compressed data does not match"}
	case errors.Is(err, zstd.ErrMagicMismatch):
		return &fault{BadCompression, "something else follows the compressed data"}
	}
	return &fault{BadCompression, "the compressed data is damaged: " + err.Error()}
}
