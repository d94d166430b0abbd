package pipeline

import (
	"context"
	"fmt"

	"seismo/internal/source"
)

// lookAtOnce is how many objects are looked up in the ledger at once at most. A
// look costs about the same for one as for many.
const lookAtOnce = 256

// ledger passes on the deliveries that were not read before.
type ledger struct {
	sink  Sink
	meter *Meter
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
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = d.Object().ID
	}
	seen, err := l.sink.Seen(ctx, ids)
	if err != nil {
		return fmt.Errorf("look into the ledger: %w", err)
	}
	for i, d := range list {
		if former, known := seen[ids[i]]; known {
			l.meter.again(former)
			if err := d.Settle(ctx, nil); err != nil {
				return fmt.Errorf("settle %s: %w", d.Object().Origin.Key, err)
			}
			continue
		}
		select {
		case out <- d:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
