// Package paged is what the places share that are read page by page through an
// API: pages that are held in memory until they are settled, bounded in bytes for
// all readers of a source together, the marks that follow them, waiting for
// whichever comes first, and telling of faults in measure.
//
// It never knows what a page holds, nor when the next one is due: that is each
// place's own.
package paged

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"

	"golang.org/x/sync/semaphore"

	"seismo/internal/source"
)

// mostBytes bounds the deliveries of one source that are not settled.
const mostBytes = 32 << 20

// Out is where the readers of a source leave what its Receive returns.
type Out struct {
	results chan result
	bytes   *semaphore.Weighted // of deliveries that are not settled
}

type result struct {
	delivery source.Delivery
	err      error
}

// NewOut makes an Out.
func NewOut() *Out {
	return &Out{results: make(chan result), bytes: semaphore.NewWeighted(mostBytes)}
}

// Receive gives what a reader left, and io.EOF once over is closed.
func (o *Out) Receive(ctx context.Context, over <-chan struct{}) (source.Delivery, error) {
	select {
	case <-over:
		return nil, io.EOF
	default:
	}
	select {
	case r := <-o.results:
		return r.delivery, r.err
	case <-over:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Page delivers an object of bytes once there is room for them. settled hears what
// became of it; true is committed. It is not called when ctx ends before.
func (o *Out) Page(ctx context.Context, object source.Object, body []byte, settled func(ok bool)) error {
	weight := min(object.Size, mostBytes)
	if err := o.bytes.Acquire(ctx, weight); err != nil {
		return err
	}
	d := source.Held(object, body, func(ok bool) {
		o.bytes.Release(weight)
		settled(ok)
	})
	if !o.send(ctx, result{delivery: d}) {
		o.bytes.Release(weight)
	}
	return nil
}

// Mark delivers a cursor behind the pages that it stands for.
func (o *Out) Mark(ctx context.Context, mark source.Object, settled func(ok bool)) {
	o.send(ctx, result{delivery: source.Held(mark, nil, settled)})
}

// Fail has Receive return an error.
func (o *Out) Fail(ctx context.Context, err error) { o.send(ctx, result{err: err}) }

// send reports false at the end of ctx.
func (o *Out) send(ctx context.Context, r result) bool {
	select {
	case o.results <- r:
		return true
	case <-ctx.Done():
		return false
	}
}

// ID is the identity of a page by the ids of what is in it: the same events of the
// same place are the same object, whenever they are asked for.
func ID[E any](place string, events []E, id func(*E) string) string {
	sum := sha256.New()
	for i := range events {
		sum.Write([]byte(id(&events[i])))
		sum.Write([]byte{'\n'})
	}
	return place + "#" + hex.EncodeToString(sum.Sum(nil)[:16])
}
