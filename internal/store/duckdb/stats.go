package duckdb

import (
	"context"
	"fmt"
	"os"

	"seismo/internal/store"
)

// Stats counts what the store holds.
func (s *Store) Stats(ctx context.Context) (store.Stats, error) {
	var st store.Stats
	done, err := s.read(ctx)
	if err != nil {
		return st, err
	}
	defer done()
	err = s.db.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM event_done WHERE kind IS DISTINCT FROM 'trail'),
		(SELECT count(*) FROM event_done WHERE kind = 'trail'),
		(SELECT count(*) FROM quarantine_item), (SELECT count(*) FROM ledger_entry),
		(SELECT count(parts) FROM block), (SELECT coalesce(sum(parts), 0)::BIGINT FROM block),
		(SELECT coalesce(sum(bytes), 0)::BIGINT FROM doc), (SELECT coalesce(sum(text), 0)::BIGINT FROM block),
		(SELECT coalesce(sum(octet_length(sealed)), 0)::BIGINT FROM block)`).Scan(
		&st.Calls, &st.Trail, &st.Quarantined, &st.Objects, &st.Blocks, &st.Parts, &st.Received, &st.Kept, &st.Sealed)
	if err != nil {
		return st, fmt.Errorf("count: %w", err)
	}
	if info, err := os.Stat(s.cfg.Path); err == nil {
		st.File = info.Size()
	}
	return st, nil
}
