package cwlogs

import (
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
	buckets map[int64]map[uint64]struct{} // by slice of the events' time
}

func newSeen(most int) *seen {
	return &seen{most: most, buckets: map[int64]map[uint64]struct{}{}}
}

// ident is an event as far as the machine needs to know it.
type ident struct {
	hash uint64 // of its id
	at   int64  // its time in milliseconds since 1970
}

func identOf(id string, at int64) ident { return ident{hash: xxh3.HashString(id), at: at} }

func (s *seen) has(e ident) bool {
	_, known := s.buckets[e.at/slice][e.hash]
	return known
}

func (s *seen) add(events []ident) {
	for _, e := range events {
		bucket := s.buckets[e.at/slice]
		if bucket == nil {
			bucket = map[uint64]struct{}{}
			s.buckets[e.at/slice] = bucket
		}
		before := len(bucket)
		bucket[e.hash] = struct{}{}
		s.count += len(bucket) - before
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
	s.count -= len(s.buckets[at])
	delete(s.buckets, at)
}

func (s *seen) oldest() int64 {
	var all []int64
	for at := range s.buckets {
		all = append(all, at)
	}
	return slices.Min(all)
}
