package duckdb

import (
	"context"
	"errors"

	"seismo/internal/event"
	"seismo/internal/query"
)

// DuckDB looks at the sum of a page when it reads it, so that damage to a page that
// is seldom read is met by whoever reads it first, long after the start. What is met
// is an error, never a wrong answer, and is remembered for whoever watches the store.

// Search returns events by their typed columns.
func (s *Store) Search(ctx context.Context, q query.Query) (query.Page, error) {
	page, err := s.searched(ctx, q)
	return page, s.met(err)
}

// Aggregate computes numbers in DuckDB; words are looked up in the blocks first.
func (s *Store) Aggregate(ctx context.Context, a query.Aggregate) (query.Table, error) {
	table, err := s.aggregated(ctx, a)
	return table, s.met(err)
}

// Record rebuilds what an event was made of.
func (s *Store) Record(ctx context.Context, id string) (event.Event, event.Record, error) {
	e, r, err := s.rebuilt(ctx, id)
	return e, r, s.met(err)
}

// Damage is the first damage that was met since the store was opened, nil when
// there was none.
func (s *Store) Damage() error {
	if err := s.damage.Load(); err != nil {
		return *err
	}
	return nil
}

// met gives an error its name and remembers damage.
func (s *Store) met(err error) error {
	if err = name(err); errors.Is(err, ErrDamaged) {
		s.damage.CompareAndSwap(nil, &err)
	}
	return err
}
