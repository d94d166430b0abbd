package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"seismo/internal/seal"
)

var _ seal.KeyStore = (*State)(nil)

// Get returns an owner's wrapped key, nil when there is none, seal.ErrErased when
// the owner was erased.
func (s *State) Get(ctx context.Context, owner string) ([]byte, error) {
	var wrapped []byte
	var erased bool
	err := s.db.QueryRowContext(ctx, `SELECT
		(SELECT wrapped FROM data_keys WHERE owner = ?1),
		EXISTS (SELECT 1 FROM erased WHERE owner = ?1)`, owner).Scan(&wrapped, &erased)
	if err != nil {
		return nil, fmt.Errorf("read a data key: %w", explain(err))
	}
	if erased {
		return nil, seal.ErrErased
	}
	return wrapped, nil
}

// Any returns one of the wrapped keys, whichever; nothing when there is none. It
// serves to tell whether a master key is the one of this file.
func (s *State) Any(ctx context.Context) (owner string, wrapped []byte, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT owner, wrapped FROM data_keys LIMIT 1`).Scan(&owner, &wrapped)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", nil, fmt.Errorf("read a data key: %w", explain(err))
	}
	return owner, wrapped, nil
}

// Put keeps an owner's first wrapped key, and returns the one that is kept.
func (s *State) Put(ctx context.Context, owner string, wrapped []byte) ([]byte, error) {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO data_keys (owner, wrapped)
			SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM erased WHERE owner = ?1)
			ON CONFLICT DO NOTHING`, owner, wrapped)
		if err != nil {
			return err
		}
		var kept []byte
		err = tx.QueryRowContext(ctx, `SELECT wrapped FROM data_keys WHERE owner = ?`, owner).Scan(&kept)
		if errors.Is(err, sql.ErrNoRows) {
			return seal.ErrErased
		}
		wrapped = kept
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keep a data key: %w", err)
	}
	return wrapped, nil
}

// errBusy says that another process holds on to the old pages.
var errBusy = errors.New("another process reads the file just now: try again, until then the write-ahead log may hold the key's old bytes")

// Delete removes an owner's key, also from the free space of the file and from
// the write-ahead log, and remembers the owner. Backups keep theirs.
func (s *State) Delete(ctx context.Context, owner string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM data_keys WHERE owner = ?`, owner); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO erased (owner, time) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			owner, stamp(time.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("delete a data key: %w", err)
	}
	var busy, frames, done int
	err = s.db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &done)
	if err == nil && busy != 0 {
		err = errBusy
	}
	if err != nil {
		return fmt.Errorf("overwrite a deleted data key: %w", explain(err))
	}
	return nil
}

// change runs a transaction.
func (s *State) change(ctx context.Context, run func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return explain(err)
	}
	if err := run(tx); err != nil {
		return errors.Join(explain(err), tx.Rollback())
	}
	return explain(tx.Commit())
}

// stamp writes a time as the tables keep it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
