package duckdb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/zeebo/xxh3"

	"seismo/internal/store"
)

// pointRow is a point on its way into the table.
type pointRow struct {
	store.Point
	dims string
	key  uint64 // of what a later point replaces
}

// AppendPoints keeps points, in one transaction. A point of the same series and
// time replaces the former one. Periods are kept in whole seconds.
func (s *Store) AppendPoints(ctx context.Context, points []store.Point) error {
	if len(points) == 0 {
		return nil
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return err
	}
	points = slices.DeleteFunc(slices.Clone(points), func(p store.Point) bool { return !s.since.Row(p.Start) })
	if len(points) == 0 {
		return nil
	}
	if err := s.transact(ctx, func() error { return s.writePoints(ctx, distinct(points)) }); err != nil {
		return fmt.Errorf("store points: %w", name(err))
	}
	s.housekeep(ctx)
	return nil
}

// transact runs steps in one transaction, which may be run again when its COMMIT
// fails: nobody can tell then whether it was done.
func (s *Store) transact(ctx context.Context, steps func() error) error {
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return errors.Join(err, s.abort(ctx))
	}
	err := steps()
	if err == nil {
		err = s.exec(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		return errors.Join(err, s.abort(ctx))
	}
	return nil
}

// distinct are the points of which each is the last of its series and time.
func distinct(points []store.Point) []pointRow {
	var rows []pointRow
	at := make(map[uint64]int, len(points))
	for _, p := range points {
		r := pointRow{Point: p, dims: text(p.Dims)}
		if len(p.Dims) == 0 {
			r.dims = "{}"
		}
		r.key = r.hash()
		if i, twice := at[r.key]; twice {
			rows[i] = r
			continue
		}
		at[r.key] = len(rows)
		rows = append(rows, r)
	}
	return rows
}

func (r *pointRow) hash() uint64 {
	return xxh3.HashString(fmt.Sprintf("%q %q %q %q %q %q %d %d", r.Account, r.Region, r.Namespace, r.Metric,
		r.dims, r.Stat, r.Start.UnixMicro(), r.seconds()))
}

func (r *pointRow) seconds() int64 { return int64(r.Period / time.Second) }

func (s *Store) writePoints(ctx context.Context, rows []pointRow) error {
	keys := make([]uint64, len(rows))
	var span timeSpan
	for i := range rows {
		keys[i] = rows[i].key
		span.include(rows[i].Start)
	}
	span.timeless = false
	err := s.exec(ctx, `DELETE FROM series_point WHERE "#key" IN (SELECT unnest(?::UBIGINT[])) AND (`+
		strings.ReplaceAll(span.sql(0), `"time"`, `"start"`)+`)`, keys)
	if err != nil {
		return err
	}
	return fill(s, "series_point", nil, rows, func(r *pointRow) []any {
		return []any{valid(r.Account), valid(r.Region), valid(r.Namespace), valid(r.Metric), r.dims, valid(r.Stat),
			r.Start.UTC(), r.seconds(), r.Value, r.key}
	})
}

// Points returns the points that match, by time and then by series.
func (s *Store) Points(ctx context.Context, m store.PointMatch) ([]store.Point, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	where, args := matching(m)
	rows, err := s.db.QueryContext(ctx, `SELECT account, region, namespace, metric, dims, stat, "start", period, value
		FROM series_point WHERE `+where+` ORDER BY "start", account, region, namespace, metric, dims, stat, period`, args...)
	if err != nil {
		return nil, fmt.Errorf("read points: %w", err)
	}
	defer rows.Close()
	var list []store.Point
	for rows.Next() {
		var p store.Point
		var dims string
		var seconds int64
		err := rows.Scan(&p.Account, &p.Region, &p.Namespace, &p.Metric, &dims, &p.Stat, &p.Start, &seconds, &p.Value)
		if err == nil && dims != "{}" {
			err = json.Unmarshal([]byte(dims), &p.Dims)
		}
		if err != nil {
			return nil, fmt.Errorf("read points: %w", err)
		}
		p.Start, p.Period = p.Start.UTC(), time.Duration(seconds)*time.Second
		list = append(list, p)
	}
	return list, rows.Err()
}

func matching(m store.PointMatch) (where string, args []any) {
	conditions := []string{"true"}
	add := func(condition string, arg any) {
		conditions = append(conditions, condition)
		args = append(args, arg)
	}
	for _, c := range []struct{ column, want string }{
		{"account", m.Account}, {"region", m.Region}, {"namespace", m.Namespace}, {"metric", m.Metric},
	} {
		if c.want != "" {
			add(c.column+" = ?", c.want)
		}
	}
	if !m.From.IsZero() {
		add(`"start" >= ?`, m.From.UTC())
	}
	if !m.To.IsZero() {
		add(`"start" < ?`, m.To.UTC())
	}
	return strings.Join(conditions, " AND "), args
}
