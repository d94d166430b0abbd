package decode

import (
	"seismo/internal/jsondoc"
)

// said is a Detail that is always the same.
type said string

func (s said) Error() string { return string(s) }

func (r *run) good(doc jsondoc.Value, p place, kind Kind) error {
	if err := r.endFlood(); err != nil {
		return err
	}
	r.items++
	raw := doc.Raw()
	return r.sink(Item{Verdict: Good, Kind: kind, Raw: raw, Doc: doc, Origin: p.origin, Size: int64(len(raw))})
}

func (r *run) skip(p place, reason string, size int64) error {
	if err := r.endFlood(); err != nil {
		return err
	}
	r.items++
	return r.sink(Item{Verdict: Skipped, Origin: p.origin, Reason: reason, Size: size})
}

// bad tells of a piece that cannot be read; why is a sentence without content.
func (r *run) bad(p place, reason string, why error, h *piece) error {
	r.items++
	if r.flood.row++; r.flood.row > maxRow {
		r.flood.add(p, reason, h)
		return nil
	}
	return r.sink(h.item(p, reason, why))
}

// lost tells of the rest of a stream, which nothing can be read of.
func (r *run) lost(p place, reason string, why error, h *piece) error {
	if err := r.endFlood(); err != nil {
		return err
	}
	r.items++
	return stop(r.sink(h.item(p, reason, why)))
}
