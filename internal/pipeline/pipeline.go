// Package pipeline is the path itself: it receives deliveries, decodes,
// normalizes, enriches and appends them, and settles each one once its rows are
// committed. Memory is bounded by the size of a batch, not by the size of an
// object.
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

// Config wires one run.
type Config struct {
	Source    source.Source
	Decoder   *decode.Decoder
	Normalize func(context.Context, decode.Item) (event.Event, error)
	Enrich    func(*event.Event)
	Sink      Sink
	Workers   int   // 0 is one for each core
	Events    int   // most events in a batch; 0 is 4,000
	Bytes     int64 // most bytes of records in a batch; 0 is 6 MiB
}

func (c *Config) defaults() {
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Events == 0 {
		c.Events = 4000
	}
	if c.Bytes == 0 {
		c.Bytes = 6 << 20
	}
}

// Run reads the source to its end. Objects that cannot be read are counted in
// the meter and settled with their error; they do not stop the run. A failed
// Append does, as does the end of ctx: what was committed stays.
func Run(ctx context.Context, cfg Config, meter *Meter) error {
	cfg.defaults()
	group, ctx := errgroup.WithContext(ctx)
	received := make(chan source.Delivery, lookAtOnce)
	deliveries := make(chan source.Delivery)
	commits := make(chan commit)
	group.Go(func() error {
		defer close(received)
		return receive(ctx, cfg.Source, received)
	})
	group.Go(func() error {
		defer close(deliveries)
		return (&ledger{cfg.Sink, meter}).run(ctx, received, deliveries)
	})
	workers, workCtx := errgroup.WithContext(ctx)
	for range cfg.Workers {
		w := &worker{cfg: &cfg, meter: meter, commits: commits}
		workers.Go(func() error { return w.run(workCtx, deliveries) })
	}
	group.Go(func() error {
		defer close(commits)
		return workers.Wait()
	})
	group.Go(func() error { return write(ctx, cfg.Sink, commits) })
	return group.Wait()
}

func receive(ctx context.Context, src source.Source, out chan<- source.Delivery) error {
	for {
		d, err := src.Receive(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("receive: %w", err)
		}
		select {
		case out <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// commit is one batch on its way to the store, and where its outcome goes.
type commit struct {
	batch store.Batch
	done  chan<- outcome
}

type outcome struct {
	receipt store.Receipt
	err     error
}

// write is the one writer: batches are appended in turn.
func write(ctx context.Context, sink Sink, commits <-chan commit) error {
	for c := range commits {
		receipt, err := sink.Append(ctx, c.batch)
		c.done <- outcome{receipt, err}
		if err != nil {
			return fmt.Errorf("append: %w", err)
		}
	}
	return nil
}
