package duckdb

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"seismo/internal/store"
)

// What is old goes in short transactions, between which batches are stored. The
// first of them writes down from when on things are kept, so that nothing that is
// older comes in any more whatever happens to the others. The room is used again
// after the next checkpoint; the file itself gets smaller only at its end.

const (
	metaRows   = "rows since"
	metaBodies = "bodies since"
	metaSweep  = "sweep" // blocks may lie there that no record needs
)

// keptBatches is how many entries of the table of batches are kept. Only the last
// is ever looked for.
const keptBatches = 1000

// recallSince reads from when on things are kept.
func (s *Store) recallSince(ctx context.Context) error {
	for name, at := range map[string]*time.Time{metaRows: &s.since.Rows, metaBodies: &s.since.Bodies} {
		text, err := s.meta(ctx, name)
		if err != nil {
			return err
		}
		*at = time.Time{}
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
			*at = time.Unix(seconds, 0).UTC()
		}
	}
	return nil
}

// Retain removes what is old.
func (s *Store) Retain(ctx context.Context, r store.Retention) (store.Retained, error) {
	var gone store.Retained
	since := r.Since()
	if err := s.keepSince(ctx, since); err != nil {
		return gone, fmt.Errorf("retention: %w", err)
	}
	for _, step := range []struct {
		count *int64
		table string
		at    string
		until time.Time
		more  string
	}{
		{&gone.Records, "doc", `"time"`, since.Bodies, ""},
		{&gone.Events, "event_done", `"time"`, since.Rows, ""},
		{&gone.Objects, "ledger_entry", "done", since.Rows, " AND quarantined = 0"},
		{&gone.Quarantined, "quarantine_item", `"time"`, since.Rows, ""},
		{&gone.Findings, "finding", `"time"`, since.Rows, ""},
		{&gone.Points, "series_point", `"start"`, since.Rows, ""},
		{&gone.Troubles, "trouble_item", `"last"`, since.Rows, ""},
	} {
		n, err := s.expire(ctx, step.table, step.at, step.until, step.more)
		if *step.count = n; err != nil {
			return gone, fmt.Errorf("retention: %s: %w", step.table, err)
		}
	}
	var err error
	if gone.Blocks, err = s.sweep(ctx); err != nil {
		return gone, fmt.Errorf("retention: blocks: %w", err)
	}
	if gone != (store.Retained{}) {
		err = s.Checkpoint(ctx)
	}
	return gone, err
}

// keepSince writes down from when on things are kept, and lets no older ones in
// from then on. Rows that wait to be merged are merged first, so that they are seen.
func (s *Store) keepSince(ctx context.Context, since store.Since) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return err
	}
	if err := s.fold(ctx); err != nil {
		return err
	}
	err := s.transact(ctx, func() error {
		for name, at := range map[string]time.Time{metaRows: since.Rows, metaBodies: since.Bodies} {
			text := ""
			if !at.IsZero() {
				text = strconv.FormatInt(at.Unix(), 10)
			}
			if err := s.setMeta(ctx, name, text); err != nil {
				return err
			}
		}
		return s.exec(ctx, `DELETE FROM batch WHERE number + ? < (SELECT max(number) FROM batch)`, uint64(keptBatches))
	})
	if err != nil {
		return name(err)
	}
	s.since = since
	return nil
}

// expire removes the rows of a table that are older than a time, a day at a time.
func (s *Store) expire(ctx context.Context, table, at string, until time.Time, more string) (gone int64, err error) {
	if until.IsZero() {
		return 0, nil
	}
	for {
		n, done, err := s.expireDay(ctx, table, at, until, more)
		if gone += n; err != nil || done {
			return gone, err
		}
	}
}

func (s *Store) expireDay(ctx context.Context, table, at string, until time.Time, more string) (gone int64, done bool, err error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}
	if err := s.writable(ctx); err != nil {
		return 0, false, err
	}
	var first *time.Time
	err = s.conn.QueryRowContext(ctx, `SELECT min(`+at+`) FROM `+table+` WHERE `+at+` < ?`+more, until).Scan(&first)
	if err != nil || first == nil {
		return 0, true, err
	}
	end := first.UTC().Add(24 * time.Hour)
	if end.After(until) {
		end = until
	}
	err = s.transact(ctx, func() error {
		result, err := s.conn.ExecContext(ctx, `DELETE FROM `+table+` WHERE `+at+` < ?`+more, end)
		if err != nil {
			return err
		}
		if gone, err = result.RowsAffected(); err != nil || table != "doc" {
			return err
		}
		return s.setMeta(ctx, metaSweep, "pending")
	})
	if table == "event_done" {
		s.values.reset()
	}
	s.housekeep(ctx)
	return gone, !end.Before(until), name(err)
}
