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

// divide tells the rows that are final from those that meet others and wait for
// a fold. Final are those that are alone with their request, and a call and its
// CloudTrail event that come in one batch, which is how most of them come.
func (m meeting) divide(jobs []job) (final, meeting []row) {
	same := make(map[uint64][]*event.Event, len(jobs))
	for i := range jobs {
		key := joinKey(jobs[i].event)
		same[key] = append(same[key], jobs[i].event)
	}
	taker := store.NewTaker()
	for i := range jobs {
		e := jobs[i].event
		group := same[joinKey(e)]
		switch {
		case m.keys[joinKey(e)] || len(group) > 2 || len(group) == 2 && !isPair(group):
			meeting = append(meeting, row{Event: e})
		case len(group) == 1:
			final = append(final, row{Event: e})
		case e == group[0]:
			final = append(final, pair(taker, group)...)
		}
	}
	return final, meeting
}

func isPair(two []*event.Event) bool {
	return store.Pair(two[0], two[1]) || store.Pair(two[1], two[0])
}

// pair joins a call with its CloudTrail event, as a fold would.
func pair(taker store.Taker, two []*event.Event) []row {
	call, trail := *two[0], two[1]
	if !store.Pair(&call, trail) {
		call, trail = *two[1], two[0]
	}
	took := taker.Take(&call, trail)
	return []row{{Event: &call, filled: took}, {Event: trail, hidden: true}}
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
