package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/coverage"
	"seismo/internal/inventory"
	"seismo/internal/metrics"
	"seismo/internal/query"
	"seismo/internal/state"
	"seismo/internal/web"
)

// observer is what an App knows beside its rows: what accounts hold, and how
// CloudWatch's counts are read. Both may change while it is read from.
type observer struct {
	inventory atomic.Pointer[inventory.Inventory] // from the cache alone until accounts are looked at
	metrics   atomic.Pointer[metrics.Collector]   // nil: CloudWatch is not read
	teamTags  atomic.Pointer[[]string]
}

// recall opens the inventory of the cache.
func (a *App) recall(ctx context.Context) error {
	inv, err := inventory.Open(ctx, inventory.Config{}, inventory.Deps{Cache: a.state, Log: a.cfg.log()})
	if err != nil {
		return fmt.Errorf("read the inventory that was kept: %w", err)
	}
	a.observer.inventory.Store(inv)
	a.cfg.inventory = inv
	return nil
}

// observing are the sections metrics and inventory of a file; nil where the file
// has none.
type observing struct {
	metrics   *metrics.Config
	inventory *inventory.Config
}

func (f *File) observing() (o observing, err error) {
	var errs []error
	if f.Metrics.Given() {
		o.metrics = &metrics.Config{}
		if err := f.section("metrics", f.Metrics, o.metrics, &o.metrics.Accounts); err != nil {
			errs = append(errs, err)
		}
	}
	if f.Inventory.Given() {
		o.inventory = &inventory.Config{}
		if err := f.section("inventory", f.Inventory, o.inventory, &o.inventory.Accounts); err != nil {
			errs = append(errs, err)
		}
	}
	return o, errors.Join(errs...)
}

// section reads and checks one section. Without names it is about all accounts.
func (f *File) section(name string, part config.Part, cfg interface{ Check() error }, accounts *[]string) error {
	if err := part.Decode(cfg); err != nil {
		return err
	}
	if err := cfg.Check(); err != nil {
		return located(part, "", err)
	}
	for _, a := range *accounts {
		if _, ok := f.Accounts[a]; !ok {
			return part.Fault("accounts", fmt.Sprintf("%s names %q, and there is no such entry in accounts", name, a),
				"add it, or use "+strings.Join(append(slices.Sorted(maps.Keys(f.Accounts)), "none"), ", "))
		}
	}
	if len(*accounts) == 0 {
		*accounts = slices.Sorted(maps.Keys(f.Accounts))
	}
	return nil
}

// opened are accounts by their names in the file; without names, that of the
// SDK's default chain.
func (d deps) opened(ctx context.Context, f *File, names []string) ([]*account.Account, error) {
	cfgs := []account.Config{}
	for _, name := range names {
		cfgs = append(cfgs, f.Accounts[name])
	}
	if len(cfgs) == 0 {
		cfgs = append(cfgs, account.Config{})
	}
	var list []*account.Account
	for _, cfg := range cfgs {
		a, err := d.account(ctx, cfg)
		if err != nil {
			return nil, err
		}
		list = append(list, a)
	}
	return list, nil
}

// observe starts to read what the file says of CloudWatch and of accounts. cfg
// gets the inventory that rows are enriched by.
func (a *App) observe(ctx context.Context, f *File, r *reach, cfg *Config, start func(func() error)) error {
	if m := f.observed.metrics; m != nil {
		accounts, err := deps{"metrics", a, r, a.store}.opened(ctx, f, m.Accounts)
		if err != nil {
			return err
		}
		c := metrics.New(*m, metrics.Deps{Accounts: accounts, Series: a.store, Log: a.cfg.log()})
		a.observer.metrics.Store(c)
		start(func() error { return c.Run(ctx) })
	}
	if i := f.observed.inventory; i != nil {
		accounts, err := deps{"inventory", a, r, a.store}.opened(ctx, f, i.Accounts)
		if err != nil {
			return err
		}
		inv, err := inventory.Open(ctx, *i, inventory.Deps{Accounts: accounts, Cache: a.state,
			Principals: principals(a.store, i.Roles), Log: a.cfg.log()})
		if err != nil {
			return fmt.Errorf("read the inventory that was kept: %w", err)
		}
		a.observer.inventory.Store(inv)
		a.observer.teamTags.Store(&i.TeamTags)
		cfg.inventory, cfg.teamTags, cfg.appTags = inv, i.TeamTags, i.AppTags
		start(func() error { return inv.Run(ctx) })
	}
	return nil
}

