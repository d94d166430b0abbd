package sqs

import "sync"

// shelf is where objects wait for Receive. It has few places: who receives
// messages waits until there is room, since a message that waits here must be
// renewed and is nobody else's.
type shelf struct {
	more chan struct{} // something came

	mu      sync.Mutex
	room    *sync.Cond
	limit   int
	waiting []*delivery
	closed  bool
}

func newShelf(limit int) *shelf {
	s := &shelf{limit: limit, more: make(chan struct{}, 1)}
	s.room = sync.NewCond(&s.mu)
	return s
}

// hasRoom waits until there is a free place; false when the shelf is closed.
func (s *shelf) hasRoom() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.await()
}

func (s *shelf) await() bool {
	for len(s.waiting) >= s.limit && !s.closed {
		s.room.Wait()
	}
	return !s.closed
}

// put waits for a place and puts d there; false when the shelf is closed.
func (s *shelf) put(d *delivery) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.await() {
		return false
	}
	s.add(d)
	return true
}

// press puts d there, room or not: the caller may not wait.
func (s *shelf) press(d *delivery) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(d)
}

func (s *shelf) add(d *delivery) {
	s.waiting = append(s.waiting, d)
	select {
	case s.more <- struct{}{}:
	default:
	}
}

// take gives what has waited longest, nil when there is nothing.
func (s *shelf) take() *delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 || s.closed {
		return nil
	}
	d := s.waiting[0]
	s.waiting[0] = nil
	s.waiting = s.waiting[1:]
	s.room.Broadcast()
	return d
}

func (s *shelf) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting)
}

func (s *shelf) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.room.Broadcast()
}
