package app

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/web"
)

// Condition is how a database is.
type Condition struct {
	DB       string     `json:"db"`
	Mode     store.Mode `json:"mode"`
	File     int64      `json:"file"`             // bytes of the database file
	Log      int64      `json:"log"`              // bytes of its log, which a checkpoint puts into the file
	Written  time.Time  `json:"written,omitzero"` // when the last checkpoint was
	Room     Room       `json:"room"`             // of the disk it lies on
	Holder   string     `json:"holder,omitzero"`  // the command that has it open for writing
	Calls    int64      `json:"calls"`
	Trail    int64      `json:"trail"`
	Bad      int64      `json:"quarantined"`
	Oldest   time.Time  `json:"oldest,omitzero"` // time of the oldest event
	Newest   time.Time  `json:"newest,omitzero"`
	Incident *Incident  `json:"incident,omitzero"`   // damage that was found last
	Suspect  string     `json:"suspect,omitzero"`    // damage that was met while running; the next start deals with it
	Aside    []string   `json:"aside,omitempty"`     // damaged files that lie beside it
	Unread   string     `json:"unreadable,omitzero"` // why the rows cannot be counted
}

// Describe tells how a database is. It works beside the process that has it.
func Describe(ctx context.Context, cfg Config) (c Condition, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return c, err
	}
	if !there(cfg.DB) && !there(cfg.DB+".wal") {
		return c, noDatabase(cfg)
	}
	c = Condition{DB: cfg.DB, File: size(cfg.DB), Log: size(cfg.DB + ".wal"), Aside: aside(cfg.DB)}
	if info, err := os.Stat(cfg.DB); err == nil {
		c.Written = info.ModTime().UTC()
	}
	if c.Room, err = roomAt(cfg.DB); err != nil {
		return c, err
	}
	if err := c.recall(ctx, cfg); err != nil {
		return c, err
	}
	return c, c.count(ctx, cfg)
}

// recall reads what the state knows.
func (c *Condition) recall(ctx context.Context, cfg Config) (err error) {
	s, _, err := openKeys(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	mode, err1 := s.Fact(ctx, factMode)
	suspect, err2 := s.Fact(ctx, factSuspect)
	incident, err3 := s.Fact(ctx, factIncident)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	c.Mode, c.Suspect = store.Mode(mode), suspect
	c.Incident = parseIncident(incident)
	return nil
}

func parseIncident(text string) *Incident {
	var i Incident
	if text == "" || json.Unmarshal([]byte(text), &i) != nil {
		return nil
	}
	return &i
}

// count asks whoever can open the database how much there is.
func (c *Condition) count(ctx context.Context, cfg Config) error {
	r, err := OpenReader(ctx, cfg)
	var st web.Status
	if err == nil {
		c.Holder = readHolder(cfg.lockFile()).Command
		st, err = r.Status(ctx)
		err = errors.Join(err, r.Close())
	}
	var held *HeldError
	switch {
	case errors.As(err, &held):
		c.Holder = held.By.Command
		c.Unread = err.Error()
	case errors.Is(err, duckdb.ErrDamaged), errors.Is(err, store.ErrFull), errors.Is(err, duckdb.ErrNewer):
		c.Unread = brief(err.Error())
	case err != nil:
		return err
	default:
		c.Mode, c.Calls, c.Trail, c.Bad, c.Oldest, c.Newest = st.Mode, st.Calls, st.Trail, st.Quarantined, st.Oldest, st.Newest
	}
	return nil
}

// Checked is what a check of a database found.
type Checked struct {
	DB     string `json:"db"`
	Whole  bool   `json:"whole"`
	Detail string `json:"detail,omitzero"` // what is wrong with it
	duckdb.Condition
}

// Check reads all of a database in a process of its own and changes nothing.
func Check(ctx context.Context, cfg Config) (c Checked, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return c, err
	}
	if !there(cfg.DB) {
		return c, noDatabase(cfg)
	}
	lock, err := hold(ctx, &cfg)
	if err != nil {
		return c, err
	}
	a := &App{cfg: cfg, lock: lock}
	defer func() { err = errors.Join(err, a.Close()) }()
	v, err := a.prober().probe(ctx, duckdb.Checking{Path: cfg.DB, Rows: true, Blocks: true})
	if err == nil && v.State != whole && !v.bad() {
		err = unusable(cfg, v)
	}
	return Checked{DB: cfg.DB, Whole: v.State == whole, Detail: v.Detail, Condition: v.Condition}, err
}

// Recover reads all of a database, moves it aside when it is damaged, and begins
// a new one in the same mode. It returns nil when nothing was damaged.
func Recover(ctx context.Context, cfg Config) (_ *Incident, err error) {
	if cfg, err = cfg.resolved(); err != nil {
		return nil, err
	}
	if err := cfg.checkMode(); err != nil {
		return nil, err
	}
	if !there(cfg.DB) && !there(cfg.DB+".wal") {
		return nil, noDatabase(cfg)
	}
	cfg.Heal, cfg.thorough = true, true
	a := &App{cfg: cfg}
	defer func() { err = errors.Join(err, a.Close()) }()
	if a.lock, err = hold(ctx, &cfg); err != nil {
		return nil, err
	}
	err = a.open(ctx, false)
	return a.incident, err
}
