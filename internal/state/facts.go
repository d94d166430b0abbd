package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Fact returns what is remembered under a name, "" when there is nothing. Facts
// are what the program has to know of a store that it cannot open or that is gone,
// such as how much of what was said it kept; they are never content.
func (s *State) Fact(ctx context.Context, name string) (string, error) {
	var value string
	err := s.db.QueryRowContext(ctx, `SELECT value FROM facts WHERE name = ?`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read %s: %w", name, explain(err))
	}
	return value, nil
}

// Remember keeps a fact in the place of the former one; "" forgets it.
func (s *State) Remember(ctx context.Context, name, value string) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		if value == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM facts WHERE name = ?`, name)
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO facts (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
		return err
	})
	if err != nil {
		return fmt.Errorf("remember %s: %w", name, err)
	}
	return nil
}

// Facts returns what is remembered under all names that begin with prefix.
func (s *State) Facts(ctx context.Context, prefix string) (map[string]string, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, value FROM facts WHERE substr(name, 1, length(?1)) = ?1`, prefix)
	if err != nil {
		return nil, fmt.Errorf("read facts: %w", explain(err))
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return nil, fmt.Errorf("read facts: %w", explain(err))
		}
		found[name] = value
	}
	return found, explain(rows.Err())
}