// principals finds the roles and users that an account's calls of the last 30
// days came from.
func principals(rows query.Searcher, most int) func(context.Context, string) ([]string, error) {
	return func(ctx context.Context, id string) ([]string, error) {
		t, err := rows.Aggregate(ctx, query.Aggregate{
			Where: query.And{query.Compare{Field: "account", Op: query.Equal, Value: id}, query.Has{Field: "principal"}},
			From:  time.Now().AddDate(0, 0, -30), By: []string{"principal"},
			Measures: []query.Measure{{Func: query.Count, As: "calls"}}, Limit: max(1, most),
		})
		if err != nil {
			return nil, fmt.Errorf("find the roles of calls: %w", err)
		}
		var arns []string
		for _, row := range t.Rows {
			if arn, ok := row[0].(string); ok {
				arns = append(arns, arn)
			}
		}
		return arns, nil
	}
}

// measure holds the counts of a span against one another.
func (a *App) measure(ctx context.Context, from, to time.Time) (web.Coverage, error) {
	history, err := coverage.History(ctx, a.store, a.observer.inventory.Load().Snapshot(), from, to)
	if err != nil {
		return web.Coverage{}, err
	}
	s := coverage.Sources{Rows: a.store, Trail: a.store, Series: a.store, Logging: history}
	report, err := s.Measure(ctx, from, to, time.Now())
	if err != nil {
		return web.Coverage{}, err
	}
	out := web.Coverage{Report: report, Metrics: []metrics.Status{}}
	if c := a.observer.metrics.Load(); c != nil {
		out.Metrics = c.Status()
	}
	return out, nil
}

// holdings tells what accounts hold, as it was last seen.
func (a *App) holdings(context.Context) (web.Inventory, error) {
	var tags []string
	if given := a.observer.teamTags.Load(); given != nil {
		tags = *given
	}
	return shownInventory(a.observer.inventory.Load().Snapshot(), tags), nil
}

func shownInventory(s *inventory.Snapshot, teamTags []string) web.Inventory {
	return web.Inventory{Items: s.Items, Looks: s.Looks, Posture: s.Judge(time.Now(), teamTags)}
}

// RefreshInventory looks at the accounts of a file once; file may be nil for the
// SDK's default chain. It may run beside a seismo that holds the database.
func RefreshInventory(ctx context.Context, cfg Config, file *File) (_ web.Inventory, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return web.Inventory{}, err
	}
	r, err := OpenReader(ctx, cfg)
	if err != nil {
		return web.Inventory{}, err
	}
	defer r.Close()
	kept, err := state.Open(ctx, cfg.stateFile())
	if err != nil {
		return web.Inventory{}, err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	inv, tags, err := look(ctx, cfg, file, kept, r)
	if err != nil {
		return web.Inventory{}, err
	}
	return shownInventory(inv.Snapshot(), tags), nil
}

func look(ctx context.Context, cfg Config, file *File, kept *state.State, rows query.Searcher) (*inventory.Inventory, []string, error) {
	if file == nil {
		file = &File{}
	}
	what := cmp.Or(file.observed.inventory, &inventory.Config{})
	if err := what.Check(); err != nil {
		return nil, nil, err
	}
	accounts, err := deps{"inventory", &App{cfg: cfg}, newReach(0), nil}.opened(ctx, file, what.Accounts)
	if err != nil {
		return nil, nil, err
	}
	inv, err := inventory.Open(ctx, *what, inventory.Deps{Accounts: accounts, Cache: kept,
		Principals: principals(rows, what.Roles), Log: cfg.log()})
	if err != nil {
		return nil, nil, err
	}
	return inv, what.TeamTags, inv.Refresh(ctx)
}
