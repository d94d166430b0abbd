package sqs

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// keeper does what the book says is due. One goroutine serves every message, so
// that ten thousand that wait cost no more than one.
type keeper struct {
	call    func(context.Context, verb, []action) []result
	timeout time.Duration // of one call
	poke    chan struct{} // the book has changed
	cancel  context.CancelFunc
	done    chan struct{}

	mu   sync.Mutex
	book *book
}

// calls is how many calls are made at once.
const calls = 8

func newKeeper(visibility time.Duration, call func(context.Context, verb, []action) []result) *keeper {
	k := &keeper{call: call, poke: make(chan struct{}, 1), book: newBook(visibility)}
	// A call that hangs must leave the time for another one.
	k.timeout = min(max(visibility/6, time.Second), 20*time.Second)
	return k
}

func (k *keeper) start() {
	var ctx context.Context
	ctx, k.cancel = context.WithCancel(context.Background())
	k.done = make(chan struct{})
	go k.run(ctx)
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		if k.work(ctx) {
			continue
		}
		timer.Reset(k.wait())
		select {
		case <-ctx.Done():
		case <-k.poke:
		case <-timer.C:
		}
	}
}

// wait is how long nothing is due.
func (k *keeper) wait() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	next := k.book.next(now)
	if next.IsZero() {
		return time.Hour
	}
	return max(next.Sub(now), time.Millisecond)
}

// work makes the calls that are due, and reports whether there were any.
func (k *keeper) work(ctx context.Context) bool {
	k.mu.Lock()
	actions := k.book.act(time.Now())
	k.mu.Unlock()
	if len(actions) == 0 {
		return false
	}
	var group errgroup.Group
	group.SetLimit(calls)
	for _, batch := range batches(actions) {
		group.Go(func() error {
			ctx, cancel := context.WithTimeout(ctx, k.timeout)
			defer cancel()
			results := k.call(ctx, batch[0].verb, batch)
			k.mu.Lock()
			defer k.mu.Unlock()
			for i, a := range batch {
				k.book.told(time.Now(), a, results[i])
			}
			return nil
		})
	}
	_ = group.Wait() // each result is in the book
	return true
}

// batches puts actions together that one call can make, renewals first.
func batches(actions []action) [][]action {
	var all [][]action
	for _, kinds := range [][]verb{{renew, giveBack}, {remove}} {
		var batch []action
		for _, a := range actions {
			if a.verb != kinds[0] && a.verb != kinds[len(kinds)-1] {
				continue
			}
			if batch = append(batch, a); len(batch) == batchSize {
				all, batch = append(all, batch), nil
			}
		}
		if len(batch) > 0 {
			all = append(all, batch)
		}
	}
	return all
}

// take and settle are the book's, from any goroutine.
func (k *keeper) take(receipt string, objects int, spare bool) ticket {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.wake()
	return k.book.take(time.Now(), receipt, objects, spare)
}

func (k *keeper) settle(t ticket, how outcome, pause time.Duration) (instead bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	defer k.wake()
	return k.book.settle(time.Now(), t, how, pause)
}

func (k *keeper) held() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return len(k.book.held)
}

func (k *keeper) wake() {
	select {
	case k.poke <- struct{}{}:
	default:
	}
}

// close stops the goroutine, gives back what is not finished and makes the last
// calls.
func (k *keeper) close(within time.Duration) {
	if k.cancel == nil {
		return
	}
	k.cancel()
	<-k.done
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	k.mu.Lock()
	k.book.release(time.Now())
	k.mu.Unlock()
	for ctx.Err() == nil && k.work(ctx) {
	}
}
