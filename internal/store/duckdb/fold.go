package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"seismo/internal/store"
)

// foldRows is how many rows wait at most in event_open. Rows of a transaction
// that is not committed lie in memory, some 2 KB each.
const foldRows = 8_000

// Fold merges the rows that came since the last time into event_done, by the
// identity rule of store.Merge. Reading does it too; an ingest that is done calls
// it so that the first reader need not wait.
func (s *Store) Fold(ctx context.Context) error {
	if s.cfg.ReadOnly {
		return nil
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return err
	}
	return s.fold(ctx)
}

// fold runs in slices of whole requests, each in a transaction of its own, so
// that memory stays bounded.
func (s *Store) fold(ctx context.Context) error {
	total := s.pending.Load()
	if total == 0 {
		return nil
	}
	slices := (total + foldRows - 1) / foldRows
	for i := range slices {
		f := folder{store: s, slice: fmt.Sprintf(`"#key" %% %d = %d`, slices, i)}
		if err := f.fold(ctx); err != nil {
			return fmt.Errorf("merge new rows: %w", name(err))
		}
	}
	s.pending.Store(0)
	return nil
}

type folder struct {
	store *Store
	slice string // which rows of event_open
	span  timeSpan
}

func (f *folder) fold(ctx context.Context) error {
	if err := f.store.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return errors.Join(err, f.store.abort(ctx))
	}
	err := f.merge(ctx)
	if err == nil {
		err = f.store.exec(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		return errors.Join(err, f.store.abort(ctx))
	}
	return nil
}

// merge writes one fold. Rows whose request is in no other row, nearly all, go
// over as they are. Of the others, those within a day of the slice are merged
// anew; rows up to a day further are read for that, but stay as they are.
func (f *folder) merge(ctx context.Context) error {
	if err := f.measure(ctx); err != nil {
		return err
	}
	if err := f.store.exec(ctx, f.keys()); err != nil {
		return err
	}
	var keys int64
	if err := f.store.conn.QueryRowContext(ctx, `SELECT count(*) FROM fold_key`).Scan(&keys); err != nil {
		return err
	}
	move := `INSERT INTO event_done SELECT * FROM event_open WHERE ` + f.slice
	if keys == 0 {
		return f.run(ctx, move, `DELETE FROM event_open WHERE `+f.slice)
	}
	if err := f.reach(ctx); err != nil {
		return err
	}
	if err := f.run(ctx, append([]string{move + ` AND NOT ` + touched}, f.tables()...)...); err != nil {
		return err
	}
	var twice bool
	if err := f.store.conn.QueryRowContext(ctx, `SELECT bool_or(n > 1) FROM fold_slim`).Scan(&twice); err != nil {
		return err
	}
	return f.run(ctx, f.insert(twice),
		`DELETE FROM event_done WHERE rowid IN (SELECT "row" FROM fold_old WHERE inner_row)`,
		`DELETE FROM event_open WHERE `+f.slice)
}

