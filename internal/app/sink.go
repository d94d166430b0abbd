package app

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
)

// sink is the store behind a look at the disk: it takes nothing while there is
// hardly room, so that the state, the audit log and a checkpoint still have some.
type sink struct {
	app   *App
	after atomic.Int64 // when the disk is looked at next, in Unix nanoseconds
}

// lookAgain is how long one look at the disk counts.
const lookAgain = time.Second

// Append appends where there is room, and fails with store.ErrFull where not. A
// database that does not open any more in this process ends it: whoever keeps it
// running starts it anew.
func (s *sink) Append(ctx context.Context, b store.Batch) (store.Receipt, error) {
	if now := time.Now(); now.UnixNano() >= s.after.Load() {
		r, err := s.app.Room()
		if err == nil && !r.Enough() {
			return store.Receipt{}, fmt.Errorf("%w: %d MB are free where %s lies, and %d MB are kept free for the rest",
				store.ErrFull, r.Free/1e6, s.app.cfg.DB, r.kept()/1e6)
		}
		s.after.Store(now.Add(lookAgain).UnixNano())
	}
	receipt, err := s.app.store.Append(ctx, b)
	if errors.Is(err, duckdb.ErrStuck) {
		select {
		case s.app.broken <- err:
		default:
		}
	}
	return receipt, err
}

// Seen looks into the ledger.
func (s *sink) Seen(ctx context.Context, objects []string) (map[string]store.Entry, error) {
	return s.app.store.Seen(ctx, objects)
}
