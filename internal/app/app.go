package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/gofrs/flock"

	"seismo/internal/enrich"
	"seismo/internal/event"
	"seismo/internal/pipeline"
	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/source"
	"seismo/internal/state"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/web"
)

// App is an open database with everything around it. It is the one writer, and
// answers other processes' reading commands over a local socket while it lives.
//
//	source ─► pipeline (decode, normalize, enrich) ─► duckdb ◄─ keyring ◄─ state
//	                                                    ▲
//	                             page, API, socket ─────┘
type App struct {
	cfg     Config
	lock    *flock.Flock
	state   *state.State
	keys    *seal.Keyring
	auditor *state.Audit
	store   *duckdb.Store
	socket  *http.Server

	incident  *Incident // damage that was found when it was opened
	marked    string    // the last batch that the state knows of
	suspected bool      // damage that was met while running is reported

	collector *collector // nil: nothing is collected
	broken    chan error // why collecting cannot go on in this process
	observer  observer
	outgoing  outgoing
}

// Open takes the database for writing. It returns a *HeldError when another
// seismo has it.
func Open(ctx context.Context, cfg Config) (_ *App, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return nil, err
	}
	if err := cfg.checkMode(); err != nil {
		return nil, err
	}
	boundMemory()
	a := &App{cfg: cfg}
	defer func() {
		if err != nil {
			_ = a.Close()
		}
	}()
	if a.lock, err = hold(ctx, &cfg); err != nil {
		return nil, err
	}
	if err := a.open(ctx, false); err != nil {
		return nil, err
	}
	return a, a.listen()
}

// goMemory is about how much memory Go's own heap may take before it is
// collected more often. With the database's share, which has a limit of its own,
// an ingest stays well below 600 MiB.
const goMemory = 200 << 20

// boundMemory sets that limit, unless the user has set one. Most of what an ingest
// holds is a batch that is gone a moment later, so collecting early costs little.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(goMemory)
		debug.SetGCPercent(50)
	}
}

// open opens key, state and store, in this order: the key and the state can
// live without the store, which can be read again, but not the other way round.
func (a *App) open(ctx context.Context, readOnly bool) (err error) {
	if a.state, a.keys, err = openKeys(ctx, a.cfg); err != nil {
		return err
	}
	if a.auditor, err = a.state.Audit(ctx, a.keys.Store()); err != nil {
		return err
	}
	if err = a.recall(ctx); err != nil {
		return err
	}
	if readOnly {
		if err := a.openStore(ctx, true); err != nil {
			return err
		}
		return a.opened(ctx)
	}
	if a.incident, err = a.guard(ctx); err != nil {
		return err
	}
	err = a.openStore(ctx, false)
	if a.cfg.Heal && errors.Is(err, duckdb.ErrDamaged) { // the check did not come to where it is damaged
		if a.incident, err = a.guardAgain(ctx, err); err == nil {
			err = a.openStore(ctx, false)
		}
	}
	if err != nil {
		return err
	}
	return a.opened(ctx)
}

func (a *App) openStore(ctx context.Context, readOnly bool) (err error) {
	err = duckdb.ErrLocked
	for wait := newPatience(readOnly); errors.Is(err, duckdb.ErrLocked) && wait.more(ctx); {
		a.store, err = duckdb.Open(ctx, duckdb.Config{
			Path: a.cfg.DB, Keyring: a.keys, Mode: a.cfg.Mode, Mask: enrich.Mask,
			Memory: a.cfg.Memory, ReadOnly: readOnly, Log: a.cfg.log(),
		})
	}
	return hintDamaged(a.cfg, err)
}

// listen answers readers of this machine and user over the socket.
func (a *App) listen() error {
	path := socketPath(a.cfg.DB)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove a socket left behind: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return fmt.Errorf("open the local socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return errors.Join(fmt.Errorf("protect the local socket: %w", err), l.Close())
	}
	a.socket = web.Server(web.NewLocal(web.Config{Backend: a.Backend(), Version: a.cfg.Version, Log: a.cfg.log()}), a.cfg.log())
	server := a.socket
	go func() { _ = server.Serve(l) }()
	return nil
}

// Close gives the database back. It is safe to call twice.
func (a *App) Close() error {
	var errs []error
	if a.socket != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		errs = append(errs, a.socket.Shutdown(ctx))
		a.socket = nil
		if a.store != nil {
			errs = append(errs, a.Mark(ctx))
		}
	}
	if a.store != nil {
		errs = append(errs, a.store.Close())
		a.store = nil
	}
	if a.state != nil {
		errs = append(errs, a.state.Close())
		a.state = nil
	}
	if a.lock != nil {
		forget(a.lock)
		errs = append(errs, a.lock.Unlock())
		a.lock = nil
	}
	return errors.Join(errs...)
}

// Ingest reads a source to its end and folds what came.
func (a *App) Ingest(ctx context.Context, src source.Source, meter *pipeline.Meter) error {
	path, err := NewPath(a.cfg)
	if err != nil {
		return err
	}
	return a.ingest(ctx, path, src, meter)
}

// ingest closes path at the end.
func (a *App) ingest(ctx context.Context, path *Path, src source.Source, meter *pipeline.Meter) error {
	defer path.Close()
	err := pipeline.Once(ctx, path.config(ingestName, src), a.store, pipeline.Limits{}, meter)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(err, a.store.Fold(ctx))
}

// Erase makes everything that a person said unreadable.
func (a *App) Erase(ctx context.Context, person string, by web.Reader) (store.Erased, error) {
	if err := a.audit(ctx, by, person); err != nil {
		return store.Erased{}, err
	}
	return a.store.Erase(ctx, person)
}

// Backend is what the page, the API and the commands read from.
func (a *App) Backend() web.Backend {
	return web.Backend{Searcher: a.store, Call: a.call, SQL: a.sql,
		Quarantine: func(ctx context.Context, limit int) ([]store.Quarantined, error) {
			return a.store.Quarantine(ctx, limit, false)
		}, Status: a.status, Sources: a.sources, Coverage: a.measure, Inventory: a.holdings, Findings: a.store.Findings}
}

// mostRows is how many rows SQL gives when nobody says how many.
const mostRows = 10_000

func (a *App) sql(ctx context.Context, text string, limit int) (query.Table, error) {
	if limit <= 0 {
		limit = mostRows
	}
	return a.store.SQL(ctx, text, limit)
}

// call reads one event in full. It is written to the audit log first: a reading
// that cannot be written down does not happen.
func (a *App) call(ctx context.Context, id string, by web.Reader) (event.Event, event.Record, error) {
	if err := a.audit(ctx, by, id); err != nil {
		return event.Event{}, event.Record{}, err
	}
	row, record, err := a.store.Record(ctx, id)
	if err != nil {
		return row, record, err
	}
	return a.full(ctx, row, record), record, nil
}

func (a *App) audit(ctx context.Context, by web.Reader, target string) error {
	_, err := a.auditor.Append(ctx, state.Entry{Actor: by.Actor, Action: by.Action, Target: target, Reason: by.Reason})
	if err != nil {
		return fmt.Errorf("write to the audit log: %w", err)
	}
	return nil
}

var _ query.Searcher = (*duckdb.Store)(nil)
