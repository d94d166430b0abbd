package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/source"
	"seismo/internal/store"
)

// writeCursors puts down where places stand. They are few, and none is there
// twice, so that a place that has gone far takes no more room than a new one.
func (s *Store) writeCursors(ctx context.Context, cursors map[string]string, now time.Time) error {
	if len(cursors) == 0 {
		return nil
	}
	names := make([]string, 0, len(cursors))
	for name := range cursors {
		names = append(names, name)
	}
	slices.Sort(names)
	if err := s.exec(ctx, `DELETE FROM place_cursor WHERE name IN (SELECT unnest(?))`, names); err != nil {
		return err
	}
	return fill(s, "place_cursor", nil, names, func(name *string) []any {
		return []any{valid(*name), valid(cursors[*name]), now}
	})
}

// Cursor returns the value that was committed last, "" when there is none.
func (s *Store) Cursor(ctx context.Context, name string) (string, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return "", errClosed
	}
	var value string
	err := s.db.QueryRowContext(ctx, `SELECT value FROM place_cursor WHERE name = ?`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read cursor: %w", err)
	}
	return value, nil
}

// Done returns those of the objects that need no further reading.
func (s *Store) Done(ctx context.Context, ids []string) (map[string]bool, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	rows, err := s.db.QueryContext(ctx, `SELECT object FROM ledger_entry WHERE object IN (SELECT unnest(?))`, ids)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer rows.Close()
	done := make(map[string]bool, len(ids))
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		done[id] = true
	}
	return done, rows.Err()
}

// writeTroubles brings the table of what could not be read up to date with a
// batch.
func (s *Store) writeTroubles(ctx context.Context, b *store.Batch) error {
	ids := make([]string, 0, len(b.Troubles)+len(b.Objects))
	for i := range b.Troubles {
		ids = append(ids, b.Troubles[i].ID)
	}
	for i := range b.Objects {
		if b.Objects[i].ID != "" {
			ids = append(ids, b.Objects[i].ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := s.conn.QueryContext(ctx, `SELECT `+troubleColumns+` FROM trouble_item
		WHERE object IN (SELECT unnest(?))`, ids)
	if err != nil {
		return fmt.Errorf("read troubles: %w", err)
	}
	before, err := readTroubles(rows)
	if err != nil || len(before)+len(b.Troubles) == 0 {
		return err
	}
	known := make(map[store.TroubleKey]source.Trouble)
	for _, t := range before {
		known[store.TroubleKey{Object: t.ID, Source: t.Source}] = t
	}
	if err := s.exec(ctx, `DELETE FROM trouble_item WHERE object IN (SELECT unnest(?))`, ids); err != nil {
		return err
	}
	var kept []source.Trouble
	for _, t := range store.Worry(known, *b) {
		kept = append(kept, t)
	}
	return fill(s, "trouble_item", nil, kept, func(t *source.Trouble) []any {
		return []any{valid(t.ID), valid(t.Source), text(t.Origin), t.Size, moment(t.Modified), string(t.Fault),
			valid(t.Detail), int64(t.Attempts), moment(t.First), moment(t.Last), moment(t.Next)}
	})
}

const troubleColumns = `object, source, origin, size, modified, fault, detail, attempts, "first", "last", "next"`

func readTroubles(rows *sql.Rows) ([]source.Trouble, error) {
	defer rows.Close()
	var list []source.Trouble
	for rows.Next() {
		var t source.Trouble
		var origin string
		var modified, first, last, next sql.NullTime
		err := rows.Scan(&t.ID, &t.Source, &origin, &t.Size, &modified, (*string)(&t.Fault), &t.Detail, &t.Attempts,
			&first, &last, &next)
		if err == nil {
			err = json.Unmarshal([]byte(origin), &t.Origin)
		}
		if err != nil {
			return nil, fmt.Errorf("read troubles: %w", err)
		}
		t.Modified, t.First, t.Last, t.Next = utc(modified), utc(first), utc(last), utc(next)
		list = append(list, t)
	}
	return list, rows.Err()
}

// utc is a time of a column, zero when there is none.
func utc(t sql.NullTime) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return t.Time.UTC()
}

// Troubles returns the objects of a source, or of all when none is named, that
// could not be read yet: the one to be tried next first.
func (s *Store) Troubles(ctx context.Context, name string) ([]source.Trouble, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+troubleColumns+` FROM trouble_item
		WHERE source = $1 OR $1 = '' ORDER BY "next" NULLS FIRST, object, source`, name)
	if err != nil {
		return nil, fmt.Errorf("read troubles: %w", err)
	}
	return readTroubles(rows)
}

// FirstTroubles are the first of a source's Troubles, no more than most, and how
// many there are in all: a bucket that may not be read has as many as objects.
func (s *Store) FirstTroubles(ctx context.Context, name string, most int) (list []source.Trouble, all int64, err error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, 0, errClosed
	}
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM trouble_item WHERE source = $1 OR $1 = ''`, name).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("count troubles: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+troubleColumns+` FROM trouble_item
		WHERE source = $1 OR $1 = '' ORDER BY "next" NULLS FIRST, object, source LIMIT $2`, name, most)
	if err != nil {
		return nil, 0, fmt.Errorf("read troubles: %w", err)
	}
	list, err = readTroubles(rows)
	return list, max(all, int64(len(list))), err // some may have come in between
}
