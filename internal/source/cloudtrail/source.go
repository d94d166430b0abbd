// Package cloudtrail looks CloudTrail's events up where there is no trail that
// writes them to S3: LookupEvents gives the management events of the last 90
// days, model calls among them. Every event source of every Region is read for
// itself, its newest part again and again, all of it once more when it is a day
// old, and what was there before from the newest to the oldest. How far it is
// read is its cursor, which is committed behind the events and never ahead of
// them. Sub-room digest validates the files of trails.
//
// It never reads a file of a trail (source/s3 and source/sqs do), never asks for
// more than a share of two calls a second for each Region, and never lets one
// Region's trouble stop another.
package cloudtrail

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// Deps are what a Source needs from its house.
type Deps struct {
	Name    string // of the source in the configuration
	Account *account.Account
	Journal source.Journal
	Log     *slog.Logger     // nil is silent
	Now     func() time.Time // nil is time.Now
}

// Source delivers events that were looked up. It implements source.Source.
type Source struct {
	cfg   Config
	deps  Deps
	terms terms
	out   *paged.Out
	seen  *seen

	start   sync.Once
	stop    sync.Once
	over    chan struct{} // closed by Close
	readers sync.WaitGroup
}

var _ source.Source = (*Source)(nil)

// New makes a Source. It asks AWS nothing: the first Receive does.
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
		terms: terms{interval: cfg.Interval.Std(), lookback: min(cfg.Lookback.Std(), keptSafe),
			overlap: cfg.Overlap.Std(), sweep: cfg.Sweep.Std()},
		out:  paged.NewOut(),
		over: make(chan struct{}),
		seen: newSeen(seenMost),
	}, nil
}

// Receive gives the next events, or a cursor. Any error but the context's is a
// fault of one Region; the others go on. It gives io.EOF after Close alone.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	s.start.Do(func() { s.work(ctx) })
	return s.out.Receive(ctx, s.over)
}

// work starts the readers, which end with Close and not with the first Receive.
func (s *Source) work(ctx context.Context) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.readers.Go(func() {
		<-s.over
		cancel()
	})
	regions := s.cfg.Regions
	if len(regions) == 0 {
		regions = []string{s.deps.Account.Region()}
	}
	for region, sources := range lookups(regions, s.cfg.EventSources) {
		r := s.newReader(region, sources)
		s.readers.Go(func() { r.run(ctx) })
	}
}

// Close stops reading. What is not settled by then is read again next time.
func (s *Source) Close() error {
	s.start.Do(func() {})
	s.stop.Do(func() { close(s.over) })
	s.readers.Wait()
	return nil
}
