package s3

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"seismo/internal/source"
)

const (
	mostResumes = 6         // in a row, without mostly anything read between them
	progress    = 256 << 10 // bytes that make a break a new one
	firstPause  = 100 * time.Millisecond
	longPause   = 3 * time.Second
)

// body reads an object, over broken connections too.
type body struct {
	ctx     context.Context
	reader  *Reader
	ref     Ref
	in      io.ReadCloser // nil when it broke
	at      int64         // bytes read
	total   int64         // -1 when unknown
	breaks  int           // in a row
	breakAt int64         // where the last one was
	failed  error
}

// Read gives the object's bytes. Its error is io.EOF only when all of them came.
func (b *body) Read(p []byte) (int, error) {
	for {
		if b.failed != nil {
			return 0, b.failed
		}
		if b.in == nil {
			b.failed = b.resume()
			continue
		}
		n, err := b.in.Read(p)
		b.at += int64(n)
		if errors.Is(err, io.EOF) && (b.total < 0 || b.at >= b.total) {
			return n, io.EOF
		}
		if err != nil {
			b.broke(err)
		}
		if n > 0 || err == nil {
			return n, nil
		}
	}
}

// broke notes a break, and gives up when there were too many.
func (b *body) broke(cause error) {
	_ = b.in.Close()
	b.in = nil
	if b.at-b.breakAt >= progress {
		b.breaks = 0
	}
	b.breaks++
	b.breakAt = b.at
	switch {
	case b.ctx.Err() != nil:
		b.failed = b.ctx.Err()
	case b.breaks > mostResumes:
		if errors.Is(cause, io.EOF) {
			cause = io.ErrUnexpectedEOF
		}
		b.failed = &source.Fault{
			Kind: source.Unreachable, What: "read " + b.ref.URI(), Err: cause,
			Remedy: "the connection breaks again and again; the object is tried again later",
		}
	}
}

// resume opens the rest of the object, if it is the same one still.
func (b *body) resume() error {
	if err := pause(b.ctx, min(firstPause<<(b.breaks-1), longPause)); err != nil {
		return err
	}
	out, err := b.reader.get(b.ctx, b.ref, b.at)
	if err != nil {
		return err
	}
	if b.at > 0 && out.ContentRange == nil {
		// It ignored the range and sends the whole object.
		if _, err := io.CopyN(io.Discard, out.Body, b.at); err != nil {
			_ = out.Body.Close()
			return &source.Fault{Kind: source.Unreachable, What: "read " + b.ref.URI(), Err: err}
		}
	}
	b.in = out.Body
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the reading.
func (b *body) Close() error {
	b.failed = errClosed
	if b.in == nil {
		return nil
	}
	in := b.in
	b.in = nil
	return in.Close()
}

var errClosed = errors.New("the object is closed")

func rangeFrom(at int64) string { return "bytes=" + strconv.FormatInt(at, 10) + "-" }
