package s3

import (
	"context"
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

// page lists one page and has the journal say what of it is done.
func (s *Source) page(u *unit) {
	at := *u.pass // nobody else changes a busy unit's pass
	pg, err := s.lister.list(s.ctx, s.bucket, at.now.prefix, at.now.delimiter, at.token)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.failed(u, err)
		return
	}
	s.mu.Lock()
	kept := s.plan.sift(u, pg, s.deps.Now())
	s.mu.Unlock()
	done, closed, err := s.ask(s.ctx, kept)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed(u, err)
		return
	}
	s.plan.merge(u, pg, kept, done, closed, s.deps.Now())
	s.wake()
}

func (s *Source) ask(ctx context.Context, kept sifted) (done map[string]bool, closed map[string]days, err error) {
	if len(kept.objects) > 0 {
		if done, err = s.deps.Journal.Done(ctx, kept.ids()); err != nil {
			return nil, nil, fmt.Errorf("look up which objects are done: %w", err)
		}
	}
	closed = map[string]days{}
	for _, root := range kept.roots {
		if _, asked := closed[root]; asked {
			continue
		}
		text := ""
		if !s.deps.Once {
			if text, err = s.deps.Journal.Cursor(ctx, s.cursorName(root)); err != nil {
				return nil, nil, fmt.Errorf("look up how far s3://%s/%s was read: %w", s.bucket, root, err)
			}
		}
		if closed[root], err = parseDays(text); err != nil {
			s.deps.Log.Warn("a cursor is not understood; all days are listed again", "source", s.deps.Name, "error", err)
		}
	}
	return done, closed, nil
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
