package s3

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
)

const (
	aheadBytes  = 32 << 20 // held at once
	aheadObject = 4 << 20  // larger objects are read in their turn
	aheadAtOnce = 16       // requests at once
	aheadQueue  = 1024     // objects that wait for a request
)

// ahead reads small objects before their turn, so that the time of a request is
// waited for once for many objects. What it holds is bounded by bytes.
type ahead struct {
	open func(context.Context, Ref) (io.ReadCloser, error)

	mu      sync.Mutex
	left    int64 // bytes
	running int
	queue   []*fetched          // in their order; some may have been taken out already
	held    map[string]*fetched // by the identity of the object
}

// fetched is one object that is read ahead.
type fetched struct {
	ctx    context.Context
	cancel context.CancelFunc
	ref    Ref
	begun  bool
	done   chan struct{}
	text   []byte
	err    error
}

func newAhead(most int64, open func(context.Context, Ref) (io.ReadCloser, error)) *ahead {
	if most == 0 {
		most = aheadBytes
	}
	return &ahead{open: open, left: max(most, 0), held: map[string]*fetched{}}
}

// Ahead begins to read an object that will be opened soon, if it is small; else
// it does nothing. ctx must live until then. Forget gives the room back where
// Open is not called after all.
func (r *Reader) Ahead(ctx context.Context, ref Ref) { r.ahead.want(ctx, ref) }

// Forget drops what was read ahead of an object.
func (r *Reader) Forget(ref Ref) { r.ahead.forget(ref) }

func (a *ahead) want(ctx context.Context, ref Ref) {
	if ref.Size <= 0 || ref.Size > aheadObject || ref.ETag == "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.held[ref.ID()] != nil || len(a.queue) >= aheadQueue {
		return
	}
	f := &fetched{ref: ref, done: make(chan struct{})}
	f.ctx, f.cancel = context.WithCancel(ctx)
	a.held[ref.ID()] = f
	a.queue = append(a.queue, f)
	a.begin()
}

// begin starts what there is room for. It is called with the lock held.
func (a *ahead) begin() {
	for len(a.queue) > 0 && a.running < aheadAtOnce {
		f := a.queue[0]
		if a.held[f.ref.ID()] == f {
			if a.left < f.ref.Size {
				return
			}
			a.left -= f.ref.Size
			a.running++
			f.begun = true
			go a.fetch(f)
		}
		a.queue = a.queue[1:]
	}
}

func (a *ahead) fetch(f *fetched) {
	f.text, f.err = a.read(f.ctx, f.ref)
	close(f.done)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running--
	a.begin()
}

func (a *ahead) read(ctx context.Context, ref Ref) ([]byte, error) {
	in, err := a.open(ctx, ref)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text := make([]byte, ref.Size)
	if _, err := io.ReadFull(in, text); err != nil {
		return nil, err
	}
	// Whoever may write to a queue can tell a size that is too small, and what is
	// cut off would count as read.
	if n, err := in.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, cmp.Or(err, errLonger)
	}
	return text, nil
}

var errLonger = errors.New("the object is longer than was told")

// take waits for what was begun. A failure is not told: the object is opened in
// the usual way then, which has the last word.
func (a *ahead) take(ctx context.Context, ref Ref) (io.ReadCloser, bool) {
	f := a.remove(ref)
	if f == nil {
		return nil, false
	}
	defer f.cancel()
	if !f.begun {
		return nil, false
	}
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	if ctx.Err() != nil || f.err != nil {
		a.give(ref.Size)
		return nil, false
	}
	return &memory{Reader: bytes.NewReader(f.text), done: sync.OnceFunc(func() { a.give(ref.Size) })}, true
}

func (a *ahead) forget(ref Ref) {
	if f := a.remove(ref); f != nil {
		f.cancel()
		if f.begun {
			a.give(ref.Size)
		}
	}
}

func (a *ahead) remove(ref Ref) *fetched {
	a.mu.Lock()
	defer a.mu.Unlock()
	f := a.held[ref.ID()]
	delete(a.held, ref.ID())
	return f
}

func (a *ahead) give(n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left += n
	a.begin()
}

// memory is an object that was read ahead.
type memory struct {
	*bytes.Reader
	done func()
}

// Close gives the room back.
func (m *memory) Close() error {
	m.done()
	return nil
}
