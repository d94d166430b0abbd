package decode

import (
	"fmt"

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

// maxRow is how many bad pieces in a row are told of one by one.
const maxRow = 20_000

// flood gathers the bad pieces after maxRow of them, up to the next piece that
// is something else, into one: an object full of something else altogether, or
// made to do harm, must not fill the quarantine.
type flood struct {
	row    int // bad pieces in a row
	place  place
	reason string
	all    *piece
}

func (f *flood) add(p place, reason string, h *piece) {
	if f.all == nil {
		f.place, f.reason, f.all = p, reason, newPiece("")
	}
	f.all.join(h)
}

// endFlood tells of what the flood gathered.
func (r *run) endFlood() error {
	f := r.flood
	r.flood = flood{}
	if f.all == nil {
		return nil
	}
	return r.sink(f.all.item(f.place, f.reason,
		fmt.Errorf("%d more pieces in a row that cannot be read, kept as one", f.row-maxRow)))
}
