package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
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
	items, err := a.store.Quarantine(ctx, mostRetried, false)
	if err != nil {
		return done, err
	}
	for _, item := range items {
		if item, err = a.store.QuarantinedItem(ctx, item.ID); err != nil {
			return done, err
		}
		r := retry{app: a, path: path, item: item, ok: true}
		if err := r.run(ctx); err != nil {
			return done, err
		}
		done.Tried++
		done.Stored += r.stored
		if r.ok {
			done.Resolved++
		}
	}
	return done, a.store.Fold(ctx)
}

// retry is one item that is read again.
type retry struct {
	app    *App
	path   *Path
	item   store.Quarantined
	events []event.Event
	stored int
	ok     bool // no part of it is bad any more
}

// atOnce is how many events of one item are appended at once.
const atOnce = 2000

func (r *retry) run(ctx context.Context) error {
	in, err := r.open()
	if err != nil {
		return nil // the file is gone: the item stays as it is
	}
	defer in.Close()
	if err := r.path.Decoder.Decode(ctx, in, r.item.Origin, func(piece decode.Item) error {
		return r.piece(ctx, piece)
	}); err != nil {
		return err
	}
	return r.append(ctx)
}

// whole tells whether all of the item's bytes are kept.
func (r *retry) whole() bool {
	return int64(len(r.item.Bytes)) == r.item.Size && r.item.Reason != decode.BadRead
}

func (r *retry) open() (io.ReadCloser, error) {
	if r.item.Reason == decode.BadGone || r.item.Reason == decode.BadRefused {
		r.ok = false // what was never read cannot be read again from here, and what was refused must not be
		return nil, fs.ErrNotExist
	}
	if r.whole() {
		return io.NopCloser(bytes.NewReader(r.item.Bytes)), nil
	}
	in, err := os.Open(r.item.Origin.Key)
	r.ok = err == nil
	return in, err
}

func (r *retry) piece(ctx context.Context, piece decode.Item) error {
	switch {
	case piece.Verdict == decode.Bad:
		r.ok = r.ok && !r.whole() && piece.SHA256 != r.item.SHA256
		return nil
	case piece.Verdict == decode.Skipped:
		return nil
	}
	ev, err := r.path.Normalize(ctx, piece)
	var unfit *normalize.Unfit
	if errors.As(err, &unfit) {
		r.ok = r.ok && unfit.Verdict == decode.Skipped
		return nil
	}
	if err != nil {
		return err
	}
	r.path.Enrich(&ev)
	if r.whole() && r.item.Origin.Line != nil {
		ev.Origin = r.item.Origin // not its place in the bytes kept of it
	}
	if r.events = append(r.events, ev); len(r.events) < atOnce {
		return nil
	}
	return r.commit(ctx, nil)
}

// append commits what is left, and with it that the item is put right.
func (r *retry) append(ctx context.Context) error {
	if r.ok {
		return r.commit(ctx, []string{r.item.ID})
	}
	return r.commit(ctx, nil)
}

func (r *retry) commit(ctx context.Context, resolved []string) error {
	if len(r.events)+len(resolved) == 0 {
		return nil
	}
	receipt, err := r.app.store.Append(ctx, store.Batch{Events: r.events, Resolved: resolved})
	r.events, r.stored = nil, r.stored+receipt.Stored
	return err
}

// Quarantined returns one item with its bytes; the reading is audited.
func (a *App) Quarantined(ctx context.Context, id string, by web.Reader) (store.Quarantined, error) {
	if err := a.audit(ctx, by, id); err != nil {
		return store.Quarantined{}, err
	}
	return a.store.QuarantinedItem(ctx, id)
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
