package bedrock

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var errTooLarge = errors.New("body over the limit")

// fetch reads an object whole, decompressed, up to the reader's limit.
func (r *Reader) fetch(ctx context.Context, uri string) ([]byte, error) {
	object, err := r.Open(ctx, uri)
	if err != nil {
		return nil, fmt.Errorf("open body: %w", err)
	}
	defer object.Close()
	plain, done, err := expand(object)
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	defer done()
	text, err := io.ReadAll(io.LimitReader(plain, r.Limit+1))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", err)
	}
	if int64(len(text)) > r.Limit {
		return nil, errTooLarge
	}
	return text, nil
}

// maxLayers of compression: Firehose can compress what is compressed.
const maxLayers = 3

// expand looks through compression, known by its first bytes. What it returns
// second must be called when reading is over.
func expand(r io.Reader) (io.Reader, func(), error) {
	done := func() {}
	for range maxLayers {
		buffered := bufio.NewReader(r)
		head, _ := buffered.Peek(4)
		switch {
		case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
			unzipped, err := gzip.NewReader(buffered)
			if err != nil {
				done()
				return nil, nil, fmt.Errorf("gzip: %w", err)
			}
			r = unzipped
		case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}):
			decoder, err := zstd.NewReader(buffered, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(64<<20))
			if err != nil {
				done()
				return nil, nil, fmt.Errorf("zstd: %w", err)
			}
			before := done
			r, done = decoder, func() { decoder.Close(); before() }
		default:
			return buffered, done, nil
		}
	}
	return r, done, nil
}

// reasonOf tells people why an object was not read; errors of S3 name things
// that do not help here.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return reasonGone
	case errors.Is(err, fs.ErrPermission):
		return reasonForbidden
	case errors.Is(err, errTooLarge):
		return reasonTooLarge
	}
	return reasonUnreadable
}
