// Package publish writes what seismo computed back to CloudWatch, for dashboards
// and alarms that live there: what calls cost, their tokens, errors and throttles
// by account, Region and model, how unusual they are, and findings and failed
// calls as log events. It says in the state, before and after each request, what
// was sent: a kill at any moment makes nothing be counted twice.
//
// It only reads rows, through query.Searcher, and never knows a store. Nothing
// of what was said is ever written, and a person's name only where the
// configuration asks for it. It makes no log group and no alarm.
package publish

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"seismo/internal/account"
	"seismo/internal/event"
	"seismo/internal/query"
)

// Ledger remembers what was sent; *state.State is one.
type Ledger interface {
	// Fact is what is remembered under a name, "" for nothing.
	Fact(ctx context.Context, name string) (string, error)
	// Remember keeps a value for good before it returns; "" forgets.
	Remember(ctx context.Context, name, value string) error
}

// Deps are what a publisher works with.
type Deps struct {
	Account  *account.Account
	Rows     query.Searcher
	Findings func(ctx context.Context, limit int) ([]event.Finding, error) // newest first; nil: there are none
	Ledger   Ledger
	Leave    []string            // accounts of which nothing is published
	Step     func(done, all int) // nil: is told of each hour that Metrics and Preview are done with
	Log      *slog.Logger        // nil is silent
	Now      func() time.Time    // nil is time.Now
	Rest     func(ctx context.Context, d time.Duration) error
}

// Result says what a run has done.
type Result struct {
	Points  int `json:"points"`            // data of metrics that were sent
	Lines   int `json:"lines"`             // log events that were sent
	Refused int `json:"refused,omitzero"`  // log events that CloudWatch found too old, too new or expired
	Left    int `json:"left_out,omitzero"` // failed calls above max_events
	Calls   int `json:"requests"`          // requests that were accepted
}

// Add adds what another run has done.
func (r *Result) Add(o Result) {
	r.Points += o.Points
	r.Lines += o.Lines
	r.Refused += o.Refused
	r.Left += o.Left
	r.Calls += o.Calls
}

// Publisher publishes to one place. Only one may run for a database at a time:
// the caller sees to that.
type Publisher struct {
	cfg  Config
	deps Deps
	book book

	mu     sync.Mutex
	status Status
}

// New makes a publisher; cfg has been checked. It asks AWS nothing.
func New(cfg Config, deps Deps) *Publisher {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Rest == nil {
		deps.Rest = rest
	}
	region := cfg.Region
	if region == "" {
		region = deps.Account.Region()
	}
	cfg.Region = region
	p := &Publisher{cfg: cfg, deps: deps,
		book: book{deps.Ledger, "publish/" + cfg.Account + "/" + region + "/" + cfg.Environment + "/"}}
	p.status = p.unrun()
	return p
}

// Run publishes from time to time until ctx ends. A run that fails is said and
// tried again the next time: what was not sent is sent then.
func (p *Publisher) Run(ctx context.Context) error {
	tick := time.NewTicker(p.cfg.Every.Std())
	defer tick.Stop()
	for {
		_, err := p.Once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			p.deps.Log.Warn("publishing failed", "err", err)
		}
		p.rests(p.deps.Now().Add(p.cfg.Every.Std()))
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Once publishes all that is due: metrics as far back as late calls are looked
// for, findings and failed calls. What fails keeps nothing else from being sent.
func (p *Publisher) Once(ctx context.Context) (Result, error) {
	now := p.deps.Now().UTC()
	var all Result
	var errs []error
	step := func(what string, run func(back time.Time) (Result, error)) {
		if !slices.Contains(p.cfg.What, what) || ctx.Err() != nil {
			return
		}
		var got Result
		back, err := p.back(ctx, what, now)
		if err == nil {
			got, err = run(back)
			all.Add(got)
		}
		if err == nil {
			err = p.book.set(ctx, "ran-"+what, now.Format(time.RFC3339))
		}
		if ctx.Err() == nil { // a run that was ended is no fault
			p.note(what, got, err)
		}
		errs = append(errs, err)
	}
	step(Metrics, func(back time.Time) (Result, error) { return p.Metrics(ctx, back, now.Add(-p.cfg.Lag.Std())) })
	step(Findings, func(time.Time) (Result, error) { return p.findings(ctx, now) })
	step(Errors, func(back time.Time) (Result, error) { return p.failures(ctx, back, now) })
	return all, errors.Join(append(errs, p.sweep(ctx, now))...)
}

// back is how far back a run of one kind looks: for late calls, over the time that seismo
// did not run, and at first as far as the backfill goes.
func (p *Publisher) back(ctx context.Context, what string, now time.Time) (time.Time, error) {
	text, err := p.book.get(ctx, "ran-"+what)
	if err != nil {
		return time.Time{}, err
	}
	from := now.Add(-p.cfg.Backfill.Std())
	if last, err := time.Parse(time.RFC3339, text); err == nil {
		p.ran(what, last)
		from = last.Add(-p.cfg.Late.Std())
	}
	if limit := now.Add(-oldest); from.Before(limit) {
		from = limit
	}
	return from.Truncate(time.Hour), nil
}

func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
