package duckdb

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/decode"
	"seismo/internal/store"
)

func (s *Store) writeLedger(ctx context.Context, entries []store.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	objects := make([]string, len(entries))
	for i := range entries {
		objects[i] = entries[i].ID
	}
	if err := s.exec(ctx, `DELETE FROM ledger_entry WHERE object IN (SELECT unnest(?))`, objects); err != nil {
		return err
	}
	return fill(s, "ledger_entry", nil, entries, func(e *store.Entry) []any {
		return []any{e.ID, text(e.Origin), e.Size, moment(e.Modified), e.Read, e.Stored, e.Duplicate,
			e.Skipped, e.Quarantined, text(e.Skips), moment(e.Done)}
	})
}

// text is a value as JSON.
func text(v any) string {
	raw, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return "{}"
	}
	return valid(string(raw))
}

func (s *Store) writeQuarantine(ctx context.Context, bad []decode.Item, now time.Time) error {
	if len(bad) == 0 {
		return nil
	}
	ids := make([]string, len(bad))
	for i := range bad {
		ids[i] = store.QuarantineID(&bad[i])
	}
	there, err := s.strings(ctx, `SELECT id FROM quarantine_item WHERE id IN (SELECT unnest(?))`, ids)
	if err != nil {
		return err
	}
	known := make(map[string]bool)
	for _, id := range there {
		known[id] = true
	}
	var fresh []quarantineRow
	for i := range bad {
		if !known[ids[i]] {
			known[ids[i]] = true
			fresh = append(fresh, quarantineRow{ids[i], &bad[i]})
		}
	}
	return fill(s, "quarantine_item", nil, fresh, func(q *quarantineRow) []any {
		return []any{q.id, now, q.Reason, q.Detail, text(q.Origin), q.SHA256, q.Size, s.sealBad(q.id, q.Raw)}
	})
}

type quarantineRow struct {
	id string
	*decode.Item
}

// sealBad seals the bytes of a bad item under the store's key: whose they are is
// unknown.
func (s *Store) sealBad(id string, raw []byte) any {
	if !s.cfg.Mode.KeepsBad() {
		return nil
	}
	return s.cfg.Keyring.Store().Seal(nil, raw, badPlace(id))
}

func badPlace(id string) []byte { return []byte("quarantine " + id) }

func (s *Store) resolve(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.exec(ctx, `DELETE FROM quarantine_item WHERE id IN (SELECT unnest(?))`, ids)
}

// strings reads a column of text on the writer's connection.
func (s *Store) strings(ctx context.Context, query string, args ...any) ([]string, error) {
	rows, err := s.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
