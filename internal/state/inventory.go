package state

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Thing is one thing of an AWS account as it was between two looks: a profile, a
// guardrail, the logging configuration. A thing that changed is there once for
// each state that was seen; one that went away and came back, twice.
type Thing struct {
	Account string
	Region  string // "" of what an account has once
	Kind    string
	ID      string
	First   time.Time // when it was first seen so
	Last    time.Time // when it was last seen so
	Body    []byte    // JSON
}

// Look is the newest look at all things of one kind in one account and Region.
type Look struct {
	Account string
	Region  string
	Kind    string
	Seen    time.Time // last look that succeeded; zero when none has
	Tried   time.Time // last look
	Fault   string    // why it failed; "" when it did not
	Remedy  string
}

// historyKept is how long the state of a thing is kept after it was last seen.
const historyKept = 400 * 24 * time.Hour

// Observe keeps a look and, when it succeeded, what was seen: all things of its
// kind. Things that are as they were are only dated anew. It is one transaction.
func (s *State) Observe(ctx context.Context, look Look, things []Thing) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		before, err := lastLook(ctx, tx, look)
		if err != nil {
			return err
		}
		seen := before
		if look.Fault == "" {
			seen = stamp(look.Tried)
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO inventory_looks (account, region, kind, seen, tried, fault, remedy)
			VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET seen = excluded.seen, tried = excluded.tried, fault = excluded.fault, remedy = excluded.remedy`,
			look.Account, look.Region, look.Kind, seen, stamp(look.Tried), look.Fault, look.Remedy)
		if err != nil || look.Fault != "" {
			return err
		}
		for _, t := range things {
			if err := observe(ctx, tx, look, t, before); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM inventory WHERE account = ? AND region = ? AND kind = ? AND last_seen < ?`,
			look.Account, look.Region, look.Kind, stamp(look.Tried.Add(-historyKept)))
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the inventory: %w", err)
	}
	return nil
}

// lastLook is when the former look that succeeded was, "" when none has.
func lastLook(ctx context.Context, tx *sql.Tx, look Look) (string, error) {
	var seen string
	err := tx.QueryRowContext(ctx, `SELECT seen FROM inventory_looks WHERE account = ? AND region = ? AND kind = ?`,
		look.Account, look.Region, look.Kind).Scan(&seen)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return seen, err
}

// observe dates a thing anew when it was there at the former look as it is now,
// and else adds it.
func observe(ctx context.Context, tx *sql.Tx, look Look, t Thing, before string) error {
	done, err := tx.ExecContext(ctx, `UPDATE inventory SET last_seen = ?1
		WHERE account = ?2 AND region = ?3 AND kind = ?4 AND id = ?5 AND last_seen = ?6 AND body = ?7`,
		stamp(look.Tried), look.Account, look.Region, look.Kind, t.ID, before, string(t.Body))
	if err != nil {
		return err
	}
	if n, err := done.RowsAffected(); err != nil || n > 0 {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO inventory (account, region, kind, id, first_seen, last_seen, body)
		VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) ON CONFLICT DO UPDATE SET body = excluded.body`,
		look.Account, look.Region, look.Kind, t.ID, stamp(look.Tried), string(t.Body))
	return err
}

// Inventory returns all things, those of the past too, and the looks, each in
// the order of account, Region, kind and, of things, id and time.
func (s *State) Inventory(ctx context.Context) ([]Thing, []Look, error) {
	things, err := query(ctx, s, `SELECT account, region, kind, id, first_seen, last_seen, body FROM inventory
		ORDER BY account, region, kind, id, first_seen`, func(rows *sql.Rows) (t Thing, err error) {
		var first, last, body string
		err = rows.Scan(&t.Account, &t.Region, &t.Kind, &t.ID, &first, &last, &body)
		t.First, t.Last, t.Body = unstamp(first), unstamp(last), []byte(body)
		return t, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the inventory: %w", err)
	}
	looks, err := query(ctx, s, `SELECT account, region, kind, seen, tried, fault, remedy FROM inventory_looks
		ORDER BY account, region, kind`, func(rows *sql.Rows) (l Look, err error) {
		var seen, tried string
		err = rows.Scan(&l.Account, &l.Region, &l.Kind, &seen, &tried, &l.Fault, &l.Remedy)
		l.Seen, l.Tried = unstamp(seen), unstamp(tried)
		return l, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read the inventory: %w", err)
	}
	return things, looks, nil
}

// query reads all rows of a statement.
func query[T any](ctx context.Context, s *State, statement string, read func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := s.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, explain(err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, explain(err)
		}
		out = append(out, v)
	}
	return out, explain(rows.Err())
}

// unstamp reads what stamp wrote; anything else is the zero time.
func unstamp(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}
