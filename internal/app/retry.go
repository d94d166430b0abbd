package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/web"
)

// Retried says what a retry of the quarantine did.
type Retried struct {
	Tried, Resolved, Stored int
}

// mostRetried is how many items one retry looks at.
const mostRetried = 100_000

// Retry reads every quarantined item again, with today's rules and limits.
// Items that are kept whole are read from the store, longer ones from the file
// they came from. An item is put right when no part of it is bad any more.
func (a *App) Retry(ctx context.Context) (done Retried, err error) {
	path, err := NewPath(a.cfg)
	if err != nil {
		return done, err
	}
	defer path.Close()
	items, err := a.store.Quarantine(ctx, mostRetried, true)
	if err != nil {
		return done, err
	}
	for _, item := range items {
		done.Tried++
		batch, ok, err := a.again(ctx, path, item)
		if err != nil {
			return done, err
		}
		if !ok {
			continue
		}
		batch.Resolved = []string{item.ID}
		receipt, err := a.store.Append(ctx, batch)
		if err != nil {
			return done, err
		}
		done.Resolved++
		done.Stored += receipt.Stored
	}
	return done, a.store.Fold(ctx)
}

// again reads one item; ok is false when it is as bad as before.
func (a *App) again(ctx context.Context, path *Path, item store.Quarantined) (b store.Batch, ok bool, err error) {
	in := io.NopCloser(bytes.NewReader(item.Bytes))
	if int64(len(item.Bytes)) < item.Size || item.Reason == decode.BadRead {
		if in, err = os.Open(item.Origin.Key); err != nil {
			return b, false, nil
		}
	}
	defer in.Close()
	ok = true
	err = path.Decoder.Decode(ctx, in, item.Origin, func(piece decode.Item) error {
		if piece.Verdict == decode.Bad && (piece.SHA256 == item.SHA256 || len(item.Bytes) == int(item.Size)) {
			ok = false
		}
		if piece.Verdict != decode.Good {
			return nil
		}
		ev, err := path.Normalize(ctx, piece)
		var unfit *normalize.Unfit
		if errors.As(err, &unfit) {
			ok = ok && unfit.Verdict == decode.Skipped
			return nil
		}
		if err == nil {
			path.Enrich(&ev)
			ev.Origin = origin(item.Origin, ev.Origin)
			b.Events = append(b.Events, ev)
		}
		return err
	})
	return b, ok, err
}

// origin is where the item came from, not its place in the bytes kept of it.
func origin(item, piece event.Origin) event.Origin {
	if item.Line != nil {
		return item
	}
	return piece
}

// Quarantined returns one item with its bytes; the reading is audited.
func (a *App) Quarantined(ctx context.Context, id string, by web.Reader) (store.Quarantined, error) {
	if err := a.audit(ctx, by, id); err != nil {
		return store.Quarantined{}, err
	}
	items, err := a.store.Quarantine(ctx, mostRetried, true)
	if err != nil {
		return store.Quarantined{}, err
	}
	for _, item := range items {
		if item.ID == id {
			return item, nil
		}
	}
	return store.Quarantined{}, fmt.Errorf("no quarantined item %s: %w", id, store.ErrNotFound)
}

func (a *App) status(ctx context.Context) (web.Status, error) {
	st, err := a.store.Stats(ctx)
	if err != nil {
		return web.Status{}, err
	}
	span, err := a.store.Aggregate(ctx, query.Aggregate{Measures: []query.Measure{
		{Func: query.Min, Field: "time"}, {Func: query.Max, Field: "time"}}})
	if err != nil {
		return web.Status{}, err
	}
	status := web.Status{DB: a.cfg.DB, Mode: a.cfg.mode(), Version: a.cfg.Version, Calls: st.Calls, Trail: st.Trail,
		Quarantined: st.Quarantined}
	if len(span.Rows) == 1 {
		status.Oldest, _ = span.Rows[0][0].(time.Time)
		status.Newest, _ = span.Rows[0][1].(time.Time)
	}
	return status, nil
}
