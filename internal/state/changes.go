package state

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Change is one setting of an AWS account that seismo changed or is about to
// change. It is written before the change, so that a kill in between leaves a
// change that was not made and never one that nobody knows of.
type Change struct {
	Scope   string    // what it was done for, such as the logging of one Region
	Setting string    // what was changed, by a name that its room understands
	Before  string    // the setting as it was before anything was done; "" is absent
	After   string    // as it was last made, or was to be made; "" is absent
	Begun   time.Time // when it was last begun
}

// Begin keeps a change that is about to be made. A setting that was changed
// before keeps its oldest Before and its place in the order.
func (s *State) Begin(ctx context.Context, c Change) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO changes (scope, setting, before, after, begun) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (scope, setting) DO UPDATE SET after = excluded.after, begun = excluded.begun`,
			c.Scope, c.Setting, c.Before, c.After, stamp(c.Begun))
		return err
	})
	if err != nil {
		return fmt.Errorf("write down how to undo %s: %w", c.Setting, err)
	}
	return nil
}

// Forget drops a change that was put back.
func (s *State) Forget(ctx context.Context, scope, setting string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM changes WHERE scope = ? AND setting = ?`, scope, setting)
		return err
	})
	if err != nil {
		return fmt.Errorf("write down that %s is undone: %w", setting, err)
	}
	return nil
}

// Changes returns what was changed for a scope in the order in which it was first
// begun; "" is every scope.
func (s *State) Changes(ctx context.Context, scope string) ([]Change, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT scope, setting, before, after, begun FROM changes
		WHERE scope = ?1 OR ?1 = '' ORDER BY seq`, scope)
	if err != nil {
		return nil, fmt.Errorf("read what was changed: %w", explain(err))
	}
	defer rows.Close()
	var list []Change
	for rows.Next() {
		var c Change
		var begun string
		if err := rows.Scan(&c.Scope, &c.Setting, &c.Before, &c.After, &begun); err != nil {
			return nil, fmt.Errorf("read what was changed: %w", explain(err))
		}
		c.Begun = unstamp(begun)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what was changed: %w", explain(err))
	}
	return list, nil
}
