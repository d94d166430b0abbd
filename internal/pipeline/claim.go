package pipeline

import (
	"context"
	"sync"

	"seismo/internal/source"
)

// claims holds which objects are being read now, by whichever source. The same
// object that is delivered meanwhile waits for the outcome and shares it.
type claims struct {
	mu      sync.Mutex
	waiting map[string][]sharer
}

type sharer struct {
	delivery source.Delivery
	meter    *Meter
}

// claim says whether the delivery is the one to read; otherwise it is kept and
// settled with the one that is being read.
func (w *Writer) claim(d source.Delivery, meter *Meter) bool {
	id := d.Object().ID
	w.claims.mu.Lock()
	defer w.claims.mu.Unlock()
	list, taken := w.claims.waiting[id]
	if taken {
		w.claims.waiting[id] = append(list, sharer{d, meter})
		return false
	}
	w.claims.waiting[id] = nil
	return true
}

// settle tells the delivery's source the outcome, and those that wait for it. A
// source that cannot take it delivers again, so that this is counted only.
func (w *Writer) settle(ctx context.Context, d source.Delivery, meter *Meter, outcome error) {
	id := d.Object().ID
	if p, ok := d.(placed); ok {
		id = p.Delivery.Object().ID
	}
	w.claims.mu.Lock()
	shared := w.claims.waiting[id]
	delete(w.claims.waiting, id)
	w.claims.mu.Unlock()
	if err := d.Settle(ctx, outcome); err != nil {
		meter.unsettled(err)
	}
	for _, s := range shared {
		if outcome == nil {
			s.meter.shared()
		}
		if err := s.delivery.Settle(ctx, outcome); err != nil {
			s.meter.unsettled(err)
		}
	}
}

// placed is a delivery whose object is in the ledger already, and whose cursor
// is yet to be kept.
type placed struct{ source.Delivery }

func (p placed) Object() source.Object {
	o := p.Delivery.Object()
	return source.Object{Origin: o.Origin, Modified: o.Modified, Cursor: o.Cursor}
}
