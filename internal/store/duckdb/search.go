package duckdb

import (
	"context"
	"errors"
	"fmt"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

const defaultLimit = 50

func (s *Store) searched(ctx context.Context, q query.Query) (query.Page, error) {
	if err := q.Check(); err != nil {
		return query.Page{}, err
	}
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	done, err := s.read(ctx)
	if err != nil {
		return query.Page{}, err
	}
	defer done()
	tree, leaves, err := plant(q.Where)
	if err != nil {
		return query.Page{}, err
	}
	texts, err := s.learn(ctx, q.Where)
	if err != nil {
		return query.Page{}, err
	}
	f := &finder{store: s, query: q, tree: tree, texts: texts, scan: newScanner(s, leaves), want: q.Limit + 1}
	if err := f.run(ctx); err != nil {
		return query.Page{}, fmt.Errorf("search: %w", err)
	}
	page := query.Page{Events: f.found}
	if len(page.Events) > q.Limit {
		page.Events = page.Events[:q.Limit]
		page.Next = store.CursorAt(&page.Events[q.Limit-1]).String()
	}
	return page, nil
}

// read makes the rows that came last visible and keeps the database open until
// done is called.
func (s *Store) read(ctx context.Context) (done func(), err error) {
	if s.pending.Load() > 0 {
		// While nothing can be written, the rows that wait to be merged are not shown.
		if err := s.Fold(ctx); err != nil && !errors.Is(err, store.ErrFull) {
			return nil, err
		}
	}
	s.readers.RLock()
	if s.db == nil {
		s.readers.RUnlock()
		return nil, errClosed
	}
	return s.readers.RUnlock, nil
}

// finder answers one query.
type finder struct {
	store *Store
	query query.Query
	tree  query.Node
	texts map[string][]string
	scan  *scanner
	want  int
	found []event.Event
}

func (f *finder) run(ctx context.Context) error {
	var at *store.Cursor
	if f.query.After != "" {
		c, err := store.ParseCursor(f.query.After)
		if err != nil {
			return err
		}
		at = &c
	}
	if err := f.scan.prepare(ctx, f.store.exact); err != nil {
		return err
	}
	if !f.scan.lazy() {
		events, err := f.page(ctx, at, f.want)
		f.found = events
		return err
	}
	return f.walk(ctx, at)
}

// page reads rows that may fit, in the query's order.
func (f *finder) page(ctx context.Context, after *store.Cursor, limit int) ([]event.Event, error) {
	st := statement{texts: f.texts}
	where := `NOT "#hidden" AND ` + st.between(f.query.From, f.query.To)
	if after != nil {
		where += " AND " + st.behind(*after, f.query.Oldest)
	}
	where += " AND " + st.where(superset(f.tree, f.scan), f.scan.condition(&st))
	by := order(f.query.Oldest)
	c := newCoder()
	text := `SELECT ` + c.selectList() + ` FROM event_done WHERE rowid IN
		(SELECT rowid FROM event_done WHERE ` + where + by + fmt.Sprintf(` LIMIT %d)`, limit) + by
	rows, err := f.store.db.QueryContext(ctx, text, st.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var events []event.Event
	for rows.Next() {
		e, err := c.decode(rows)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// walkRows is how many rows a walk looks at before it gives up: then the words are
// too rare for it, and looking through all blocks once is cheaper.
const walkRows = 4096

// walk goes through the rows that may fit, page by page, looks into what was
// said in them, and stops as soon as it has enough.
func (f *finder) walk(ctx context.Context, at *store.Cursor) error {
	size := 256
	for seen := 0; seen < walkRows; size *= 2 {
		events, err := f.page(ctx, at, size)
		if err != nil {
			return err
		}
		said, err := f.scan.said(ctx, events)
		if err != nil {
			return err
		}
		for i := range events {
			if query.Match(decide(f.tree, said[i]), &events[i], nil) {
				f.found = append(f.found, events[i])
				if len(f.found) == f.want {
					return nil
				}
			}
		}
		if len(events) < size {
			return nil
		}
		last := store.CursorAt(&events[len(events)-1])
		at = &last
		seen += size
	}
	if err := f.scan.finish(ctx); err != nil {
		return err
	}
	events, err := f.page(ctx, at, f.want-len(f.found))
	f.found = append(f.found, events...)
	return err
}
