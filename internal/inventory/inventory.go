// Package inventory is what AWS accounts hold beside their calls: inference
// profiles, foundation models, guardrails, provisioned throughput, quotas, tags
// of roles, the logging configuration and the users of IAM Identity Center. It
// is read now and then, dated, and kept in the state file with what changed, so
// that a start without a network knows what was known last.
//
// It only reads. A part that is not allowed is a fault of that part, with the
// missing permission; the others go on. It never reads what was said.
package inventory

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json"
	"golang.org/x/sync/errgroup"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/state"
)

// Config says what is looked at. The zero value works, once Check has filled it
// in.
type Config struct {
	Accounts []string        `yaml:"accounts" help:"entries of accounts to look at; none: all of them, or the SDK's default chain when there are none"`
	Regions  []string        `yaml:"regions" help:"Regions to look at in each account; none: the account's own Region"`
	Every    config.Duration `yaml:"every" help:"time between two looks, default 6h"`
	TeamTags []string        `yaml:"team_tags" help:"keys of tags that name a team, the strongest first; default: team, cost-center, department, owner and the like"`
	AppTags  []string        `yaml:"app_tags" help:"keys of tags that name an application; default: app, application, service, project and the like"`
	Roles    int             `yaml:"roles" help:"most roles and users of one account whose tags are read, those seen in calls, default 500; -1 reads none"`
	Users    int             `yaml:"users" help:"most users of IAM Identity Center, default 20000; -1 reads none"`
}

// Check fills in defaults and tells what does not fit.
func (c *Config) Check() error {
	if c.Every == 0 {
		c.Every = config.Duration(6 * time.Hour)
	}
	if c.Roles == 0 {
		c.Roles = 500
	}
	if c.Users == 0 {
		c.Users = 20_000
	}
	if c.Every.Std() < time.Minute {
		return fmt.Errorf(`"every" is %s; one minute is the least, and 6h is enough for most`, c.Every)
	}
	return nil
}

// Cache keeps the inventory. State is one.
type Cache interface {
	Observe(ctx context.Context, look state.Look, things []state.Thing) error
	Inventory(ctx context.Context) ([]state.Thing, []state.Look, error)
}

// Deps are what an inventory works with.
type Deps struct {
	Accounts []*account.Account // those that Config.Accounts names
	Cache    Cache
	// Principals returns the ARNs of roles and users that an account's calls came
	// from, the most frequent first; nil returns none.
	Principals func(ctx context.Context, account string) ([]string, error)
	Log        *slog.Logger // nil is silent
}

// Inventory looks at accounts and knows what it saw. It is safe for concurrent
// use, and answers from the cache before its first look.
type Inventory struct {
	cfg  Config
	deps Deps

	looking sync.Mutex // one round at a time
	now     atomic.Pointer[Snapshot]
}

// Open reads the cache; cfg has been checked. It asks AWS nothing.
func Open(ctx context.Context, cfg Config, deps Deps) (*Inventory, error) {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	inv := &Inventory{cfg: cfg, deps: deps}
	return inv, inv.reload(ctx)
}

// Snapshot is what is known now.
func (inv *Inventory) Snapshot() *Snapshot { return inv.now.Load() }

func (inv *Inventory) reload(ctx context.Context) error {
	things, looks, err := inv.deps.Cache.Inventory(ctx)
	if err != nil {
		return err
	}
	snap, err := build(things, looks)
	if err != nil {
		return err
	}
	inv.now.Store(snap)
	return nil
}

// Run looks at once, and then every so often until ctx ends.
func (inv *Inventory) Run(ctx context.Context) error {
	tick := time.NewTicker(inv.cfg.Every.Std())
	defer tick.Stop()
	for {
		if err := inv.Refresh(ctx); err != nil && ctx.Err() == nil {
			inv.deps.Log.Warn("the inventory could not be kept", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// together is how many accounts and Regions are looked at at once.
const together = 4

// Refresh looks at everything once. What AWS refuses is noted at its part; only
// a cache that cannot be written is an error.
func (inv *Inventory) Refresh(ctx context.Context) error {
	inv.looking.Lock()
	defer inv.looking.Unlock()
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for _, a := range inv.deps.Accounts {
		regions := inv.cfg.Regions
		if len(regions) == 0 {
			regions = []string{a.Region()}
		}
		for i, region := range regions {
			group.Go(func() error { return inv.look(within, place{inv, a, "", region}, i == 0) })
		}
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return inv.reload(ctx)
}

// place is one account in one Region.
type place struct {
	inv     *Inventory
	account *account.Account
	id      string
	region  string
}

// look reads all parts of one place, those that an account has once too when it
// is the account's first.
func (inv *Inventory) look(ctx context.Context, p place, first bool) error {
	id, err := p.account.ID(ctx)
	if err != nil {
		return inv.unknown(ctx, p, err)
	}
	p.id = id
	for _, part := range parts {
		if part.once && !first {
			continue
		}
		if err := inv.part(ctx, p, part); err != nil {
			return err
		}
	}
	return nil
}

// unknown notes that an account cannot be reached at all.
func (inv *Inventory) unknown(ctx context.Context, p place, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l := state.Look{Region: p.region, Kind: KindAccount, Tried: time.Now().UTC().Truncate(time.Second)}
	l.Fault, l.Remedy = told(err)
	return inv.deps.Cache.Observe(ctx, l, nil)
}

// part looks at the things of one kind.
func (inv *Inventory) part(ctx context.Context, p place, part part) error {
	l := state.Look{Account: p.id, Region: p.region, Kind: part.kind, Tried: time.Now().UTC().Truncate(time.Second)}
	if part.once {
		l.Region = ""
	}
	items, err := part.read(ctx, p)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	l.Fault, l.Remedy = told(err)
	things := make([]state.Thing, 0, len(items))
	for _, it := range items {
		body, err := json.Marshal(it.body, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("keep %s %s: %w", part.kind, it.id, err)
		}
		things = append(things, state.Thing{ID: it.id, Body: body})
	}
	return inv.deps.Cache.Observe(ctx, l, things)
}

// told is a fault in words, and its remedy.
func told(err error) (fault, remedy string) {
	if err == nil {
		return "", ""
	}
	var f *source.Fault
	if errors.As(err, &f) {
		remedy = f.Remedy
	}
	return err.Error(), remedy
}

// item is one thing as it was read.
type item struct {
	id   string
	body any
}

// part is one kind of thing.
type part struct {
	kind string
	once bool // an account has it once, not in each Region
	read func(context.Context, place) ([]item, error)
}

// parts are read in this order; what attributes and prices calls comes first.
var parts = [...]part{
	{kind: KindLogging, read: logging},
	{kind: KindProfile, read: profiles},
	{kind: KindRole, once: true, read: principals},
	{kind: KindUser, read: users},
	{kind: KindModel, read: models},
	{kind: KindGuardrail, read: guardrails},
	{kind: KindThroughput, read: throughputs},
	{kind: KindQuota, read: quotas},
}
