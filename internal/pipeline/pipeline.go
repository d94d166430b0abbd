// Package pipeline is the path itself: it receives deliveries, decodes,
// normalizes, enriches and appends them, and settles each one once its rows are
// committed. Several sources run beside each other into one Writer; memory is
// bounded by what they may hold together, not by the size of an object.
//
//	source ─► ledger (known? being read?) ─► workers ─► Writer ─► store
//	   ▲                                                   │
//	   └────────────── Settle, once committed ◄────────────┘
//
// It never settles what is not committed, never drops a piece without counting
// it, and never knows which source or store it stands between.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Sink is where batches go. A store.Store with its Archive is one.
type Sink interface {
	Append(ctx context.Context, b store.Batch) (store.Receipt, error)
	Seen(ctx context.Context, objects []string) (map[string]store.Entry, error)
}

// Config wires one source.
type Config struct {
	Name      string // of the source, as faults are kept under
	Source    source.Source
	Decoder   *decode.Decoder
	Normalize func(context.Context, decode.Item) (event.Event, error)
	Finding   func(context.Context, decode.Item) (event.Finding, error) // nil: findings are bad records
	Enrich    func(*event.Event)
	Workers   int // objects read at once; 0 is one for each core

	// Endless says that the source is watched: an error of Receive is shown and
	// Receive called again, after a while that grows to a minute.
	Endless bool
	// Stop, when closed, ends the receiving: what is being read is finished, what
	// waits is given back. nil: it ends with the source or with ctx.
	Stop <-chan struct{}
}

// fewAhead is how many deliveries of a source without an end wait to be looked up:
// what is held when the process is killed counts as delivered once more.
const fewAhead = 32

// ErrStopping settles deliveries that were not begun because of Config.Stop.
var ErrStopping = errors.New("seismo is stopping")

// Run reads the source to its end, or for ever. Objects that cannot be read are
// counted in the meter and settled with their error; they do not stop the run.
// The end of ctx does at once: what was committed stays, the rest comes again.
// The Writer must be running.
func Run(ctx context.Context, cfg Config, w *Writer, meter *Meter) error {
	if cfg.Workers == 0 {
		cfg.Workers = runtime.GOMAXPROCS(0)
	}
	outer := ctx
	group, ctx := errgroup.WithContext(ctx)
	ahead := lookAtOnce
	if cfg.Endless {
		ahead = fewAhead
	}
	received := make(chan source.Delivery, ahead)
	deliveries := make(chan source.Delivery)
	var open sync.WaitGroup // deliveries that are not settled
	group.Go(func() error {
		defer close(received)
		return receive(ctx, &cfg, received, meter, &open)
	})
	group.Go(func() error {
		defer close(deliveries)
		return (&ledger{writer: w, meter: meter, stop: cfg.Stop}).run(ctx, received, deliveries)
	})
	for range cfg.Workers {
		group.Go(func() error {
			for d := range deliveries {
				if err := (&worker{cfg: &cfg, writer: w, meter: meter}).object(ctx, d); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil || !cfg.Endless {
		return err
	}
	return settled(outer, &open)
}

// settled waits until all deliveries are settled: a source that is closed before
// would not hear what became of them.
func settled(ctx context.Context, open *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		open.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tracked counts a delivery as settled once it is.
type tracked struct {
	source.Delivery
	open *sync.WaitGroup
}

func (t tracked) Settle(ctx context.Context, err error) error {
	defer t.open.Done()
	return t.Delivery.Settle(ctx, err)
}

// Once runs one source to its end with a Writer of its own.
func Once(ctx context.Context, cfg Config, sink Sink, limits Limits, meter *Meter) error {
	limits.Persist = false
	w := NewWriter(sink, limits)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return w.Run(ctx) })
	group.Go(func() error {
		defer w.Finish()
		return Run(ctx, cfg, w, meter)
	})
	return group.Wait()
}

// Waits between two calls of Receive after errors.
const (
	firstWait = time.Second
	mostWait  = time.Minute
)

func receive(ctx context.Context, cfg *Config, out chan<- source.Delivery, meter *Meter, open *sync.WaitGroup) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if cfg.Stop != nil {
		go func() {
			select {
			case <-cfg.Stop:
				cancel()
			case <-ctx.Done():
			}
		}()
	}
	wait := firstWait
	for {
		d, err := cfg.Source.Receive(ctx)
		switch {
		case errors.Is(err, io.EOF), stopped(cfg.Stop):
			return giveBack(d, err)
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !cfg.Endless:
			return fmt.Errorf("receive: %w", err)
		case err != nil:
			meter.Down(err)
			if !pause(ctx, wait) {
				continue
			}
			wait = min(2*wait, mostWait)
			continue
		}
		wait = firstWait
		meter.up()
		if d == nil { // the place answered and has nothing now
			continue
		}
		open.Add(1)
		d = tracked{d, open}
		select {
		case out <- d:
		case <-ctx.Done():
			return giveBack(d, ctx.Err())
		}
	}
}

// giveBack settles a delivery that came too late to be read. A stop that was
// asked for is no error.
func giveBack(d source.Delivery, err error) error {
	if d != nil {
		_ = d.Settle(context.Background(), ErrStopping)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

// pause waits; false says that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
