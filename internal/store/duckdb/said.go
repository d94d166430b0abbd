package duckdb

import (
	"context"
	"slices"

	"seismo/internal/event"
)

type sealedBlock struct {
	id     uint64
	owner  string
	sealed []byte
}

// sealed reads blocks that were not erased.
func (s *Store) sealed(ctx context.Context, ids []uint64) ([]sealedBlock, error) {
	rows, err := s.db.QueryContext(ctx,
		`SELECT id, owner, sealed FROM block WHERE id BETWEEN ? AND ? AND id IN (SELECT unnest(?::UBIGINT[]))
		AND sealed IS NOT NULL ORDER BY id, piece NULLS FIRST`, slices.Min(ids), slices.Max(ids), ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []sealedBlock
	for rows.Next() {
		var b sealedBlock
		if err := rows.Scan(&b.id, &b.owner, &b.sealed); err != nil {
			return nil, err
		}
		if last := len(out) - 1; last >= 0 && out[last].id == b.id {
			out[last].sealed = append(out[last].sealed, b.sealed...)
			continue
		}
		out = append(out, b)
	}
	return out, rows.Err()
}

// said tells for each event which of the words were said in it.
func (sc *scanner) said(ctx context.Context, events []event.Event) ([]uint64, error) {
	refs, err := sc.refs(ctx, events)
	if err != nil {
		return nil, err
	}
	var missing []uint64
	asked := make(map[uint64]bool)
	for _, list := range refs {
		for _, ref := range list {
			id := refBlock(ref)
			if sc.may[id] != 0 && !sc.open[id] && !asked[id] {
				asked[id] = true
				missing = append(missing, id)
			}
		}
	}
	if err := sc.look(ctx, missing); err != nil {
		return nil, err
	}
	said := make([]uint64, len(events))
	for i, list := range refs {
		for _, ref := range list {
			for leaf, hits := range sc.hits {
				if hits[ref] {
					said[i] |= 1 << leaf
				}
			}
		}
	}
	return said, nil
}

// refs reads which parts the events' documents point to.
func (sc *scanner) refs(ctx context.Context, events []event.Event) ([][]uint64, error) {
	at := make(map[string]int, len(events))
	ids := make([]string, len(events))
	var span timeSpan
	for i := range events {
		ids[i], at[events[i].ID] = events[i].ID, i
		span.include(events[i].Time)
	}
	out := make([][]uint64, len(events))
	rows, err := sc.store.db.QueryContext(ctx,
		`SELECT id, refs FROM doc WHERE id IN (SELECT unnest(?)) AND (`+span.sql(0)+`)`, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var refs any
		if err := rows.Scan(&id, &refs); err != nil {
			return nil, err
		}
		out[at[id]] = append(out[at[id]], numbers(refs)...)
	}
	return out, rows.Err()
}

// numbers is a list of numbers as the driver returns it.
func numbers(v any) []uint64 {
	list, _ := v.([]any)
	out := make([]uint64, 0, len(list))
	for _, item := range list {
		if n, ok := item.(uint64); ok {
			out = append(out, n)
		}
	}
	return out
}
