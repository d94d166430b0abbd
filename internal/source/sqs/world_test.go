package sqs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

const bucket = "example-logs"

// world is a cloud with a bucket and a queue, in a bubble of time.
type world struct {
	t     *testing.T
	cloud *standin.Cloud
	queue *standin.Queue
	logs  bytes.Buffer
}

// inWorld runs a test in a bubble. Time passes when everybody waits.
func inWorld(t *testing.T, opt standin.QueueOptions, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		cloud := standin.New(t)
		cloud.Bucket(bucket, standin.Region)
		test(t, &world{t: t, cloud: cloud, queue: cloud.CreateQueue("logs", opt)})
	})
}

// source is one of the queue with the configuration that change makes of the
// defaults. It is closed with the test.
func (w *world) source(change func(*s3.Config)) *Source {
	w.t.Helper()
	cfg := s3.Config{Config: w.cloud.Config(), QueueURL: w.queue.URL}
	if change != nil {
		change(&cfg)
	}
	if err := cfg.Check(); err != nil {
		w.t.Fatal(err)
	}
	s, err := New(w.t.Context(), cfg, Deps{Name: "logs", Account: w.cloud.Account(w.t),
		Log: slog.New(slog.NewTextHandler(&w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = s.Close() })
	return s
}

// pass lets time of the bubble go by.
func pass(d time.Duration) { <-time.After(d) }

func hiddenFor(d time.Duration) func(*s3.Config) {
	return func(c *s3.Config) { c.VisibilityTimeout = config.Duration(d) }
}

// put writes an object whose notification goes to the queue.
func (w *world) put(key, text string) standin.Object {
	w.t.Helper()
	return w.cloud.PutObject(bucket, key, []byte(text))
}

// next is the next delivery. Errors of Receive and polls that found nothing are
// passed over for as long as an hour.
func (w *world) next(s *Source) source.Delivery {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Hour)
	defer cancel()
	for {
		d, err := s.Receive(ctx)
		switch {
		case d != nil:
			return d
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			w.t.Fatalf("no delivery: %v", err)
		}
	}
}

// text reads a delivery.
func text(t *testing.T, d source.Delivery) string {
	t.Helper()
	in, err := d.Open(t.Context())
	if err != nil {
		t.Fatalf("open %s: %v", d.Object().ID, err)
	}
	defer in.Close()
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatalf("read %s: %v", d.Object().ID, err)
	}
	return string(b)
}

func settle(t *testing.T, d source.Delivery, outcome error) {
	t.Helper()
	if err := d.Settle(t.Context(), outcome); err != nil {
		t.Fatalf("settle %s: %v", d.Object().ID, err)
	}
}

// ledger is a pipeline that reads everything and commits it: how often each
// object was committed, how often it was delivered, and what was in it.
type ledger struct {
	mu        sync.Mutex
	delivered map[string]int
	texts     map[string]string
	faults    []error
}

// drain runs a pipeline of so many workers for each source until the queue is
// empty or patience is over.
func (w *world) drain(patience time.Duration, workers int, sources ...*Source) *ledger {
	w.t.Helper()
	return w.drainInto(nil, patience, workers, sources...)
}

// drainInto goes on with a ledger of before.
func (w *world) drainInto(l *ledger, patience time.Duration, workers int, sources ...*Source) *ledger {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	done := make(chan *ledger)
	go func() { done <- run(ctx, l, workers, sources...) }()
	for ctx.Err() == nil && w.queue.Len() > 0 {
		pass(time.Second)
	}
	cancel()
	return <-done
}

// run is a pipeline until ctx ends. What it works on then it finishes.
func run(ctx context.Context, l *ledger, workers int, sources ...*Source) *ledger {
	if l == nil {
		l = &ledger{delivered: map[string]int{}, texts: map[string]string{}}
	}
	var group sync.WaitGroup
	for _, s := range sources {
		work := make(chan source.Delivery)
		group.Go(func() {
			defer close(work)
			l.receive(ctx, s, work)
		})
		for range workers {
			group.Go(func() {
				for d := range work {
					l.handle(d)
				}
			})
		}
	}
	group.Wait()
	return l
}

func (l *ledger) receive(ctx context.Context, s *Source, work chan<- source.Delivery) {
	for ctx.Err() == nil {
		d, err := s.Receive(ctx)
		switch {
		case d != nil:
			work <- d
		case err != nil && ctx.Err() == nil:
			l.mu.Lock()
			l.faults = append(l.faults, err)
			l.mu.Unlock()
			pass(time.Second)
		}
	}
}

// handle does as the pipeline does: what is known is not read again.
func (l *ledger) handle(d source.Delivery) {
	id := d.Object().ID
	l.mu.Lock()
	l.delivered[id]++
	_, known := l.texts[id]
	l.mu.Unlock()
	var text []byte
	var err error
	if !known {
		var in io.ReadCloser
		if in, err = d.Open(context.Background()); err == nil {
			text, err = io.ReadAll(in)
			_ = in.Close()
		}
	}
	l.mu.Lock()
	switch {
	case err != nil:
		l.faults = append(l.faults, err)
	case !known:
		l.texts[id] = string(text)
	}
	l.mu.Unlock()
	_ = d.Settle(context.Background(), err)
}
