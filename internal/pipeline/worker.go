package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/source"
	"seismo/internal/store"
)

// worker makes batches of deliveries. Small objects share a batch; a large one
// spans several, and its ledger entry goes with the last of them.
type worker struct {
	cfg     *Config
	meter   *Meter
	commits chan<- commit

	batch   store.Batch
	tally   tally // of what is in batch, and of what was skipped beside it
	bytes   int64
	pending []source.Delivery // deliveries that end in batch

	entry  store.Entry // of the object being read
	failed error       // why the object being read must come again
}

func (w *worker) run(ctx context.Context, deliveries <-chan source.Delivery) error {
	for d := range deliveries {
		if err := w.object(ctx, d); err != nil {
			return err
		}
	}
	return w.flush(ctx)
}

// object reads one delivery. Only a failed Append or the end of ctx is an error.
func (w *worker) object(ctx context.Context, d source.Delivery) error {
	object := d.Object()
	w.entry = store.Entry{Object: object, Skips: map[string]int64{}, First: len(w.batch.Events)}
	w.failed = nil
	if err := w.read(ctx, d, object); err != nil {
		return err
	}
	if w.failed != nil {
		return w.fail(ctx, d)
	}
	w.entry.Last, w.entry.Done = len(w.batch.Events), time.Now().UTC()
	w.batch.Objects = append(w.batch.Objects, w.entry)
	w.pending = append(w.pending, d)
	if w.full() {
		return w.flush(ctx)
	}
	return nil
}

func (w *worker) read(ctx context.Context, d source.Delivery, object source.Object) error {
	body, err := d.Open(ctx)
	if err != nil {
		w.failed = err
		return ctx.Err()
	}
	defer body.Close()
	counted := &countingReader{Reader: body, meter: w.meter}
	return w.cfg.Decoder.Decode(ctx, counted, object.Origin, func(item decode.Item) error {
		return w.item(ctx, item)
	})
}

// fail settles a delivery that could not be read to its end. What was read of it
// stays in the batch: it is good, and when the object comes again its rows are
// duplicates.
func (w *worker) fail(ctx context.Context, d source.Delivery) error {
	w.meter.failed(d.Object(), w.failed)
	return d.Settle(ctx, w.failed)
}

func (w *worker) item(ctx context.Context, item decode.Item) error {
	w.entry.Read++
	w.tally.read++
	switch item.Verdict {
	case decode.Good:
		return w.good(ctx, item)
	case decode.Skipped:
		w.skip(item.Reason)
	case decode.Bad:
		if item.Reason == decode.BadRead {
			w.failed = errors.New(item.Detail)
		}
		return w.bad(ctx, item)
	}
	return nil
}

func (w *worker) good(ctx context.Context, item decode.Item) error {
	ev, err := w.cfg.Normalize(ctx, item)
	var unfit *normalize.Unfit
	switch {
	case errors.As(err, &unfit) && unfit.Verdict == decode.Skipped:
		w.skip(unfit.Reason)
		return nil
	case errors.As(err, &unfit):
		return w.bad(ctx, Refused(item, unfit))
	case err != nil:
		return fmt.Errorf("normalize: %w", err)
	}
	w.cfg.Enrich(&ev)
	return w.add(ctx, ev)
}

func (w *worker) add(ctx context.Context, ev event.Event) error {
	w.batch.Events = append(w.batch.Events, ev)
	r := ev.Record
	w.bytes += int64(len(r.Raw) + len(r.BodyInput) + len(r.BodyOutput))
	return w.flushIfFull(ctx)
}

func (w *worker) bad(ctx context.Context, item decode.Item) error {
	w.entry.Quarantined++
	count(&w.tally.bad, item.Reason, 1)
	w.batch.Bad = append(w.batch.Bad, item)
	w.bytes += int64(len(item.Raw))
	return w.flushIfFull(ctx)
}

func (w *worker) skip(reason string) {
	w.entry.Skipped++
	w.entry.Skips[reason]++
	count(&w.tally.skipped, reason, 1)
}

func (w *worker) full() bool {
	return len(w.batch.Events)+len(w.batch.Bad) >= w.cfg.Events || w.bytes >= w.cfg.Bytes ||
		len(w.pending) >= w.cfg.Events
}

func (w *worker) flushIfFull(ctx context.Context) error {
	if !w.full() {
		return nil
	}
	return w.flush(ctx)
}

// flush hands the batch to the writer and waits for its outcome, so that the
// counts of an object that spans batches are known when its entry is written.
func (w *worker) flush(ctx context.Context) error {
	if len(w.batch.Events)+len(w.batch.Bad)+len(w.batch.Objects) == 0 {
		w.book(store.Receipt{})
		return nil
	}
	done := make(chan outcome, 1)
	select {
	case w.commits <- commit{w.batch, done}:
	case <-ctx.Done():
		return ctx.Err()
	}
	var got outcome
	select {
	case got = <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if got.err != nil {
		return w.settle(ctx, got.err)
	}
	w.book(got.receipt)
	return w.settle(ctx, nil)
}

// book counts what is committed now: in the meter, and in the open entry the
// outcome of its events that are in this batch.
func (w *worker) book(r store.Receipt) {
	w.meter.book(w.tally, r, len(w.pending))
	w.tally = tally{}
	for _, isNew := range r.New[min(w.entry.First, len(r.New)):] {
		if isNew {
			w.entry.Stored++
		} else {
			w.entry.Duplicate++
		}
	}
	w.entry.First = 0
}

func (w *worker) settle(ctx context.Context, cause error) error {
	errs := []error{cause}
	for _, d := range w.pending {
		errs = append(errs, d.Settle(ctx, cause))
	}
	w.batch, w.bytes, w.pending = store.Batch{}, 0, nil
	return errors.Join(errs...)
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
