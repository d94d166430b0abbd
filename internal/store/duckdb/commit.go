package duckdb

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	driver "github.com/duckdb/duckdb-go/v2"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/store"
)

// writing is a batch on its way into the tables.
type writing struct {
	batch   *store.Batch
	receipt store.Receipt
	jobs    []job
	stage   *stage

	alone, meeting []*event.Event
}

// commit writes a batch. A failed COMMIT may have committed all the same, so the
// batch's number is looked for before the failure is believed.
func (s *Store) commit(ctx context.Context, w *writing) error {
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := s.writeBatch(ctx, w); err != nil {
		return errors.Join(err, s.abort(ctx))
	}
	err := s.exec(context.WithoutCancel(ctx), "COMMIT")
	if err == nil || s.committed(ctx, s.batch+1) {
		return nil
	}
	return err
}

func (s *Store) exec(ctx context.Context, statement string, args ...any) error {
	if _, err := s.conn.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("%.40s: %w", statement, err)
	}
	return nil
}

// abort rolls back; when that fails the database is opened anew, since DuckDB
// refuses all work after some errors.
func (s *Store) abort(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if s.conn != nil && s.exec(ctx, "ROLLBACK") == nil && s.exec(ctx, "SELECT 1") == nil {
		return nil
	}
	return s.reopen(ctx)
}

// reopen starts the database again in this process.
func (s *Store) reopen(ctx context.Context) error {
	s.readers.Lock()
	defer s.readers.Unlock()
	s.log.Warn("database is opened again after an error")
	_ = s.disconnect()
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.blocks = newBlockState()
	return s.prepare(ctx)
}

// committed tells whether the batch of a number is in the database, once it is
// open again.
func (s *Store) committed(ctx context.Context, number uint64) bool {
	ctx = context.WithoutCancel(ctx)
	if s.reopen(ctx) != nil {
		return false
	}
	var n int
	err := s.conn.QueryRowContext(ctx, `SELECT count(*) FROM batch WHERE number = ?`, number).Scan(&n)
	s.batch = number - 1
	return err == nil && n > 0
}

func (s *Store) writeBatch(ctx context.Context, w *writing) error {
	now := time.Now().UTC()
	err := s.exec(ctx, `INSERT INTO batch VALUES (?, ?, ?, ?)`, s.batch+1, now, w.receipt.Stored, w.receipt.Duplicate)
	if err != nil {
		return err
	}
	steps := []func() error{
		func() error { return s.writeRows("event_done", w.alone) },
		func() error { return s.writeRows("event_open", w.meeting) },
		func() error {
			return fill(s, "block", nil, w.stage.blocks, func(b **block) []any { return (*b).row() })
		},
		func() error { return fill(s, "doc", nil, withDocument(w.jobs), (*job).row) },
		func() error { return s.writeLedger(ctx, w.batch.Objects) },
		func() error { return s.writeQuarantine(ctx, w.batch.Bad, now) },
		func() error { return s.resolve(ctx, w.batch.Resolved) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// writeRows appends events. Columns that none of them has are left to DuckDB,
// which is most of the columns most of the time.
func (s *Store) writeRows(table string, events []*event.Event) error {
	if len(events) == 0 {
		return nil
	}
	c := newCoder()
	c.narrow(events)
	return fill(s, table, c.used(), events, func(e **event.Event) []any { return c.encode(*e) })
}

// fill appends a row for each item to a table, to some of its columns or all.
func fill[T any](s *Store, table string, columns []string, items []T, row func(*T) []any) error {
	if len(items) == 0 {
		return nil
	}
	return s.conn.Raw(func(conn any) error {
		a, err := appender(conn.(sqldriver.Conn), table, columns)
		if err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
		var values []sqldriver.Value
		for i := range items {
			values = values[:0]
			for _, v := range row(&items[i]) {
				values = append(values, v)
			}
			if err := a.AppendRow(values...); err != nil {
				return errors.Join(fmt.Errorf("append to %s: %w", table, err), a.Close())
			}
		}
		if err := a.Close(); err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
		return nil
	})
}

func appender(conn sqldriver.Conn, table string, columns []string) (*driver.Appender, error) {
	if columns == nil {
		return driver.NewAppenderFromConn(conn, "", table)
	}
	return driver.NewAppenderWithColumns(conn, "", "", table, columns)
}

func (b *block) row() []any {
	return []any{b.id, b.owner, uint32(len(b.parts)), int64(b.text), b.hashes, b.filter, b.sealed}
}

func withDocument(jobs []job) []job {
	kept := make([]job, 0, len(jobs))
	for _, j := range jobs {
		if j.key != nil {
			kept = append(kept, j)
		}
	}
	return kept
}

func (j *job) row() []any {
	return []any{j.event.ID, moment(j.event.Time), uint8(store.Fullness(j.event)), store.OriginOrder(j.event),
		j.skeleton, j.refs, j.doc.Bytes}
}

// moment is a time for a column, NULL when there is none.
func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

func (s *Store) writeLedger(ctx context.Context, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	objects := make([]string, len(entries))
	for i := range entries {
		objects[i] = entries[i].ID
	}
	if err := s.exec(ctx, `DELETE FROM ledger_entry WHERE object IN (SELECT unnest(?))`, objects); err != nil {
		return err
	}
	return fill(s, "ledger_entry", nil, entries, func(e *store.Entry) []any {
		return []any{e.ID, text(e.Origin), e.Size, moment(e.Modified), e.Read, e.Stored, e.Duplicate,
			e.Skipped, e.Quarantined, text(e.Skips), moment(e.Done)}
	})
}

// text is a value as JSON.
func text(v any) string {
	raw, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return "{}"
	}
	return valid(string(raw))
}

func (s *Store) writeQuarantine(ctx context.Context, bad []decode.Item, now time.Time) error {
	if len(bad) == 0 {
		return nil
	}
	ids := make([]string, len(bad))
	for i := range bad {
		ids[i] = store.QuarantineID(&bad[i])
	}
	there, err := s.strings(ctx, `SELECT id FROM quarantine_item WHERE id IN (SELECT unnest(?))`, ids)
	if err != nil {
		return err
	}
	known := make(map[string]bool)
	for _, id := range there {
		known[id] = true
	}
	var fresh []quarantineRow
	for i := range bad {
		if !known[ids[i]] {
			known[ids[i]] = true
			fresh = append(fresh, quarantineRow{ids[i], &bad[i]})
		}
	}
	return fill(s, "quarantine_item", nil, fresh, func(q *quarantineRow) []any {
		return []any{q.id, now, q.Reason, q.Detail, text(q.Origin), q.SHA256, q.Size, s.sealBad(q.id, q.Raw)}
	})
}

type quarantineRow struct {
	id string
	*decode.Item
}

// sealBad seals the bytes of a bad item under the store's key: whose they are is
// unknown.
func (s *Store) sealBad(id string, raw []byte) any {
	if s.cfg.Mode == store.Metadata {
		return nil
	}
	if s.cfg.Mode == store.Redacted {
		raw = s.cfg.Mask(raw)
	}
	return s.cfg.Keyring.Store().Seal(nil, raw, badPlace(id))
}

func badPlace(id string) []byte { return []byte("quarantine " + id) }

func (s *Store) resolve(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.exec(ctx, `DELETE FROM quarantine_item WHERE id IN (SELECT unnest(?))`, ids)
}

// strings reads a column of text on the writer's connection.
func (s *Store) strings(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
