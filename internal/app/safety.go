package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
)

// Names of facts in the state, which outlives the database.
const (
	factMode     = "mode"     // of the database: what was metadata must never come back as full
	factBatch    = "batch"    // number of a batch that was committed: a log that ends before it was cut
	factSuspect  = "suspect"  // why the next start is to read all of the file
	factIncident = "incident" // the last Incident
)

// Incident is damage that was found and what was done.
type Incident struct {
	Time  time.Time `json:"time"`
	Why   string    `json:"why"`             // what the check found
	Moved []string  `json:"moved,omitempty"` // files as they are called now
	Fresh bool      `json:"fresh"`           // an empty database was begun
	Lost  uint64    `json:"lost,omitzero"`   // batches that were committed and are not there, when it is known
}

// String tells the incident in a sentence.
func (i Incident) String() string {
	switch {
	case i.Fresh:
		return "the database was damaged and moved aside; all is read again from where it came: " + i.Why
	case len(i.Moved) > 0:
		return "the end of the database's log was damaged and moved aside; what it held is read again from where it came: " + i.Why
	}
	return fmt.Sprintf("the last %d batches are not in the database any more, as after a restored backup or a damaged disk; they are read again from where they came", i.Lost)
}

// mostAside is how many damaged files may lie aside. A disk that damages one
// database after the other must not be filled with them.
const mostAside = 5

// guard makes sure that the database can be opened before it is. When it is
// damaged and the config says Heal, it is moved aside, so that a new one can begin;
// else the error says what to do. It is called with the lock held and the state
// open.
func (a *App) guard(ctx context.Context) (*Incident, error) {
	log := size(a.cfg.DB + ".wal")
	switch {
	case !there(a.cfg.DB) && log > 0:
		return a.orphaned(ctx)
	case !there(a.cfg.DB):
		return nil, a.begin(ctx)
	}
	suspect, err := a.state.Fact(ctx, factSuspect)
	if err != nil {
		return nil, err
	}
	if !a.cfg.Heal && log == 0 && suspect == "" {
		return nil, nil
	}
	p := a.prober()
	all := a.cfg.Heal && (suspect != "" || a.cfg.thorough)
	killed := a.cfg.Heal && log > 0
	v, err := p.examine(ctx, duckdb.Checking{Path: a.cfg.DB,
		Rows: all || killed && size(a.cfg.DB) < readRows, Blocks: all || killed && size(a.cfg.DB) < readBlocks})
	switch {
	case err != nil:
		return nil, err
	case v.State == whole:
		if all && suspect != "" {
			err = a.state.Remember(ctx, factSuspect, "")
		}
		if err != nil {
			return nil, err
		}
		return a.cut(ctx, v)
	case !v.bad():
		return nil, unusable(a.cfg, v)
	case !a.cfg.Heal:
		return nil, hintDamaged(a.cfg, fmt.Errorf("%w: %s", duckdb.ErrDamaged, v.Detail))
	}
	return a.heal(ctx, p, v)
}

// guardAgain is guard with all of the file read: something in it is damaged that
// a first look did not see.
func (a *App) guardAgain(ctx context.Context, why error) (*Incident, error) {
	if err := a.state.Remember(ctx, factSuspect, brief(why.Error())); err != nil {
		return nil, err
	}
	return a.guard(ctx)
}

// Up to these sizes all rows, and all that lies sealed, are read at a start after a
// kill or a power cut: that takes seconds. In larger files damage to a page is met
// by whoever reads it.
const (
	readRows   = 4 << 30
	readBlocks = 1 << 30
)

func (a *App) prober() prober {
	return prober{self: a.cfg.Self, memory: a.cfg.Memory}
}

// examine checks a file. A log that takes too much memory is put into the file
// with more.
func (p prober) examine(ctx context.Context, c duckdb.Checking) (v verdict, err error) {
	v.State = lockedBy
	for wait := newPatience(false); v.State == lockedBy && err == nil && wait.more(ctx); {
		v, err = p.probe(ctx, c)
	}
	if err != nil || ctx.Err() != nil || v.State != needy {
		return v, errors.Join(err, ctx.Err())
	}
	more := max(1<<30, 6*size(c.Path+".wal"))
	p.limit = more + 1<<30
	c.Settle, c.Memory = true, strconv.FormatInt(more>>20, 10)+"MB"
	return p.probe(ctx, c)
}

// begin prepares for a new database. It takes the mode of one that was here
// before, so that it keeps no more than was chosen.
func (a *App) begin(ctx context.Context) (err error) {
	if a.cfg.Mode == "" {
		mode, failed := a.state.Fact(ctx, factMode)
		a.cfg.Mode, err = store.Mode(mode), failed
	}
	return errors.Join(err, a.state.Remember(ctx, factBatch, ""))
}

// heal moves what is damaged aside: only the log where the file is whole without
// it, since the ledger knows what the log held as little as the rows do.
func (a *App) heal(ctx context.Context, p prober, v verdict) (*Incident, error) {
	if n := len(aside(a.cfg.DB)); n >= mostAside {
		return nil, &hinted{fmt.Errorf("the database is damaged again (%s), and %d damaged files lie beside it", v.Detail, n),
			"the disk may be failing; delete the files " + a.cfg.DB + ".corrupt-* once you need them no more"}
	}
	incident := &Incident{Time: time.Now().UTC(), Why: v.Detail}
	stamp := a.cfg.DB + ".corrupt-" + incident.Time.Format("20060102T150405.000Z")
	mode := v.Mode
	if size(a.cfg.DB+".wal") > 0 {
		if err := incident.move(a.cfg.DB+".wal", stamp+".wal"); err != nil {
			return nil, err
		}
		rest, err := p.probe(ctx, duckdb.Checking{Path: a.cfg.DB, Rows: true, Blocks: size(a.cfg.DB) < readBlocks})
		if err != nil {
			return nil, err
		}
		if rest.State == whole && rest.Version > 0 {
			incident.Lost = a.missing(ctx, rest)
			return incident, errors.Join(a.sameMode(ctx, rest.Mode), a.report(ctx, incident, rest.Batch))
		}
		mode = rest.Mode
	}
	if err := a.sameMode(ctx, mode); err != nil {
		return nil, err
	}
	incident.Fresh = true
	if err := incident.move(a.cfg.DB, stamp); err != nil {
		return nil, err
	}
	return incident, a.report(ctx, incident, 0)
}

