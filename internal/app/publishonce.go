package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"seismo/internal/publish"
	"seismo/internal/query"
	"seismo/internal/simulate"
	"seismo/internal/state"
)

// Publishing is what PublishMetrics is asked for.
type Publishing struct {
	From, To  time.Time           // From inclusive, To exclusive
	Dry       bool                // say what would be sent, and send nothing
	Simulated bool                // the calls of the simulation too
	Step      func(done, all int) // nil: is told of each hour that is done
}

// Published is what PublishMetrics did, or would do.
type Published struct {
	publish.Result
	Preview []publish.Point `json:"-"` // of a dry run

	Simulated []string `json:"simulated_accounts,omitempty"` // accounts of the simulation that have calls in the span
	Left      bool     `json:"simulated_left_out,omitzero"`  // those calls are not published
}

// PublishMetrics publishes the calls of a span once, or only says what it would
// send. It may run beside a seismo that holds the database and does not publish.
// file may be nil for the SDK's default chain. Calls of the simulation are left
// out unless they are asked for; when there are no others, that is an error.
func PublishMetrics(ctx context.Context, cfg Config, file *File, ask Publishing) (got Published, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return got, err
	}
	r, err := OpenReader(ctx, cfg)
	if err != nil {
		return got, err
	}
	defer r.Close()
	leave, err := got.leave(ctx, r, ask)
	if err != nil {
		return got, err
	}
	lock, err := cfg.publishLock()
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	kept, err := state.Open(ctx, cfg.stateFile())
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	all, err := publishers(ctx, cfg, file, publish.Deps{Rows: r, Ledger: kept, Leave: leave, Step: ask.Step, Log: cfg.log()})
	if err != nil {
		return got, err
	}
	return got, got.run(ctx, all, ask)
}

// leave are the accounts whose calls are not published. A dry run of nothing but
// the simulation shows what --simulated would send.
func (p *Published) leave(ctx context.Context, rows query.Searcher, ask Publishing) ([]string, error) {
	names, others, err := inventedOf(ctx, rows, ask.From, ask.To)
	if err != nil || names == nil {
		return nil, err
	}
	p.Simulated = names
	switch {
	case ask.Simulated:
		return nil, nil
	case others:
		p.Left = true
		return simulate.Accounts(), nil
	case ask.Dry:
		return nil, nil
	}
	return nil, &hinted{fmt.Errorf("every call of this time is simulated (accounts %s); nothing was published", strings.Join(names, ", ")),
		"metrics cannot be deleted from CloudWatch, and cost money; --dry-run shows them, --simulated publishes them all the same"}
}

// run has every publisher do its part.
func (p *Published) run(ctx context.Context, all []*publish.Publisher, ask Publishing) error {
	for _, one := range all {
		if ask.Dry {
			points, err := one.Preview(ctx, ask.From, ask.To)
			if p.Preview = append(p.Preview, points...); err != nil {
				return err
			}
			continue
		}
		sent, err := one.Metrics(ctx, ask.From, ask.To)
		if p.Add(sent); err != nil {
			return err
		}
	}
	return nil
}

// publishers are those of a file: one for each Region that is published in.
func publishers(ctx context.Context, cfg Config, file *File, d publish.Deps) ([]*publish.Publisher, error) {
	if file == nil {
		file = &File{}
	}
	what := &publish.Config{}
	if file.published != nil {
		what = file.published
	}
	if err := what.Check(); err != nil {
		return nil, err
	}
	way, err := file.named(what.Account)
	if err != nil {
		return nil, err
	}
	if d.Account, err = (deps{"publish", &App{cfg: cfg}, newReach(0), nil}).account(ctx, way); err != nil {
		return nil, err
	}
	var list []*publish.Publisher
	for _, one := range what.Each() {
		list = append(list, publish.New(one, d))
	}
	return list, nil
}
