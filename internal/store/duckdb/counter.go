package duckdb

import (
	"context"
	"database/sql"
	"fmt"

	"seismo/internal/store"
)

// TrailCounts counts CloudTrail events, those included that are shown as part of
// their call.
func (s *Store) TrailCounts(ctx context.Context, m store.TrailMatch) ([]store.TrailCount, error) {
	done, err := s.read(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	where, args := `kind = 'trail'`, []any{}
	if len(m.Names) > 0 {
		where, args = where+` AND "trail.name" IN (SELECT unnest(?))`, append(args, m.Names)
	}
	if !m.From.IsZero() {
		where, args = where+` AND "time" >= ?`, append(args, m.From.UTC())
	}
	if !m.To.IsZero() {
		where, args = where+` AND "time" < ?`, append(args, m.To.UTC())
	}
	rows, err := s.db.QueryContext(ctx, `SELECT coalesce(account, ''), coalesce(region, ''), date_trunc('hour', "time"),
		coalesce("trail.source", ''), coalesce("trail.name", ''), coalesce(endpoint, ''), coalesce(outcome, ''),
		count(*), count(*) FILTER ("#hidden")
		FROM event_done WHERE `+where+` GROUP BY ALL ORDER BY 1, 2, 3 NULLS FIRST, 4, 5, 6, 7`, args...)
	if err != nil {
		return nil, fmt.Errorf("count CloudTrail events: %w", err)
	}
	defer rows.Close()
	var list []store.TrailCount
	for rows.Next() {
		var c store.TrailCount
		var hour sql.NullTime
		if err := rows.Scan(&c.Account, &c.Region, &hour, &c.Source, &c.Name, &c.Endpoint, &c.Outcome, &c.Events, &c.Joined); err != nil {
			return nil, fmt.Errorf("count CloudTrail events: %w", err)
		}
		c.Hour = utc(hour)
		list = append(list, c)
	}
	return list, rows.Err()
}
