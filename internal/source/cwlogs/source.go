// Package cwlogs reads CloudWatch log groups by FilterLogEvents: the newest part
// again and again, every part once more when it is two hours and when it is a
// day old, so that late events are found. Events that were delivered are known
// by their ids; how far a group is read is its cursor, which is committed behind
// the events and never ahead of them.
//
// It never reads a record's content, never asks for more calls than its
// account's quotas grant, and never lets one group's trouble stop another.
package cwlogs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// Bounds of memory: ids that are remembered, about ten bytes each, by all groups
// together and by one at least. Four million are a day of 48 calls a second.
const (
	mostRemembered  = 4 << 20
	leastRemembered = 20_000
)

// Deps are what a Source needs from its house.
type Deps struct {
	Name    string // of the source in the configuration
	Account *account.Account
	Journal source.Journal
	Log     *slog.Logger     // nil is silent
	Now     func() time.Time // nil is time.Now
}

// Source delivers the events of log groups. It implements source.Source; Groups
// may be called beside it.
type Source struct {
	cfg   Config
	deps  Deps
	out   *paged.Out
	calls *semaphore.Weighted // groups that ask at the same time

	start  sync.Once
	cancel context.CancelFunc
	over   chan struct{} // closed once nothing more will come

	mu      sync.Mutex
	running map[string]*reader // by ARN
	closed  bool
}

// New makes a Source of a configuration that was checked. It asks AWS nothing:
// the first Receive does.
func New(_ context.Context, cfg Config, deps Deps) (*Source, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Source{
		cfg: cfg, deps: deps,
		out:     paged.NewOut(),
		over:    make(chan struct{}),
		calls:   semaphore.NewWeighted(int64(cfg.Workers)),
		running: map[string]*reader{},
	}, nil
}

func (s *Source) now() time.Time { return s.deps.Now() }

// Receive gives the next events, or a cursor, and io.EOF when end_timestamp was
// reached. Any other error is a fault of one group, or of finding them; the rest
// goes on.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	s.start.Do(func() { s.work(ctx) })
	return s.out.Receive(ctx, s.over)
}

// work starts the work, which ends with Close and not with the first Receive.
func (s *Source) work(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.mu.Lock()
	s.cancel = cancel
	closed := s.closed
	s.mu.Unlock()
	if closed {
		cancel()
	}
	go s.supervise(ctx)
}

// Close stops reading. What is not settled by then is read again next time.
func (s *Source) Close() error {
	s.mu.Lock()
	s.closed = true
	cancel := s.cancel
	s.mu.Unlock()
	if cancel == nil {
		return nil
	}
	cancel()
	<-s.over
	return nil
}

// supervise finds the groups and has each read.
func (s *Source) supervise(ctx context.Context) {
	defer close(s.over)
	var readers sync.WaitGroup
	defer readers.Wait()
	for pause := time.Second; ; {
		groups, err := s.discover(ctx)
		if err != nil {
			s.out.Fail(ctx, err)
			pause = min(2*pause, paged.TellAgain)
		} else {
			s.assign(ctx, groups, &readers)
			pause = lookAgain
			if s.cfg.GroupPrefix == "" || s.ended() {
				return
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// ended reports whether end_timestamp has passed, so that no new group can
// matter.
func (s *Source) ended() bool { return !s.cfg.EndTime.IsZero() && s.now().After(s.cfg.EndTime) }

// assign starts readers of new groups and stops those of groups that are gone.
func (s *Source) assign(ctx context.Context, groups []group, readers *sync.WaitGroup) {
	s.mu.Lock()
	defer s.mu.Unlock()
	listed := map[string]bool{}
	for _, g := range groups {
		listed[g.arn] = true
	}
	for arn, r := range s.running {
		if !listed[arn] {
			s.deps.Log.Info("a log group is gone", "group", arn)
			r.stop()
			delete(s.running, arn)
		}
	}
	for _, g := range groups {
		if s.running[g.arn] != nil {
			continue
		}
		r := &reader{Source: s, group: g, client: s.deps.Account.Logs(g.region), wake: paged.NewBell()}
		var own context.Context
		own, r.stop = context.WithCancel(ctx)
		s.running[g.arn] = r
		readers.Go(func() { r.run(own) })
	}
}

func (s *Source) readers() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.running)
}

// Standing is how far one group is read. Times are zero before anything of it was
// read: where the reading is to begin says nothing of what is there.
type Standing struct {
	Group string    // its ARN
	Live  time.Time // everything before it was read
	Swept time.Time // everything before it was read again for late events
}

// Groups says how far each group is read, as committed.
func (s *Source) Groups() []Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Standing
	for _, r := range s.running {
		list = append(list, r.standing())
	}
	return list
}

func (r *reader) standing() Standing {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := Standing{Group: r.group.arn}
	if r.tail == nil {
		return st
	}
	for h, at := range map[hand]*time.Time{live: &st.Live, sweep: &st.Swept} {
		if reached := r.tail.stand.at[h]; reached > r.tail.stand.start {
			*at = time.UnixMilli(reached).UTC()
		}
	}
	return st
}
