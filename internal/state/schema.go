package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// application marks a SQLite file as seismo's: the letters seis.
const application = 0x73656973

// migrations lead from one schema version to the next; the version is their
// number. A released one is never changed.
var migrations = [...]string{
	`CREATE TABLE data_keys (
		owner   TEXT PRIMARY KEY,
		wrapped BLOB NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE TABLE erased (
		owner TEXT PRIMARY KEY,
		time  TEXT NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE TABLE audit (
		seq    INTEGER PRIMARY KEY,
		time   TEXT NOT NULL,
		actor  TEXT NOT NULL,
		action TEXT NOT NULL,
		detail BLOB NOT NULL,
		chain  BLOB NOT NULL
	) STRICT;
	CREATE TABLE audit_head (
		one   INTEGER PRIMARY KEY CHECK (one = 1),
		seq   INTEGER NOT NULL,
		proof BLOB NOT NULL
	) STRICT;`,
	`CREATE TABLE facts (
		name  TEXT PRIMARY KEY,
		value TEXT NOT NULL
	) STRICT, WITHOUT ROWID;`,
	`CREATE TABLE inventory (
		account    TEXT NOT NULL,
		region     TEXT NOT NULL,
		kind       TEXT NOT NULL,
		id         TEXT NOT NULL,
		first_seen TEXT NOT NULL,
		last_seen  TEXT NOT NULL,
		body       TEXT NOT NULL,
		PRIMARY KEY (account, region, kind, id, first_seen)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE inventory_looks (
		account TEXT NOT NULL,
		region  TEXT NOT NULL,
		kind    TEXT NOT NULL,
		seen    TEXT NOT NULL,
		tried   TEXT NOT NULL,
		fault   TEXT NOT NULL,
		remedy  TEXT NOT NULL,
		PRIMARY KEY (account, region, kind)
	) STRICT, WITHOUT ROWID;`,
	`CREATE TABLE changes (
		seq     INTEGER PRIMARY KEY,
		scope   TEXT NOT NULL,
		setting TEXT NOT NULL,
		before  TEXT NOT NULL,
		after   TEXT NOT NULL,
		begun   TEXT NOT NULL,
		UNIQUE (scope, setting)
	) STRICT;`,
}

// prepare checks the file, and only then changes it.
func (s *State) prepare(ctx context.Context) error {
	if err := s.change(ctx, func(tx *sql.Tx) error { return inspect(ctx, tx) }); err != nil {
		return err
	}
	if err := s.logAhead(ctx); err != nil {
		return err
	}
	return s.change(ctx, func(tx *sql.Tx) error { return migrate(ctx, tx) })
}

// logAhead turns the write-ahead log on, which the file remembers. SQLite does
// not wait for its turn here, busy_timeout or not, so this does.
func (s *State) logAhead(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for {
		_, err := s.db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		var fault *sqlite.Error
		if !errors.As(err, &fault) || fault.Code()&0xff != sqlite3.SQLITE_BUSY {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-again.C:
		}
	}
}

// inspect makes sure that the file is whole, ours and not from the future.
func inspect(ctx context.Context, tx *sql.Tx) error {
	var app, version, tables int
	err := tx.QueryRowContext(ctx, `SELECT
		(SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_schema)`).Scan(&app, &version, &tables)
	switch {
	case err != nil:
		return err
	case app != application && (app != 0 || version != 0 || tables != 0):
		return ErrForeign
	case version > len(migrations):
		return fmt.Errorf("%w (its schema is %d, this version knows %d)", ErrNewer, version, len(migrations))
	}
	var verdict string
	if err := tx.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return nil
}

// migrate brings the schema up to date. It reads the version anew: another
// process may have been quicker.
func migrate(ctx context.Context, tx *sql.Tx) error {
	var version int
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
		return err
	}
	if version >= len(migrations) {
		return nil
	}
	for i, change := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, change); err != nil {
			return fmt.Errorf("bring it to schema %d: %w", version+i+1, err)
		}
	}
	mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(migrations))
	_, err := tx.ExecContext(ctx, mark)
	return err
}
