package dir

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxBody is the most that comes out of one body; more is an error.
const maxBody = 256 << 20

// maxLayers is how often a body may be compressed.
const maxLayers = 3

// inflate reads a body through its compression, which its first bytes tell.
func inflate(f io.ReadCloser) (io.ReadCloser, error) {
	b := &body{close: []func(){func() { f.Close() }}}
	in := bufio.NewReaderSize(f, 32<<10)
	for range maxLayers {
		out, err := b.layer(in)
		if err != nil {
			_ = b.Close()
			return nil, fmt.Errorf("the compression of a body: %w", err)
		}
		if out == nil {
			break
		}
		in = bufio.NewReaderSize(out, 32<<10)
	}
	b.in, b.left = in, maxBody
	return b, nil
}

// body is an opened object.
type body struct {
	in    io.Reader
	left  int64
	close []func()
}

// layer opens one layer of compression; nil when there is none.
func (b *body) layer(in *bufio.Reader) (io.Reader, error) {
	head, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(in)
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(32<<20))
		if err != nil {
			return nil, err
		}
		b.close = append(b.close, z.Close)
		return z, nil
	}
	return nil, nil
}

// Read gives the body; one byte more than maxBody is an error.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errors.New("more comes out of the body than the limit allows")
	}
	return n, err
}

// Close closes the file.
func (b *body) Close() error {
	for _, f := range b.close {
		f()
	}
	return nil
}
