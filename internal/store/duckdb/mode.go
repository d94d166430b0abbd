package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"seismo/internal/store"
)

// Mode is how much of what was said the store keeps.
func (s *Store) Mode() store.Mode { return s.cfg.Mode }

// settleMode takes the mode that the file was last given when Open was given none,
// so that a forgotten flag never keeps more than was chosen, and else remembers the
// new one.
func (s *Store) settleMode(ctx context.Context) error {
	var last store.Mode
	err := s.conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'mode'`).Scan((*string)(&last))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read the mode: %w", err)
	}
	if s.cfg.Mode == "" {
		s.cfg.Mode = last
	}
	switch s.cfg.Mode {
	case "":
		s.cfg.Mode = store.Full
	case store.Full, store.Redacted, store.Metadata:
	default:
		return fmt.Errorf("no such mode: %q", s.cfg.Mode)
	}
	if s.cfg.Mode == store.Redacted && s.cfg.Mask == nil {
		return errors.New("redacted mode needs a mask")
	}
	if s.cfg.ReadOnly || s.cfg.Mode == last {
		return nil
	}
	remember := `UPDATE meta SET value = ? WHERE name = 'mode'`
	if last == "" {
		remember = `INSERT INTO meta (value, name) VALUES (?, 'mode')`
	}
	if err := s.exec(ctx, remember, string(s.cfg.Mode)); err != nil {
		return fmt.Errorf("remember the mode: %w", err)
	}
	return nil
}
