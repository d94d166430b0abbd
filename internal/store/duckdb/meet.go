package duckdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seismo/internal/event"
	"seismo/internal/store"
)

// meeting is what a batch finds in the store: rows of the same requests.
type meeting struct {
	standing map[string]store.Standing // by id
	keys     map[uint64]bool
}

// meet reads what is stored of the requests of a batch. Only rows within a day
// can have to do with each other, so that only a part of the table is read; the
// same id has the same key.
func (s *Store) meet(ctx context.Context, events []event.Event) (meeting, error) {
	m := meeting{make(map[string]store.Standing, len(events)), make(map[uint64]bool)}
	if len(events) == 0 {
		return m, nil
	}
	keys := make([]uint64, len(events))
	var span timeSpan
	for i := range events {
		keys[i] = joinKey(&events[i])
		span.include(events[i].Time)
	}
	within := "true"
	if !span.timeless {
		span.timeless = true
		within = span.sql(store.Near)
	}
	tables := []string{"event_done"}
	if s.pending.Load() > 0 {
		tables = append(tables, "event_open")
	}
	for _, table := range tables {
		if err := s.meetIn(ctx, table, within, keys, m); err != nil {
			return m, fmt.Errorf("look for duplicates: %w", err)
		}
	}
	return m, nil
}

func (s *Store) meetIn(ctx context.Context, table, within string, keys []uint64, m meeting) error {
	rows, err := s.conn.QueryContext(ctx, `SELECT "#key", id, coalesce("body.input.state", ''),
		coalesce("body.output.state", ''), coalesce("origin.bucket", ''), coalesce("origin.key", ''), "origin.line",
		coalesce("origin.etag", ''), coalesce("origin.group", ''), coalesce("origin.stream", ''),
		coalesce("origin.event_id", '')
		FROM `+table+` WHERE "#key" IN (SELECT unnest(?::UBIGINT[])) AND (`+within+`)`, keys)
	if err != nil {
		return err
	}
	for rows.Next() {
		var key uint64
		var id string
		var e event.Event
		o := &e.Origin
		if err := rows.Scan(&key, &id, &e.Body.Input.State, &e.Body.Output.State, &o.Bucket, &o.Key, &o.Line,
			&o.ETag, &o.Group, &o.Stream, &o.EventID); err != nil {
			return errors.Join(err, rows.Close())
		}
		now := store.StandingOf(&e)
		if before, ok := m.standing[id]; ok {
			now = before.With(now)
		}
		m.standing[id] = now
		m.keys[key] = true
	}
	return errors.Join(rows.Err(), rows.Close())
}

// divide tells the rows that are alone with their request from those that meet
// others, in the store or in the batch.
func (m meeting) divide(jobs []job) (alone, meeting []*event.Event) {
	count := make(map[uint64]int, len(jobs))
	for i := range jobs {
		count[joinKey(jobs[i].event)]++
	}
	for i := range jobs {
		e := jobs[i].event
		if key := joinKey(e); count[key] > 1 || m.keys[key] {
			meeting = append(meeting, e)
		} else {
			alone = append(alone, e)
		}
	}
	return alone, meeting
}

// timeSpan is the time that some events cover.
type timeSpan struct {
	from, to time.Time
	timeless bool // some have no time
}

func (t *timeSpan) include(at time.Time) {
	switch {
	case at.IsZero():
		t.timeless = true
		return
	case t.from.IsZero():
		t.from, t.to = at, at
	case at.Before(t.from):
		t.from = at
	case at.After(t.to):
		t.to = at
	}
}

// sql is the condition that "time" lies in the span, widened on both sides.
func (t timeSpan) sql(by time.Duration) string {
	condition := "false"
	if !t.from.IsZero() {
		condition = fmt.Sprintf(`"time" BETWEEN %s AND %s`, timestamp(t.from.Add(-by)), timestamp(t.to.Add(by)))
	}
	if t.timeless {
		condition += ` OR "time" IS NULL`
	}
	return condition
}

// timestamp writes a time for SQL, to the microsecond.
func timestamp(t time.Time) string {
	return fmt.Sprintf("make_timestamp(%d)", t.UnixMicro())
}
