package simulate

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
	"sync"

	"seismo/internal/event"
	"seismo/internal/source"
)

// Month is a source that delivers a month's objects from memory, not
// compressed. Receive and Close are for one caller, Body is for all.
type Month struct {
	next func() (Object, error, bool)
	stop func()

	mu     sync.Mutex
	bodies map[string][]byte // by s3:// address
}

var _ source.Source = (*Month)(nil)

// Source makes the month of c while it is read.
func Source(c Config) *Month {
	m := &Month{bodies: map[string][]byte{}}
	m.next, m.stop = iter.Pull2(Objects(c))
	return m
}

// Receive returns the next object, and io.EOF after the last.
func (m *Month) Receive(ctx context.Context) (source.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o, err, ok := m.next()
	switch {
	case !ok:
		return nil, io.EOF
	case err != nil:
		return nil, err
	}
	if strings.Contains(o.Key, "/data/") {
		m.mu.Lock()
		m.bodies["s3://"+o.Bucket+"/"+o.Key] = o.Body
		m.mu.Unlock()
	}
	return parcel{o}, nil
}

// Close ends the month early. It is safe to call after the end.
func (m *Month) Close() error {
	m.stop()
	return nil
}

// Body opens a body that was received: they come before the records that name
// them. An unknown address is an error that wraps fs.ErrNotExist.
func (m *Month) Body(ctx context.Context, uri string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	body, ok := m.bodies[uri]
	m.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("the simulated body %s: %w", uri[strings.LastIndexByte(uri, '/')+1:], fs.ErrNotExist)
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

// parcel is one object on its way.
type parcel struct{ o Object }

func (p parcel) Object() source.Object {
	return source.Object{ID: "s3://" + p.o.Bucket + "/" + p.o.Key, Origin: event.Origin{Bucket: p.o.Bucket, Key: p.o.Key},
		Size: int64(len(p.o.Body)), Modified: p.o.Modified}
}

func (p parcel) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(p.o.Body)), nil
}

// Settle has nothing to do: nothing is there to be delivered again.
func (p parcel) Settle(context.Context, error) error { return nil }
