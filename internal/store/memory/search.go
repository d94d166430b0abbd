package memory

import (
	"context"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// Search returns events by their typed columns.
func (s *Store) Search(_ context.Context, q query.Query) (query.Page, error) {
	if err := q.Check(); err != nil {
		return query.Page{}, err
	}
	var after *store.Cursor
	if q.After != "" {
		c, err := store.ParseCursor(q.After)
		if err != nil {
			return query.Page{}, err
		}
		after = &c
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var page query.Page
	for i := range s.rows {
		row := &s.rows[i]
		if !q.Oldest {
			row = &s.rows[len(s.rows)-1-i]
		}
		switch {
		case row.Hidden, !within(row.Time, q.From, q.To), after != nil && !behind(row, *after, q.Oldest), !s.fits(q.Where, &row.Event):
		case len(page.Events) == q.Limit:
			page.Next = store.CursorAt(&page.Events[q.Limit-1]).String()
			return page, nil
		default:
			page.Events = append(page.Events, row.Event)
		}
	}
	return page, nil
}

func within(t, from, to time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || !t.IsZero() && t.Before(to))
}

func behind(row *store.Row, c store.Cursor, oldest bool) bool {
	order := store.Older(&row.Event, &event.Event{ID: c.ID, Time: c.Time})
	return oldest && order > 0 || !oldest && order < 0
}

// fits matches one event with what was said in it.
func (s *Store) fits(n query.Node, e *event.Event) bool {
	return query.Match(n, e, func() []string {
		var said []string
		for _, d := range s.documents[e.ID] {
			for _, p := range d.Parts {
				if text := p.Text(); text != "" {
					said = append(said, text)
				}
			}
		}
		return said
	})
}

// Aggregate computes numbers over events.
func (s *Store) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return query.Eval(a, func(yield func(*event.Event) bool) {
		for i := range s.rows {
			if !s.rows[i].Hidden && !yield(&s.rows[i].Event) {
				return
			}
		}
	}, s.fits)
}
