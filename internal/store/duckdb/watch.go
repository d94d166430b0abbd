package duckdb

import (
	"context"
	"errors"
	"time"
)

// watchGrowth is how much the process may grow while a user's SQL runs. Some
// aggregates keep values that DuckDB's memory limit does not count.
const watchGrowth = 512 << 20

var errGrown = errors.New("this SQL takes too much memory")

// watch ends a context when the process has grown by some bytes.
func watch(ctx context.Context, growth int64) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	start, known := resident()
	if !known {
		return ctx, func() { cancel(nil) }
	}
	go func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if now, _ := resident(); now > start+growth {
					cancel(errGrown)
					return
				}
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}
