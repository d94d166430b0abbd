package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"seismo/internal/decode"
	"seismo/internal/normalize"
	"seismo/internal/source"
	"seismo/internal/store"
)

// A piece is handed to the writer when it has so much.
const (
	pieceEvents = 512
	pieceBytes  = 1 << 20
)

// worker reads one delivery and hands what comes of it to the writer, piece by
// piece. The last piece carries the ledger's entry.
type worker struct {
	cfg    *Config
	writer *Writer
	meter  *Meter

	reading *reading
	piece   *piece
	failed  error       // why the object must come again
	late    atomic.Bool // a body that its records refer to was not there
}

// reading is one object on its way: what is known of it across its pieces.
type reading struct {
	delivery source.Delivery
	meter    *Meter
	name     string // of its source
	entry    store.Entry
	broken   error // a piece of it could not be committed
}

// piece is a part of an object: what one batch takes of it at once.
type piece struct {
	of     *reading
	batch  store.Batch // Events, Findings, Bad, Troubles
	tally  tally
	bytes  int64 // of records
	held   int64 // of the writer's room
	last   bool  // the object ends here
	failed error // with last: it was not read to its end, for this reason
}

// object reads one delivery. Only the end of ctx and a broken path are errors.
func (w *worker) object(ctx context.Context, d source.Delivery) error {
	object := d.Object()
	w.reading = &reading{delivery: d, meter: w.meter, name: w.cfg.Name,
		entry: store.Entry{Object: object, Skips: map[string]int64{}}}
	w.piece = &piece{of: w.reading}
	err := w.read(ctx, d)
	if err != nil || ctx.Err() != nil {
		w.writer.drop(w.piece)
		err = errors.Join(err, ctx.Err())
		w.writer.settle(context.WithoutCancel(ctx), d, w.meter, err)
		return err
	}
	if w.failed == nil && w.late.Load() {
		w.failed = lateBodies(object)
	}
	if w.failed != nil {
		w.fail(object)
	}
	w.reading.entry.Done = time.Now().UTC()
	w.piece.last, w.piece.failed = true, w.failed
	return w.hand(ctx)
}

func (w *worker) read(ctx context.Context, d source.Delivery) error {
	if d.Object().ID == "" {
		return nil
	}
	body, err := d.Open(ctx)
	if err != nil {
		w.failed = err
		return nil
	}
	defer body.Close()
	counted := &countingReader{Reader: body, meter: w.meter}
	return w.cfg.Decoder.Decode(ctx, counted, d.Object().Origin, func(item decode.Item) error {
		if item.Verdict == decode.Bad && item.Reason == decode.BadRead {
			w.failed = cmpError(counted.err, errors.New(item.Detail))
			return nil
		}
		return w.item(ctx, item)
	})
}

func cmpError(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func (w *worker) item(ctx context.Context, item decode.Item) error {
	w.reading.entry.Read++
	w.piece.tally.read++
	switch item.Verdict {
	case decode.Good:
		return w.good(ctx, item)
	case decode.Skipped:
		w.skip(item.Reason)
	case decode.Bad:
		return w.bad(ctx, item)
	}
	return nil
}

func (w *worker) good(ctx context.Context, item decode.Item) error {
	if w.cfg.Finding != nil && item.Kind.OfFinding() {
		return w.finding(ctx, item)
	}
	ev, err := w.cfg.Normalize(source.WithLate(ctx, &w.late), item)
	if err != nil {
		return w.unfit(ctx, item, err)
	}
	w.cfg.Enrich(&ev)
	r := ev.Record
	if err := w.room(ctx, int64(len(r.Raw)+len(r.BodyInput)+len(r.BodyOutput))); err != nil {
		return err
	}
	w.piece.batch.Events = append(w.piece.batch.Events, ev)
	return w.handIfFull(ctx)
}

func (w *worker) finding(ctx context.Context, item decode.Item) error {
	f, err := w.cfg.Finding(ctx, item)
	if err != nil {
		return w.unfit(ctx, item, err)
	}
	if err := w.room(ctx, int64(len(f.Raw))); err != nil {
		return err
	}
	w.piece.batch.Findings = append(w.piece.batch.Findings, f)
	return w.handIfFull(ctx)
}

// unfit is a good record that becomes no event.
func (w *worker) unfit(ctx context.Context, item decode.Item, err error) error {
	var unfit *normalize.Unfit
	switch {
	case !errors.As(err, &unfit):
		return fmt.Errorf("normalize: %w", err)
	case unfit.Verdict == decode.Skipped:
		w.skip(unfit.Reason)
		return nil
	}
	return w.bad(ctx, Refused(item, unfit))
}

func (w *worker) bad(ctx context.Context, item decode.Item) error {
	if err := w.room(ctx, int64(len(item.Raw))); err != nil {
		return err
	}
	w.reading.entry.Quarantined++
	count(&w.piece.tally.bad, item.Reason, 1)
	w.piece.batch.Bad = append(w.piece.batch.Bad, item)
	return w.handIfFull(ctx)
}

func (w *worker) skip(reason string) {
	w.reading.entry.Skipped++
	w.reading.entry.Skips[reason]++
	count(&w.piece.tally.skipped, reason, 1)
}

// room asks the writer for room for so many bytes more. Before it waits, it hands
// over what it holds, so that those who wait hold nothing.
func (w *worker) room(ctx context.Context, n int64) error {
	n = min(n+perItem, w.writer.limits.Held)
	if !w.writer.room.TryAcquire(n) {
		if err := w.hand(ctx); err != nil {
			return err
		}
		if err := w.writer.room.Acquire(ctx, n); err != nil {
			return err
		}
	}
	w.piece.held += n
	w.piece.bytes += n
	return nil
}

func (w *worker) handIfFull(ctx context.Context) error {
	b := &w.piece.batch
	l := w.writer.limits
	if len(b.Events)+len(b.Findings)+len(b.Bad) < min(pieceEvents, l.Events) && w.piece.bytes < min(pieceBytes, l.Bytes) {
		return nil
	}
	return w.hand(ctx)
}

// hand gives the piece to the writer and begins the next one.
func (w *worker) hand(ctx context.Context) error {
	p := w.piece
	if !p.last && p.held == 0 && p.tally.read == 0 {
		return nil
	}
	w.piece = &piece{of: w.reading}
	select {
	case w.writer.pieces <- p:
		return nil
	case <-ctx.Done():
		w.writer.drop(p)
		return ctx.Err()
	}
}

// Refused is the bad item that a good one becomes when no event can be made of it.
func Refused(item decode.Item, why *normalize.Unfit) decode.Item {
	sum := sha256.Sum256(item.Raw)
	return decode.Item{
		Verdict: decode.Bad, Reason: why.Reason, Detail: why.Detail, Origin: item.Origin,
		Raw:    item.Raw[:min(len(item.Raw), decode.KeepBad)],
		SHA256: hex.EncodeToString(sum[:]), Size: int64(len(item.Raw)),
	}
}
