package pipeline

import (
	"context"
	"fmt"

	"seismo/internal/source"
)

// lookAtOnce is how many objects are looked up in the ledger at once at most. A
// look costs about the same for one as for many.
const lookAtOnce = 256

// ledger passes on the deliveries that were not read before and are not being
// read, by this source or another.
type ledger struct {
	writer *Writer
	meter  *Meter
	stop   <-chan struct{}
}

func (l *ledger) run(ctx context.Context, in <-chan source.Delivery, out chan<- source.Delivery) error {
	for first := range in {
		if err := l.pass(ctx, waiting(first, in), out); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// waiting is the first delivery and whatever has come behind it already.
func waiting(first source.Delivery, in <-chan source.Delivery) []source.Delivery {
	list := []source.Delivery{first}
	for len(list) < lookAtOnce {
		select {
		case d, ok := <-in:
			if !ok {
				return list
			}
			list = append(list, d)
		default:
			return list
		}
	}
	return list
}

func (l *ledger) pass(ctx context.Context, list []source.Delivery, out chan<- source.Delivery) error {
	// Claimed first and looked up then: what ends in between is in the ledger.
	var mine []source.Delivery
	var ids []string
	for _, d := range list {
		if id := d.Object().ID; id == "" || l.writer.claim(d, l.meter) {
			mine, ids = append(mine, d), append(ids, id)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	seen, err := l.writer.sink.Seen(ctx, ids)
	if err != nil {
		err = fmt.Errorf("look into the ledger: %w", err)
	}
	for i, d := range mine {
		if err != nil {
			l.writer.settle(context.WithoutCancel(ctx), d, l.meter, err)
			continue
		}
		former, known := seen[ids[i]]
		if known && ids[i] != "" {
			l.meter.again(former)
			if d.Object().Cursor == nil {
				l.writer.settle(ctx, d, l.meter, nil)
				continue
			}
			d = placed{d}
		}
		err = l.hand(ctx, d, out)
	}
	return err
}

// hand passes a delivery to the next free worker, unless the end comes first.
func (l *ledger) hand(ctx context.Context, d source.Delivery, out chan<- source.Delivery) error {
	if !stopped(l.stop) {
		select {
		case out <- d:
			return nil
		case <-l.stop:
		case <-ctx.Done():
			l.writer.settle(context.WithoutCancel(ctx), d, l.meter, ctx.Err())
			return ctx.Err()
		}
	}
	l.writer.settle(ctx, d, l.meter, ErrStopping)
	return nil
}