func (f *folder) run(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if err := f.store.exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// touched is the condition that a row is merged with others.
const touched = `"#key" IN (SELECT "#key" FROM fold_key)`

// reach finds out whether a row without a time is concerned, which ties together
// rows of any time.
func (f *folder) reach(ctx context.Context) error {
	if f.span.timeless {
		return nil
	}
	err := f.store.conn.QueryRowContext(ctx, `SELECT count(*) > 0 FROM event_done
		WHERE "time" IS NULL AND "#key" IN (SELECT "#key" FROM fold_key)`).Scan(&f.span.timeless)
	if err != nil || !f.span.timeless {
		return err
	}
	return f.store.exec(ctx, f.keys())
}

// measure finds what time the slice covers.
func (f *folder) measure(ctx context.Context) error {
	var from, to *time.Time
	var timeless int64
	err := f.store.conn.QueryRowContext(ctx, `SELECT min("time"), max("time"), count(*) FILTER ("time" IS NULL)
		FROM event_open WHERE `+f.slice).Scan(&from, &to, &timeless)
	if err != nil {
		return err
	}
	if from != nil {
		f.span.include(*from)
		f.span.include(*to)
	}
	f.span.timeless = timeless > 0
	return nil
}

// within is the condition that rows lie at most some days from the slice's time.
// Rows without a time are near to everything.
func (f *folder) within(days int) string {
	if f.span.timeless {
		return "true"
	}
	span := f.span
	span.timeless = true
	return span.sql(time.Duration(days) * store.Near)
}

// keys finds the requests of which there is more than one row.
func (f *folder) keys() string {
	return `CREATE OR REPLACE TEMP TABLE fold_key AS
		SELECT "#key" FROM event_open WHERE ` + f.slice + ` GROUP BY 1 HAVING count(*) > 1
		UNION SELECT "#key" FROM event_done WHERE (` + f.within(1) + `)
			AND "#key" IN (SELECT "#key" FROM event_open WHERE ` + f.slice + `)`
}

// tables are what insert reads beside the rows: which rows are merged anew, their
// identities, the first CloudTrail event of each call, and the calls that are not
// the first of their request.
func (f *folder) tables() []string {
	return []string{
		`CREATE OR REPLACE TEMP TABLE fold_old AS SELECT rowid AS "row", (` + f.within(1) + `) AS inner_row
			FROM event_done WHERE (` + f.within(2) + `) AND ` + touched,
		`CREATE OR REPLACE TEMP TABLE fold_slim AS
			SELECT id, count(*) AS n, any_value(kind) AS kind, any_value(account) AS account,
				any_value(region) AS region, any_value(request_id) AS request_id, any_value("#key") AS "#key",
				coalesce(epoch_us(any_value("time")), -9223372036854775807) AS moment,
				any_value("time") IS NULL AS timeless, any_value("#nanos") AS nanos
			FROM (SELECT id, kind, account, region, request_id, "#key", "time", "#nanos" FROM event_open
					WHERE ` + f.slice + ` AND ` + touched + `
				UNION ALL SELECT id, kind, account, region, request_id, "#key", "time", "#nanos" FROM event_done
					WHERE rowid IN (SELECT "row" FROM fold_old))
			GROUP BY id`,
		`CREATE OR REPLACE TEMP TABLE fold_pair AS
			SELECT c.id AS call_id, t.id AS trail_id FROM fold_slim c JOIN fold_slim t ON ` + sameRequest("c", "t") + `
				AND c.kind IS DISTINCT FROM 'trail' AND t.kind = 'trail'`,
		`CREATE OR REPLACE TEMP TABLE fold_first AS
			SELECT call_id, first(trail_id ORDER BY t.moment, t.nanos, t.id) AS trail_id
			FROM fold_pair p JOIN fold_slim t ON t.id = p.trail_id GROUP BY call_id`,
		`CREATE OR REPLACE TEMP TABLE fold_later AS
			SELECT DISTINCT c.id FROM fold_slim c JOIN fold_slim b ON ` + sameRequest("c", "b") + `
				AND c.kind IS DISTINCT FROM 'trail' AND b.kind IS DISTINCT FROM 'trail'
				AND (b.moment, b.nanos, b.id) < (c.moment, c.nanos, c.id)`,
	}
}

// sameRequest joins two rows of fold_slim that are of one request and near.
func sameRequest(a, b string) string {
	return fmt.Sprintf(`%[1]s."#key" = %[2]s."#key" AND %[1]s.request_id = %[2]s.request_id
		AND %[1]s.account IS NOT DISTINCT FROM %[2]s.account AND %[1]s.region IS NOT DISTINCT FROM %[2]s.region
		AND (%[1]s.timeless OR %[2]s.timeless OR abs(%[1]s.moment - %[2]s.moment) <= %[3]d)`,
		a, b, store.Near.Microseconds())
}

// insert writes the merged rows; twice says that there are ids with several
// records among them.
func (f *folder) insert(twice bool) string {
	raw := `SELECT ` + names() + `, "#key", "#nanos", true AS inner_row FROM event_open
			WHERE ` + f.slice + ` AND ` + touched + `
		UNION ALL SELECT ` + unfilled() + `, "#key", "#nanos", o.inner_row FROM event_done d
			JOIN fold_old o ON o."row" = d.rowid`
	merged := `merged AS (FROM raw)`
	if twice {
		merged = `merged AS (FROM raw WHERE id IN (SELECT id FROM fold_slim WHERE n = 1)
			UNION ALL SELECT ` + mergedColumns() + `, any_value("#key"), any_value("#nanos"), bool_or(inner_row)
				FROM raw WHERE id IN (SELECT id FROM fold_slim WHERE n > 1) GROUP BY id)`
	}
	var out, bits []string
	for _, c := range store.Columns() {
		switch bit := filledBit(c.Name); {
		case c.Name == "conflict":
			out = append(out, `CASE WHEN l.id IS NOT NULL THEN true END`)
		case bit >= 0:
			out = append(out, fmt.Sprintf(`coalesce(m.%[1]s, t.%[1]s)`, quote(c.Name)))
			bits = append(bits, fmt.Sprintf(`CASE WHEN m.%[1]s IS NULL AND t.%[1]s IS NOT NULL THEN %[2]d ELSE 0 END`,
				quote(c.Name), uint64(1)<<bit))
		default:
			out = append(out, "m."+quote(c.Name))
		}
	}
	return `INSERT INTO event_done WITH raw AS (` + raw + `), ` + merged + `,
			facts AS (SELECT ` + leastFacts() + ` FROM raw WHERE id IN (SELECT trail_id FROM fold_first) GROUP BY id)
		SELECT ` + strings.Join(out, ", ") + `, m."#key", m."#nanos", (` + strings.Join(bits, " + ") + `)::UBIGINT,
			m.kind = 'trail' AND m.id IN (SELECT trail_id FROM fold_pair)
		FROM merged m LEFT JOIN fold_first p ON p.call_id = m.id LEFT JOIN facts t ON t.id = p.trail_id
			LEFT JOIN fold_later l ON l.id = m.id
		WHERE m.inner_row`
}
