package pipeline

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"seismo/internal/store"
)

// Limits bound what is held at once. Zero fields are defaults.
type Limits struct {
	Events int           // most events in a batch; 4,000
	Bytes  int64         // most bytes of records in a batch, unless one record is longer; 6 MiB
	Held   int64         // most bytes of records between the sources and the store; 18 MiB
	Age    time.Duration // how long a batch waits for more; 1 s
	Idle   time.Duration // how long it waits when nothing comes; 100 ms

	// Persist says that a failing store is tried again until it works: reading
	// waits meanwhile. Otherwise the first failure ends the Writer.
	Persist bool
}

func (l *Limits) defaults() {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	if l.Events <= 0 {
		l.Events = 4000
	}
	set(&l.Bytes, 6<<20)
	set(&l.Held, 3*l.Bytes)
	set((*int64)(&l.Age), int64(time.Second))
	set((*int64)(&l.Idle), int64(100*time.Millisecond))
}

// perItem is what an item counts beside its record's bytes.
const perItem = 1 << 10

// Writer is the one way into the store: it groups the pieces of all sources into
// batches and commits them in turn. It is the only place that waits for a store
// that cannot write, and so holds all sources back.
type Writer struct {
	sink   Sink
	limits Limits
	pieces chan *piece
	room   *semaphore.Weighted
	claims claims
	state  atomic.Pointer[Stalled]
}

// Stalled says since when and why the store takes nothing.
type Stalled struct {
	Since time.Time
	Err   error
}

// NewWriter makes a Writer; Run starts it.
func NewWriter(sink Sink, limits Limits) *Writer {
	limits.defaults()
	return &Writer{sink: sink, limits: limits, pieces: make(chan *piece), room: semaphore.NewWeighted(limits.Held),
		claims: claims{waiting: map[string][]sharer{}}}
}

// Stalled tells why nothing is written now; nil when all is well.
func (w *Writer) Stalled() *Stalled { return w.state.Load() }

// Finish says that no source hands anything over any more. Run commits the rest
// and returns.
func (w *Writer) Finish() { close(w.pieces) }

// Run commits batches until Finish or the end of ctx, which gives up what is not
// committed yet: it comes again.
func (w *Writer) Run(ctx context.Context) error {
	for {
		select {
		case p, more := <-w.pieces:
			if !more {
				return ctx.Err()
			}
			if err := w.commit(ctx, w.gather(ctx, p)); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// gather waits for what goes into the same batch as the first piece.
func (w *Writer) gather(ctx context.Context, first *piece) *batch {
	b := newBatch(first)
	old, idle := time.NewTimer(w.limits.Age), time.NewTimer(w.limits.Idle)
	defer old.Stop()
	defer idle.Stop()
	for !b.full(w.limits) {
		select {
		case p, more := <-w.pieces:
			if !more {
				return b
			}
			b.add(p)
			idle.Reset(w.limits.Idle)
		case <-idle.C:
			return b
		case <-old.C:
			return b
		case <-ctx.Done():
			return b
		}
	}
	return b
}

func (w *Writer) commit(ctx context.Context, b *batch) error {
	defer w.room.Release(b.held)
	receipt, err := w.append(ctx, b.build())
	if err == nil {
		w.outcome(ctx, b, receipt, nil)
		return nil
	}
	if ctx.Err() == nil && w.limits.Persist && len(b.order) > 1 {
		return w.apart(ctx, b)
	}
	w.outcome(context.WithoutCancel(ctx), b, receipt, err)
	if w.limits.Persist && ctx.Err() == nil {
		return nil
	}
	return err
}

// apart commits a batch that the store refuses object by object, so that one
// object which it can not take does not stop its neighbours.
func (w *Writer) apart(ctx context.Context, b *batch) error {
	for _, one := range b.split() {
		receipt, err := w.append(ctx, one.build())
		w.outcome(context.WithoutCancel(ctx), one, receipt, err)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// Tries of a store that refuses a batch for another reason than a full disk.
const tries = 3

func (w *Writer) append(ctx context.Context, b store.Batch) (store.Receipt, error) {
	if b.Empty() {
		return store.Receipt{}, nil
	}
	wait := firstWait
	for try := 1; ; try++ {
		receipt, err := w.sink.Append(ctx, b)
		if err == nil {
			w.state.Store(nil)
			return receipt, nil
		}
		err = fmt.Errorf("append: %w", err)
		full := errors.Is(err, store.ErrFull)
		if ctx.Err() != nil || !w.limits.Persist || !full && try == tries {
			return store.Receipt{}, err
		}
		w.stall(err)
		if !pause(ctx, wait) {
			return store.Receipt{}, err
		}
		wait = min(2*wait, mostWait/2)
	}
}

func (w *Writer) stall(err error) {
	since := time.Now()
	if s := w.state.Load(); s != nil {
		since = s.Since
	}
	w.state.Store(&Stalled{since, err})
}

// outcome books what was committed and settles the objects that end in the batch.
func (w *Writer) outcome(ctx context.Context, b *batch, receipt store.Receipt, err error) {
	for _, p := range b.parts(receipt) {
		if err != nil {
			p.of.broken = err
		} else {
			p.of.meter.book(p)
			p.of.entry.Stored += int64(p.receipt.Stored)
			p.of.entry.Duplicate += int64(p.receipt.Duplicate)
			if n := int64(p.receipt.Expired); n > 0 {
				p.of.entry.Skipped += n
				p.of.entry.Skips[store.Expired] += n
			}
		}
		if p.end == nil {
			continue
		}
		cause := errors.Join(p.of.broken, p.end.failed)
		if cause == nil {
			p.of.meter.done(p.of.entry)
		}
		w.settle(ctx, p.of.delivery, p.of.meter, cause)
	}
	if err != nil {
		w.state.Store(nil) // it was given up; the next batch tells anew
	}
}

// drop gives back the room of a piece that will not be written.
func (w *Writer) drop(p *piece) {
	if p != nil {
		w.room.Release(p.held)
	}
}
