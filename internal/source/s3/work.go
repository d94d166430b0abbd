package s3

import (
	"fmt"
	"time"
)

// run starts the workers: those that list, as many as configured.
func (s *Source) run() {
	for range s.cfg.Workers {
		s.group.Go(func() {
			for s.ctx.Err() == nil {
				s.step()
			}
		})
	}
}

// step lists one page, or waits until there is something to do.
func (s *Source) step() {
	s.mu.Lock()
	now := s.deps.Now()
	u, wait := s.plan.pick(now)
	if u != nil && u.kind != troubleUnit && u.pass == nil {
		u.begin(now, s.plan.full(u, now))
	}
	changed := s.changed
	s.mu.Unlock()
	switch {
	case u == nil:
		s.wait(changed, wait)
	case u.kind == troubleUnit:
		s.recall(u)
	default:
		s.page(u)
	}
}

func (s *Source) wait(changed <-chan struct{}, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-s.ctx.Done():
	}
}

func (s *Source) recall(u *unit) {
	troubles, err := s.deps.Journal.Troubles(s.ctx, s.deps.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed(u, fmt.Errorf("look up what could not be read: %w", err))
		return
	}
	s.plan.recall(troubles, s.deps.Now())
	s.wake()
}

// page lists one page, and has the journal say what of it is done.
func (s *Source) page(u *unit) {
	at := *u.pass // nobody else changes a busy unit's pass
	pg, err := s.lister.list(s.ctx, s.bucket, at.now.prefix, at.now.delimiter, at.token)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		err = s.roots(pg)
	}
	if err != nil {
		s.failed(u, err)
		return
	}
	ended := s.plan.sift(u, pg, s.deps.Now())
	var done map[string]bool
	if ended != nil || len(u.held) >= mostHeld {
		if done, err = s.done(u.held); err != nil {
			s.failed(u, err)
			return
		}
	}
	s.plan.merge(u, done, ended, s.deps.Now())
	s.wake()
}

// done asks the journal which objects are done. Like roots it is called with the
// lock held, and gives it away while it asks.
func (s *Source) done(refs []Ref) (done map[string]bool, err error) {
	if len(refs) == 0 {
		return map[string]bool{}, nil
	}
	ids := make([]string, len(refs))
	for i, ref := range refs {
		ids[i] = ref.ID()
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	if done, err = s.deps.Journal.Done(s.ctx, ids); err != nil {
		return nil, fmt.Errorf("look up which objects are done: %w", err)
	}
	if done == nil {
		done = map[string]bool{}
	}
	return done, nil
}

// roots makes the folders of Regions on a page known, with how far they were
// read. A one-off reads all of them.
func (s *Source) roots(pg page) error {
	for _, name := range s.plan.unknownRoots(pg) {
		if s.deps.Once {
			s.plan.addRoot(name, nil)
			continue
		}
		text, err := s.cursor(name)
		if err != nil {
			return fmt.Errorf("look up how far s3://%s/%s was read: %w", s.bucket, name, err)
		}
		closed, err := parseDays(text)
		if err != nil {
			s.deps.Log.Warn("a cursor is not understood; all days are listed again", "source", s.deps.Name, "error", err)
		}
		s.plan.addRoot(name, closed)
	}
	return nil
}

func (s *Source) cursor(root string) (string, error) {
	s.mu.Unlock()
	defer s.mu.Lock()
	return s.deps.Journal.Cursor(s.ctx, s.cursorName(root))
}

// failed is called with the lock held.
func (s *Source) failed(u *unit, err error) {
	if s.ctx.Err() != nil {
		u.busy = false
		return
	}
	s.plan.failed(u, err, s.deps.Now())
	s.wake()
}
