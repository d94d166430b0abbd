// Package state keeps what cannot be read again from AWS: wrapped data keys, who
// was erased, and the audit log of every reading of what was said. It is one
// SQLite file beside the store; back it up.
//
// It never holds what was said, a person's name in a key's row, or an unwrapped
// key, and it never rebuilds or replaces a file that it cannot read.
package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite" // also registers the driver
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers branch on.
var (
	// ErrDamaged says that the file is no SQLite file, or that SQLite finds it broken.
	ErrDamaged = errors.New("the file is damaged; put a backup in its place")
	// ErrForeign says that the file is another program's database.
	ErrForeign = errors.New("the file is a database of another program")
	// ErrNewer says that a newer seismo wrote the file.
	ErrNewer = errors.New("a newer seismo wrote this file; use that version or a backup from before")
)

// busyTimeout is how long a change waits for other processes.
const busyTimeout = 10 * time.Second

// State is an open state file. It is safe for use by several goroutines, and
// beside other processes.
type State struct {
	db   *sql.DB
	held holder
}

// Open opens the file, and makes it when there is none; only its owner may read
// it. One that others may change is refused with ErrExposed. Older files are brought
// up to date in one transaction.
func Open(ctx context.Context, path string) (*State, error) {
	path, err := located(path)
	if err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("open the state file %s: %w", path, err)
	}
	// One connection: writes come in turn, and a checkpoint never waits for a
	// reader of this process.
	db.SetMaxOpenConns(1)
	s := &State{db: db, held: holder{lock: flock.New(path+".lock", flock.SetPermissions(0o600))}}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open the state file %s: %w", path, explain(err)), db.Close())
	}
	return s, nil
}

// Close closes the file. What was committed is kept whether or not it is called.
func (s *State) Close() error {
	if err := s.db.Close(); err != nil {
		return fmt.Errorf("close the state file: %w", err)
	}
	return nil
}

func dsn(path string) string {
	options := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"synchronous(FULL)", // a commit outlives a power loss
		"secure_delete(ON)", // what is deleted is overwritten
		"trusted_schema(OFF)",
		"cell_size_check(ON)",
	}}
	name := filepath.ToSlash(path)
	if strings.HasSuffix(filepath.VolumeName(path), ":") {
		name = "/" + name // C: would be read as the name of a host
	}
	return (&url.URL{Scheme: "file", Path: name, RawQuery: options.Encode()}).String()
}

// explain tells damage from other faults.
func explain(err error) error {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
