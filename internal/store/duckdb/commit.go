package duckdb

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"time"

	driver "github.com/duckdb/duckdb-go/v2"

	"seismo/internal/event"
	"seismo/internal/store"
)

// writing is a batch on its way into the tables.
type writing struct {
	batch   *store.Batch
	receipt store.Receipt
	jobs    []job
	stage   *stage

	findings []event.Finding

	final, meeting []row
}

// commit writes a batch. A failed COMMIT may have committed all the same, so the
// batch's number is looked for before the failure is believed.
func (s *Store) commit(ctx context.Context, w *writing) error {
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return errors.Join(err, s.abort(ctx))
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

// reopen starts the database again in this process. When it cannot be written, as
// on a file system that became read-only, it is opened for reading, and the next
// batch tries again.
func (s *Store) reopen(ctx context.Context) error {
	s.readers.Lock()
	defer s.readers.Unlock()
	s.log.Warn("database is opened again after an error")
	_ = s.disconnect()
	s.stuck, s.again = false, true
	err := s.restart(ctx)
	if err == nil || s.cfg.ReadOnly || s.cfg.Path == "" || errors.Is(err, ErrStuck) {
		return err
	}
	s.stuck = true
	if s.restart(ctx) != nil {
		s.stuck = false
	}
	return name(err)
}

func (s *Store) restart(ctx context.Context) error {
	s.blocks = newBlockState()
	return s.start(ctx)
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
		func() error { return s.writeRows("event_done", w.final) },
		func() error { return s.writeRows("event_open", w.meeting) },
		func() error {
			return fill(s, "block", nil, pieces(w.stage.blocks), (*piece).row)
		},
		func() error { return fill(s, "doc", nil, withDocument(w.jobs), (*job).row) },
		func() error { return s.writeFindings(ctx, w.findings) },
		func() error { return s.writeLedger(ctx, store.Kept(w.batch.Objects)) },
		func() error { return s.writeCursors(ctx, store.Cursors(w.batch.Objects), now) },
		func() error { return s.writeTroubles(ctx, w.batch) },
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

// writeRows appends rows. Columns that none of them has are left to DuckDB,
// which is most of the columns most of the time.
func (s *Store) writeRows(table string, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	c := newCoder()
	c.narrow(rows)
	return fill(s, table, c.used(), rows, func(r *row) []any { return c.encode(*r) })
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

// pieceBytes is the most sealed bytes in one row. DuckDB rewrites a table 2,048
// rows at a time with all of their bytes in memory; a database with longer rows
// could not be written any more once so many of them are above the memory limit.
const pieceBytes = 32 << 10

// piece is one row of a block. The first has all there is to know of the block,
// the others have the rest of the sealed bytes.
type piece struct {
	*block
	number int
	bytes  []byte
}

func pieces(blocks []*block) []piece {
	var list []piece
	for _, b := range blocks {
		rest := b.sealed
		for number := 0; number == 0 || len(rest) > 0; number++ {
			n := min(len(rest), pieceBytes)
			list = append(list, piece{b, number, rest[:n]})
			rest = rest[n:]
		}
	}
	return list
}

func (p *piece) row() []any {
	if p.number > 0 {
		return []any{p.id, p.owner, nil, nil, nil, nil, p.bytes, uint32(p.number)}
	}
	return []any{p.id, p.owner, uint32(len(p.parts)), int64(p.text), p.hashes, p.filter, p.bytes, uint32(0)}
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
