package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"seismo/internal/account"
	"seismo/internal/publish"
	"seismo/internal/simulate"
)

// publishing reads the section publish; nil when the file has none.
func (f *File) publishing() (*publish.Config, error) {
	if !f.Publish.Given() {
		return nil, nil
	}
	c := &publish.Config{}
	if err := f.Publish.Decode(c); err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, located(f.Publish, "", err)
	}
	if _, err := f.named(c.Account); err != nil {
		return nil, f.Publish.Fault("account", err.Error(), "add it to accounts, or name one that is there")
	}
	return c, nil
}

// named is the account of a section that names one, or none: then it is the
// entry default, or the SDK's default chain.
func (f *File) named(name string) (account.Config, error) {
	cfg, ok := f.Accounts[name]
	switch {
	case ok:
		return cfg, nil
	case name == "":
		return f.Accounts["default"], nil
	}
	return cfg, fmt.Errorf("there is no entry %q in accounts", name)
}

// publishes starts to publish what the file says.
func (a *App) publishes(ctx context.Context, f *File, r *reach, start func(func() error)) error {
	if f.published == nil {
		return nil
	}
	lock, err := a.cfg.publishLock()
	if err != nil {
		return err
	}
	var list []*publish.Publisher
	err = publish.Prepare(ctx, a.state)
	for _, one := range f.published.Each() {
		if err == nil {
			var p *publish.Publisher
			p, err = a.publisher(ctx, f, one, r)
			list = append(list, p)
		}
	}
	if err != nil {
		return errors.Join(err, lock.Unlock())
	}
	a.outgoing.publishers.Store(&list)
	a.warnOfInvented(ctx)
	var all errgroup.Group
	for _, p := range list {
		all.Go(func() error { return p.Run(ctx) })
	}
	start(func() error { return errors.Join(all.Wait(), lock.Unlock()) })
	return nil
}

func (a *App) publisher(ctx context.Context, f *File, cfg publish.Config, r *reach) (*publish.Publisher, error) {
	way, err := f.named(cfg.Account)
	if err != nil {
		return nil, err
	}
	at, err := deps{"publish", a, r, nil}.account(ctx, way)
	if err != nil {
		return nil, err
	}
	return publish.New(cfg, publish.Deps{Account: at, Rows: a.store, Findings: a.store.Findings, Ledger: a.state, Leave: simulate.Accounts(),
		Log: a.cfg.log()}), nil
}

// publishLock keeps a second publisher of the database away: two would send the
// same calls.
func (c *Config) publishLock() (*flock.Flock, error) {
	lock := flock.New(c.DB+".publish", flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock publishing: %w", err)
	}
	if !got {
		return nil, &hinted{errors.New("another seismo publishes from this database already"),
			"a seismo serve with a section publish sends what is due by itself, every few minutes; end it to publish by hand"}
	}
	return lock, nil
}
