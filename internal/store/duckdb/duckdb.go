// Package duckdb keeps events in one DuckDB file: typed columns for what is
// counted and filtered, and beside them what was said, sealed in blocks.
//
// It is the only room that sees cgo. It never writes what was said, or what was
// quarantined, in plain text: not to the file, its log or its spill. It never
// reads or writes any other file, whatever SQL it is given.
package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"

	"seismo/internal/seal"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Errors of Open that callers branch on.
var (
	// ErrLocked says that another process has the file open.
	ErrLocked = errors.New("another process has this database open")
	// ErrDamaged says that the file or its log cannot be read.
	ErrDamaged = errors.New("the database or its log (.wal) is damaged")
	// ErrMemory says that reading the file or its log takes more memory than there is.
	ErrMemory = errors.New("the database needs more memory than it is given")
	// ErrNewer says that a later version of seismo wrote the file.
	ErrNewer = errors.New("a later version of seismo wrote this database")
)

// errOlder says that a writer has to bring the tables up to date.
var errOlder = errors.New("this database was made by an earlier version of seismo; open it for writing once")

// Config says where a store lies and how it keeps things.
type Config struct {
	Path     string              // of the file; "" keeps everything in memory
	Keyring  *seal.Keyring       // seals what was said
	Mode     store.Mode          // "" is the one that the file was last given, else store.Full
	Mask     func([]byte) []byte // store.Redacted: masks secrets and personal data; keeps JSON valid
	Memory   string              // DuckDB's memory limit; "" is 256MB
	Threads  int                 // 0 is 2
	ReadOnly bool                // opens nothing for writing, and lets others read beside
	Log      *slog.Logger        // nil logs nothing
}

// Store is an open database. All methods may be called from several goroutines;
// writing ones wait for each other.
type Store struct {
	cfg Config
	log *slog.Logger
	db  *sql.DB

	write   sync.Mutex // one writer
	conn    *sql.Conn  // the writer's
	closed  bool
	stuck   bool // open for reading until it can be written again
	again   bool // it was opened again after an error
	hangs   bool // it does not open any more in this process
	since   store.Since
	batch   uint64 // number of the last batch
	blocks  blockState
	damage  atomic.Pointer[error]
	pending atomic.Int64 // rows not yet folded
	exact   int64        // bytes of text that a search looks through at once
	values  values
	console chan struct{} // held by the one statement of a user that runs
	readers sync.RWMutex  // held for reading by queries, for writing by checkpoints
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Archive  = (*Store)(nil)
	_ store.Gallery  = (*Store)(nil)
	_ store.Series   = (*Store)(nil)
	_ store.Keeper   = (*Store)(nil)
	_ store.Counter  = (*Store)(nil)
	_ source.Journal = (*Store)(nil)
)

// Open opens or creates a database.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Keyring == nil {
		return nil, errors.New("open database: no keyring")
	}
	s := &Store{cfg: cfg, log: cfg.Log, blocks: newBlockState(), exact: exactText, console: make(chan struct{}, 1)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(ctx); err != nil {
		return nil, fmt.Errorf("open database %s: %w", cfg.Path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if !s.cfg.ReadOnly {
		if err := s.start(ctx); err != nil {
			return err
		}
		if err := s.finish(ctx); err != nil {
			return errors.Join(err, s.disconnect())
		}
		return nil
	}
	if _, err := os.Stat(s.cfg.Path); err != nil {
		return err
	}
	err := s.start(ctx)
	switch {
	case err == nil && s.pending.Load() > 0:
		if err := s.disconnect(); err != nil {
			return err
		}
	case !errors.Is(err, errOlder):
		return err
	}
	if err := s.settle(ctx); err != nil && !errors.Is(err, ErrLocked) {
		return err
	}
	return s.start(ctx)
}

// start connects and reads the store's state.
func (s *Store) start(ctx context.Context) error {
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.prepare(ctx); err != nil {
		return errors.Join(name(err), s.disconnect())
	}
	return nil
}

// settle does what a reader cannot: it merges what a killed process left over,
// and makes tables as this version knows them. When somebody else has the file
// open, what waits there is merged by whoever next has it alone.
func (s *Store) settle(ctx context.Context) error {
	cfg := s.cfg
	cfg.ReadOnly = false
	w, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	return w.Close()
}

// prepare makes the tables, or checks them when it can only read, and reads what
// the writer has to know.
func (s *Store) prepare(ctx context.Context) error {
	check := s.migrate
	if s.cfg.ReadOnly || s.stuck {
		check = s.current
	}
	if err := check(ctx); err != nil {
		return err
	}
	if err := s.settleMode(ctx); err != nil {
		return err
	}
	if err := s.recallSince(ctx); err != nil {
		return err
	}
	var pending int64
	row := s.conn.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM event_open),
		(SELECT coalesce(max(number), 0) FROM batch), (SELECT coalesce(max(id), 0) FROM block)`)
	if err := row.Scan(&pending, &s.batch, &s.blocks.last); err != nil {
		return fmt.Errorf("read the store's state: %w", err)
	}
	s.pending.Store(pending)
	if s.cfg.ReadOnly || s.stuck {
		return nil
	}
	return s.warm(ctx)
}

// Close folds what is new, writes the log into the file and closes it.
func (s *Store) Close() error {
	s.write.Lock()
	defer s.write.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var err error
	if !s.cfg.ReadOnly && !s.stuck && s.db != nil {
		ctx := context.Background()
		err = errors.Join(s.fold(ctx), s.checkpoint(ctx, true))
	}
	s.readers.Lock()
	defer s.readers.Unlock()
	return errors.Join(err, s.disconnect())
}

// writable opens the database anew when it could not be after an error. The caller
// holds the writer's lock.
func (s *Store) writable(ctx context.Context) error {
	switch {
	case s.cfg.ReadOnly:
		return errReadOnly
	case s.closed:
		return errClosed
	case s.db == nil || s.stuck:
		return s.reopen(ctx)
	}
	return nil
}
