package cwlogs

import (
	"maps"
	"slices"

	"github.com/zeebo/xxh3"
)

// slice is how much of the log's time one bucket of seen ids spans, in
// milliseconds.
const slice = 5 * 60 * 1000

// seen remembers which events were committed, as long as they may be read once
// more. It is bounded: the ids of the oldest slices go first. An event that was
// forgotten is delivered again, which the store notices, so that a small set
// costs work and never a row.
type seen struct {
	most    int
	count   int
	buckets map[int64]*bucket // by slice of the events' time
}

// bucket holds the ids of one slice: most of them sorted, in eight bytes each,
// the latest in a map, which takes twice as much.
type bucket struct {
	sorted []uint64
	latest map[uint64]struct{}
}

func newSeen(most int) *seen {
	return &seen{most: most, buckets: map[int64]*bucket{}}
}

// ident is an event as far as the machine needs to know it.
type ident struct {
	hash uint64 // of its id
	at   int64  // its time in milliseconds since 1970
}

func identOf(id string, at int64) ident { return ident{hash: xxh3.HashString(id), at: at} }

func (s *seen) has(e ident) bool {
	b := s.buckets[e.at/slice]
	return b != nil && b.has(e.hash)
}

func (s *seen) add(events []ident) {
	for _, e := range events {
		b := s.buckets[e.at/slice]
		if b == nil {
			b = &bucket{latest: map[uint64]struct{}{}}
			s.buckets[e.at/slice] = b
		}
		if b.has(e.hash) {
			continue
		}
		s.count++
		b.latest[e.hash] = struct{}{}
		if len(b.latest) > max(fewLatest, len(b.sorted)/4) {
			b.sort()
		}
	}
	for s.count > s.most {
		s.drop(s.oldest())
	}
}

// forget drops what lies before an instant whole.
func (s *seen) forget(before int64) {
	for at := range s.buckets {
		if (at+1)*slice <= before {
			s.drop(at)
		}
	}
}

func (s *seen) drop(at int64) {
	s.count -= s.buckets[at].count()
	delete(s.buckets, at)
}

func (s *seen) oldest() int64 { return slices.Min(slices.Collect(maps.Keys(s.buckets))) }

// fewLatest is how many ids a map may hold however few are sorted.
const fewLatest = 256

func (b *bucket) count() int { return len(b.sorted) + len(b.latest) }

func (b *bucket) has(hash uint64) bool {
	if _, known := b.latest[hash]; known {
		return true
	}
	_, known := slices.BinarySearch(b.sorted, hash)
	return known
}

func (b *bucket) sort() {
	all := slices.AppendSeq(slices.Grow(b.sorted, len(b.latest)), maps.Keys(b.latest))
	slices.Sort(all)
	b.sorted, b.latest = all, map[uint64]struct{}{}
}
