package pipeline

import (
	"slices"

	"seismo/internal/store"
)

// batch is what is committed together, kept apart by object: the events of one
// object stand side by side, whichever pieces they came in.
type batch struct {
	order []*part
	of    map[*reading]*part
	items int
	bytes int64
	held  int64
}

// part is what a batch has of one object.
type part struct {
	of      *reading
	batch   store.Batch
	tally   tally
	end     *piece // the object's last piece; nil: more comes
	receipt store.Receipt
}

func newBatch(first *piece) *batch {
	b := &batch{of: map[*reading]*part{}}
	b.add(first)
	return b
}

func (b *batch) add(p *piece) {
	to := b.of[p.of]
	if to == nil {
		to = &part{of: p.of}
		b.of[p.of], b.order = to, append(b.order, to)
	}
	to.batch.Events = append(to.batch.Events, p.batch.Events...)
	to.batch.Findings = append(to.batch.Findings, p.batch.Findings...)
	to.batch.Bad = append(to.batch.Bad, p.batch.Bad...)
	to.batch.Troubles = append(to.batch.Troubles, p.batch.Troubles...)
	to.tally.add(p.tally)
	if p.last {
		to.end = p
	}
	b.items += len(p.batch.Events) + len(p.batch.Findings) + len(p.batch.Bad) + 1
	b.bytes += p.bytes
	b.held += p.held
}

func (b *batch) full(l Limits) bool { return b.items >= l.Events || b.bytes >= l.Bytes }

// build puts the parts together. The entry of an object is written only when all
// of it has been committed by then.
func (b *batch) build() store.Batch {
	var out store.Batch
	for _, p := range b.order {
		if p.ends() {
			e := &p.of.entry
			e.First, e.Last = len(out.Events), len(out.Events)+len(p.batch.Events)
			e.FirstFinding, e.LastFinding = len(out.Findings), len(out.Findings)+len(p.batch.Findings)
			out.Objects = append(out.Objects, *e)
		}
		out.Events = append(out.Events, p.batch.Events...)
		out.Findings = append(out.Findings, p.batch.Findings...)
		out.Bad = append(out.Bad, p.batch.Bad...)
		out.Troubles = append(out.Troubles, p.batch.Troubles...)
	}
	return out
}

func (p *part) ends() bool { return p.end != nil && p.end.failed == nil && p.of.broken == nil }

// parts gives every part its share of what became of the events and findings.
func (b *batch) parts(r store.Receipt) []*part {
	var events, findings int
	for _, p := range b.order {
		p.receipt.New = share(r.New, events, len(p.batch.Events))
		p.receipt.Old = share(r.Old, events, len(p.batch.Events))
		p.receipt.Findings = share(r.Findings, findings, len(p.batch.Findings))
		events, findings = events+len(p.batch.Events), findings+len(p.batch.Findings)
		for i, isNew := range slices.Concat(p.receipt.New, p.receipt.Findings) {
			switch {
			case isNew:
				p.receipt.Stored++
			case i < len(p.receipt.Old) && p.receipt.Old[i]:
				p.receipt.Expired++
			default:
				p.receipt.Duplicate++
			}
		}
	}
	return b.order
}

func share(list []bool, from, n int) []bool {
	from = min(from, len(list))
	return list[from:min(from+n, len(list))]
}

// split makes a batch of each object.
func (b *batch) split() []*batch {
	list := make([]*batch, len(b.order))
	for i, p := range b.order {
		list[i] = &batch{order: []*part{p}}
	}
	return list
}
