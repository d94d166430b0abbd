package cloudtrail

import (
	"sync"

	"github.com/zeebo/xxh3"
)

// seenMost is how many ids are remembered, at 8 bytes and a little more each.
const seenMost = 1 << 20

// seen remembers which events were committed, since each is read several times.
// It is bounded: of its two halves the older one goes when the newer is full. An
// event that was forgotten is delivered again, which the store notices, so that a
// small set costs work and never a row.
type seen struct {
	mu       sync.Mutex
	most     int
	new, old map[uint64]struct{}
}

func newSeen(most int) *seen { return &seen{most: most / 2, new: map[uint64]struct{}{}} }

// ident is an event of a Region, as far as it needs to be known again.
func ident(region, id string) uint64 { return xxh3.HashString(region + "/" + id) }

func (s *seen) has(id uint64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.new[id]; ok {
		return true
	}
	_, ok := s.old[id]
	return ok
}

func (s *seen) add(ids []uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		if len(s.new) >= s.most {
			s.old, s.new = s.new, make(map[uint64]struct{}, s.most)
		}
		s.new[id] = struct{}{}
	}
}
