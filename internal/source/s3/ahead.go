package s3

import (
	"bytes"
	"context"
	"io"
	"sync"
)

const (
	aheadBytes  = 32 << 20 // held at once
	aheadObject = 4 << 20  // larger objects are read in their turn
	aheadAtOnce = 16       // requests at once
)

// ahead reads small objects before their turn, so that the time of a request is
// waited for once for many objects. What it holds is bounded by bytes.
type ahead struct {
	open  func(context.Context, Ref) (io.ReadCloser, error)
	slots chan struct{}

	mu   sync.Mutex
	left int64
	held map[string]*fetched // by the identity of the object
}

type fetched struct {
	done   chan struct{}
	cancel context.CancelFunc
	text   []byte
	err    error
}

func newAhead(most int64, open func(context.Context, Ref) (io.ReadCloser, error)) *ahead {
	if most == 0 {
		most = aheadBytes
	}
	return &ahead{open: open, slots: make(chan struct{}, aheadAtOnce), left: max(most, 0), held: map[string]*fetched{}}
}

// Ahead begins to read an object that will be opened soon, if it is small and
// there is room; else it does nothing. ctx must live until then. Forget gives
// the room back where Open is not called after all.
func (r *Reader) Ahead(ctx context.Context, ref Ref) { r.ahead.start(ctx, ref) }

// Forget drops what was read ahead of an object.
func (r *Reader) Forget(ref Ref) {
	if f := r.ahead.remove(ref); f != nil {
		f.cancel()
		r.ahead.give(ref.Size)
	}
}

func (a *ahead) start(ctx context.Context, ref Ref) bool {
	if ref.Size <= 0 || ref.Size > aheadObject || ref.ETag == "" {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known := a.held[ref.ID()]; known || a.left < ref.Size {
		return false
	}
	select {
	case a.slots <- struct{}{}:
	default:
		return false
	}
	a.left -= ref.Size
	f := &fetched{done: make(chan struct{})}
	ctx, f.cancel = context.WithCancel(ctx)
	a.held[ref.ID()] = f
	go func() {
		defer func() { <-a.slots }()
		defer close(f.done)
		f.text, f.err = a.read(ctx, ref)
	}()
	return true
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
	return text, nil
}

// take waits for what was begun. A failure is not told: the object is opened in
// the usual way then, which has the last word.
func (a *ahead) take(ctx context.Context, ref Ref) (io.ReadCloser, bool) {
	f := a.remove(ref)
	if f == nil {
		return nil, false
	}
	select {
	case <-f.done:
	case <-ctx.Done():
	}
	f.cancel()
	if ctx.Err() != nil || f.err != nil {
		a.give(ref.Size)
		return nil, false
	}
	return &memory{Reader: bytes.NewReader(f.text), done: sync.OnceFunc(func() { a.give(ref.Size) })}, true
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
}

// memory is an object that was read ahead.
type memory struct {
	*bytes.Reader
	done func()
}

func (m *memory) Close() error {
	m.done()
	return nil
}