// sameMode settles the mode of a database that begins anew, or lost what was
// written last. What the state remembers is newer than what the file says.
func (a *App) sameMode(ctx context.Context, found store.Mode) error {
	if a.cfg.Mode != "" {
		return nil
	}
	mode, err := a.state.Fact(ctx, factMode)
	if err != nil {
		return err
	}
	if a.cfg.Mode = store.Mode(mode); a.cfg.Mode == "" {
		a.cfg.Mode = found
	}
	if a.cfg.Mode == "" {
		return &hinted{errors.New("the database is damaged, and how much of what was said it kept is not known"),
			"say it once: --mode full, redacted or metadata"}
	}
	return nil
}

// orphaned moves a log aside whose database is gone: DuckDB would not know what to
// do with it.
func (a *App) orphaned(ctx context.Context) (*Incident, error) {
	if err := a.sameMode(ctx, ""); err != nil {
		return nil, err
	}
	incident := &Incident{Time: time.Now().UTC(), Why: "there was a log without its database", Fresh: true}
	stamp := a.cfg.DB + ".corrupt-" + incident.Time.Format("20060102T150405.000Z")
	if err := incident.move(a.cfg.DB+".wal", stamp+".wal"); err != nil {
		return nil, err
	}
	return incident, a.report(ctx, incident, 0)
}

// cut finds out whether batches are missing that are known to have been there. The
// log of a database may lose its end without being damaged.
func (a *App) cut(ctx context.Context, v verdict) (*Incident, error) {
	lost := a.missing(ctx, v)
	if lost == 0 {
		return nil, nil
	}
	incident := &Incident{Time: time.Now().UTC(), Why: "its log ends early", Lost: lost}
	return incident, errors.Join(a.sameMode(ctx, v.Mode), a.report(ctx, incident, v.Batch))
}

func (a *App) missing(ctx context.Context, v verdict) uint64 {
	fact, err := a.state.Fact(ctx, factBatch)
	if err != nil {
		return 0
	}
	known, err := strconv.ParseUint(fact, 10, 64)
	if err != nil || known <= v.Batch {
		return 0
	}
	return known - v.Batch
}

// report tells of an incident, and remembers it for the page and `db status`.
func (a *App) report(ctx context.Context, i *Incident, batch uint64) error {
	a.cfg.log().Error("the database was damaged", "what", i.String(), "moved", i.Moved, "lost_batches", i.Lost)
	text, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return errors.Join(a.state.Remember(ctx, factIncident, string(text)), a.state.Remember(ctx, factSuspect, ""),
		a.state.Remember(ctx, factBatch, strconv.FormatUint(batch, 10)))
}

func (i *Incident) move(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("move the damaged database aside: %w", err)
	}
	i.Moved = append(i.Moved, filepath.Base(to))
	return syncFolder(filepath.Dir(to))
}

func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_ = f.Sync() // not every file system can
	return nil
}

// opened remembers what a later start has to know. After damage it makes sure that
// nobody is back who was erased: the erasure may have been in what is lost.
func (a *App) opened(ctx context.Context) error {
	a.cfg.Mode = a.store.Mode()
	if a.incident != nil && !a.incident.Fresh {
		if err := a.store.EraseAgain(ctx); err != nil {
			return err
		}
	}
	former, err := a.state.Fact(ctx, factMode)
	if err != nil || former == string(a.cfg.Mode) {
		return err
	}
	return a.state.Remember(ctx, factMode, string(a.cfg.Mode))
}

// Mark remembers how far the database has come, so that a start notices when its
// log has lost its end.
func (a *App) Mark(ctx context.Context) error {
	batch := strconv.FormatUint(a.store.Batches(), 10)
	if batch == a.marked {
		return nil
	}
	if err := a.state.Remember(ctx, factBatch, batch); err != nil {
		return err
	}
	a.marked = batch
	return nil
}

// unusable is why a file that is not damaged cannot be opened.
func unusable(cfg Config, v verdict) error {
	switch v.State {
	case lockedBy:
		return &hinted{fmt.Errorf("%w: %s", duckdb.ErrLocked, v.Detail), "end what has " + cfg.DB + " open"}
	case newer:
		return &hinted{duckdb.ErrNewer, "use that version, or another database with --db"}
	}
	return fmt.Errorf("check the database: %s", v.Detail)
}

// hintDamaged adds to an error of opening what is to be done.
func hintDamaged(cfg Config, err error) error {
	if !errors.Is(err, duckdb.ErrDamaged) {
		return err
	}
	return &hinted{err, "`seismo serve` moves it aside and reads again; to do it now: seismo db recover --db " + cfg.DB}
}

// Aside are the names of damaged files that lie beside the database. They hold what
// it held then, names of people who were erased since among it.
func (a *App) Aside() []string { return aside(a.cfg.DB) }

// aside are the damaged files that lie beside a database.
func aside(db string) []string {
	entries, err := os.ReadDir(filepath.Dir(db))
	if err != nil {
		return nil
	}
	var list []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(db)+".corrupt-") {
			list = append(list, e.Name())
		}
	}
	return list
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
