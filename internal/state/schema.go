package state

import (
	"context"
	"fmt"
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
		target TEXT NOT NULL,
		reason TEXT NOT NULL,
		chain  BLOB NOT NULL
	) STRICT;
	CREATE TABLE audit_head (
		one   INTEGER PRIMARY KEY CHECK (one = 1),
		seq   INTEGER NOT NULL,
		proof BLOB NOT NULL
	) STRICT;`,
}

// prepare checks the file and brings it up to date.
func (s *State) prepare(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	var app, version, tables int
	err = tx.QueryRowContext(ctx, `SELECT
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
	if version == len(migrations) {
		return nil
	}
	for i, change := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, change); err != nil {
			return fmt.Errorf("bring it to schema %d: %w", version+i+1, err)
		}
	}
	mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", application, len(migrations))
	if _, err := tx.ExecContext(ctx, mark); err != nil {
		return err
	}
	return tx.Commit()
}
