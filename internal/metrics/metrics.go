// Package metrics reads what CloudWatch counts of Bedrock: calls, tokens,
// latencies, errors, guardrails, and whether the invocation log was delivered.
// The numbers are kept as series, beside the rows and never among them, for the
// coverage meter and for pages.
//
// It only reads. Each reading covers a while again, because CloudWatch corrects
// its newest values; a point that is read again takes the former one's place, so
// that nothing needs a cursor and nothing is counted twice.
package metrics

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Mark is the series in which the collector writes down for each hour how many
// of its minutes it has read, since CloudWatch has no point where nothing
// happened: without a mark, no point means that nobody looked.
const (
	MarkNamespace = "seismo"
	MarkMetric    = "MinutesRead"
)

// Deps are what a collector works with.
type Deps struct {
	Accounts []*account.Account // those that Config.Accounts names
	Series   store.Series
	Log      *slog.Logger // nil is silent
}

// Status says how one account and Region are doing.
type Status struct {
	Account string    `json:"account"` // "" while it is not known
	Region  string    `json:"region"`
	Last    time.Time `json:"last,omitzero"`   // last reading that succeeded
	Series  int       `json:"series"`          // that it asked for
	Points  int       `json:"points"`          // that it got
	Left    int       `json:"left,omitzero"`   // series above the limit, not read
	Fault   string    `json:"fault,omitzero"`  // why the newest reading failed; "" when it did not
	Remedy  string    `json:"remedy,omitzero"` // what to do about it
}

// Collector reads the metrics of some accounts and Regions.
type Collector struct {
	cfg     Config
	series  store.Series
	log     *slog.Logger
	targets []*target
}

// target is one account in one Region.
type target struct {
	account *account.Account
	region  string

	mu     sync.Mutex
	status Status
}

// together is how many targets are read at once.
const together = 4

// New makes a collector; cfg has been checked. It asks AWS nothing.
func New(cfg Config, deps Deps) *Collector {
	c := &Collector{cfg: cfg, series: deps.Series, log: deps.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	for _, a := range deps.Accounts {
		regions := cfg.Regions
		if len(regions) == 0 {
			regions = []string{a.Region()}
		}
		for _, region := range regions {
			c.targets = append(c.targets, &target{account: a, region: region, status: Status{Region: region}})
		}
	}
	return c
}

// Run reads until ctx ends. A place that cannot be read does not keep the
// others from being read; it is tried again the next time.
func (c *Collector) Run(ctx context.Context) error {
	tick := time.NewTicker(c.cfg.Every.Std())
	defer tick.Stop()
	for {
		c.Collect(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Collect reads every place once.
func (c *Collector) Collect(ctx context.Context) {
	var group errgroup.Group
	group.SetLimit(together)
	for _, t := range c.targets {
		group.Go(func() error {
			if err := c.read(ctx, t); err != nil && ctx.Err() == nil {
				t.failed(err)
				c.log.Warn("metrics could not be read", "region", t.region, "err", err)
			}
			return nil
		})
	}
	_ = group.Wait() // no goroutine returns an error
}

// Status returns how each place is doing, in the order of the configuration.
func (c *Collector) Status() []Status {
	var out []Status
	for _, t := range c.targets {
		t.mu.Lock()
		out = append(out, t.status)
		t.mu.Unlock()
	}
	return out
}

func (t *target) failed(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status.Fault, t.status.Remedy = err.Error(), ""
	var fault *source.Fault
	if errors.As(err, &fault) {
		t.status.Remedy = fault.Remedy
	}
}

func (t *target) last() time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status.Last
}

// read brings one place up to date.
func (c *Collector) read(ctx context.Context, t *target) error {
	id, err := t.account.ID(ctx)
	if err != nil {
		return err
	}
	now, last := time.Now().UTC(), t.last()
	found, left, err := c.discover(ctx, t, id, now.Sub(last) < recently)
	if err != nil {
		return err
	}
	var points []store.Point
	for _, w := range c.windows(now, last) {
		got, err := c.fetch(ctx, t, found, w)
		if err != nil {
			return err
		}
		points = append(append(points, got...), marks(owners(found, id), t.region, w, now)...)
	}
	for part := range slices.Chunk(points, 10_000) {
		if err := c.series.AppendPoints(ctx, part); err != nil {
			return err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.status = Status{Account: id, Region: t.region, Last: now, Series: queries(found), Points: len(points), Left: left}
	return nil
}
