package web

import (
	"context"
	"sync"
	"time"
)

// memoTime is for how long an answer of the store serves those who ask again.
const memoTime = 2 * time.Second

// scrapeTime is how long the store may take for telemetry.
const scrapeTime = 10 * time.Second

// memo asks at most once at a time and once in memoTime, for an address that
// anybody may ask as often as they like.
type memo[T any] struct {
	ask func(context.Context) (T, error)

	mu    sync.Mutex
	at    time.Time
	value T
	err   error
}

// get is the answer. Whoever asked first may be gone before it comes, and others
// wait for it, so that it is bounded in time by itself.
func (m *memo[T]) get(ctx context.Context) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.at.IsZero() || time.Since(m.at) >= memoTime {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scrapeTime)
		defer cancel()
		m.value, m.err = m.ask(ctx)
		m.at = time.Now()
	}
	return m.value, m.err
}

// remembered is a Backend for telemetry: what it asks is asked once for many.
func remembered(b Backend) Backend {
	if b.Status != nil {
		b.Status = (&memo[Status]{ask: b.Status}).get
	}
	if b.Sources != nil {
		b.Sources = (&memo[Collection]{ask: b.Sources}).get
	}
	return b
}
