package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"seismo/internal/source"
)

const (
	bodyCache = 64 << 20         // bytes that are kept where nobody says
	youngBody = 90 * time.Second // a record's age while its body may be on its way
	mostBody  = 4 << 20          // larger bodies are not kept
	restAfter = time.Minute      // no waiting for a while after one was in vain
)

// waits are the pauses between looking for a body that may be on its way.
func waits() []time.Duration {
	return []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}
}

// Bodies opens the large bodies that records refer to by their s3:// address. It
// reads from the places that are allowed, and from the folder of logs that this
// reader has read records from; any other address is an error that wraps
// source.ErrElsewhere. cacheBytes bounds what is kept of former bodies; 0 is
// 64 MiB, less than 0 is none.
//
// Errors are *source.BodyError, which tell the row why, and wrap fs.ErrNotExist
// or fs.ErrPermission as well as the *source.Fault. A body that is not there
// while its record is young (see source.WithRecordTime) is looked for a few
// times within 10 s, by one caller at a time.
func (r *Reader) Bodies(allowed []Place, cacheBytes int64) func(ctx context.Context, uri string) (io.ReadCloser, error) {
	if cacheBytes == 0 {
		cacheBytes = bodyCache
	}
	b := &bodies{reader: r, allowed: allowed, cache: newCache(cacheBytes), waiting: make(chan struct{}, 1)}
	return b.open
}

type bodies struct {
	reader  *Reader
	allowed []Place
	cache   *cache
	waiting chan struct{} // holds the one who waits

	mu    sync.Mutex
	until time.Time // nobody waits before
}

func (b *bodies) open(ctx context.Context, uri string) (io.ReadCloser, error) {
	bucket, key, err := address(uri)
	if err != nil {
		return nil, &source.BodyError{Reason: "refused: " + err.Error(), Err: err}
	}
	bucket, ok := b.through(bucket, key)
	if !ok {
		return nil, &source.BodyError{
			Reason: `not looked for: it lies outside of the folder of the logs; add its place to "bodies" of the source`,
			Later:  true, Err: source.ErrElsewhere,
		}
	}
	if text, ok := b.cache.get(uri); ok {
		return io.NopCloser(bytes.NewReader(text)), nil
	}
	object, err := b.fetch(ctx, Ref{Bucket: bucket, Key: key})
	if err != nil {
		return nil, err
	}
	return &kept{ReadCloser: object, cache: b.cache, uri: uri}, nil
}

// through is the bucket, or access point, by which an object may be read.
func (b *bodies) through(bucket, key string) (string, bool) {
	for _, p := range b.allowed {
		if p.has(bucket, key) {
			return bucket, true
		}
	}
	return b.reader.allows(bucket, key)
}

// allows tells whether a body lies in a folder of logs that records were read
// from. What was read through an access point says nothing of its bucket's name:
// the body is then read through it too, whatever bucket is named.
func (r *Reader) allows(bucket, key string) (string, bool) {
	at, ok := parseLayout(key)
	if !ok || at.service != bedrockLogs || at.hour < 0 || !strings.HasPrefix(at.rest, "data/") {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.roots[Place{bucket, at.root}]; ok {
		return bucket, true
	}
	for p := range r.roots {
		if strings.HasPrefix(p.Bucket, "arn:") && p.Prefix == at.root {
			return p.Bucket, true
		}
	}
	return "", false
}

func (b *bodies) fetch(ctx context.Context, ref Ref) (io.ReadCloser, error) {
	object, err := b.reader.open(ctx, ref)
	if gone(err) && young(ctx) {
		object, err = b.await(ctx, ref, err)
		if gone(err) {
			return nil, &source.BodyError{Reason: "not there yet: the record was written before its body", Later: true,
				Err: fmt.Errorf("%w: %w", fs.ErrNotExist, err)}
		}
	}
	if err != nil && ctx.Err() == nil {
		err = bodyError(err)
	}
	return object, err
}

func gone(err error) bool { return isKind(err, source.Gone) }

func changed(err error) bool { return isKind(err, source.Changed) }

func isKind(err error, kind source.Kind) bool {
	var f *source.Fault
	return errors.As(err, &f) && f.Kind == kind
}

func young(ctx context.Context) bool {
	at := source.RecordTime(ctx)
	return !at.IsZero() && time.Since(at) < youngBody
}

// await looks for a body again a few times. Only one caller waits: the others
// take the body as not there yet, so that records without bodies cannot stop the
// path.
func (b *bodies) await(ctx context.Context, ref Ref, err error) (io.ReadCloser, error) {
	select {
	case b.waiting <- struct{}{}:
		defer func() { <-b.waiting }()
	default:
		return nil, err
	}
	if b.resting() {
		return nil, err
	}
	for _, d := range waits() {
		if pauseErr := pause(ctx, d); pauseErr != nil {
			return nil, pauseErr
		}
		var object io.ReadCloser
		if object, err = b.reader.open(ctx, ref); !gone(err) {
			return object, err
		}
	}
	b.rest()
	return nil, err
}

func (b *bodies) resting() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Before(b.until)
}

func (b *bodies) rest() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.until = time.Now().Add(restAfter)
}

// bodyError says on the row what a fault means for a body.
func bodyError(err error) error {
	var f *source.Fault
	if !errors.As(err, &f) {
		return &source.BodyError{Reason: "could not be read", Later: true, Err: err}
	}
	told := &source.BodyError{Err: err}
	switch f.Kind {
	case source.Gone:
		told.Reason = "gone: it is no longer in the bucket"
		told.Err = fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	case source.Forbidden:
		told.Reason = "forbidden: " + missing(f)
		told.Err = fmt.Errorf("%w: %w", fs.ErrPermission, err)
	case source.Misconfigured:
		told.Reason = "could not be read: " + f.Remedy
	default:
		told.Reason, told.Later = "could not be read yet: "+string(f.Kind), true
	}
	return told
}

// missing names the permission that a refusal is about.
func missing(f *source.Fault) string {
	if f.Action == "" {
		return "reading it is not allowed"
	}
	if f.Resource == "" {
		return f.Action + " is not allowed"
	}
	return f.Action + " is not allowed on " + f.Resource
}
