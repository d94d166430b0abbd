package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
	"seismo/internal/seal"
	"seismo/internal/store"
)

func (s *Store) rebuilt(ctx context.Context, id string) (event.Event, event.Record, error) {
	done, err := s.read(ctx)
	if err != nil {
		return event.Event{}, event.Record{}, err
	}
	defer done()
	e, err := s.event(ctx, id)
	if err != nil {
		return e, event.Record{}, err
	}
	r, err := s.record(ctx, &e)
	return e, r, err
}

// event finds one event by its id or a unique beginning of it.
func (s *Store) event(ctx context.Context, id string) (event.Event, error) {
	c := newCoder()
	where := "id = ?"
	if len(id) >= store.ShortestID {
		where = "starts_with(id, ?)"
	}
	rows, err := s.db.QueryContext(ctx, `SELECT `+c.selectList()+` FROM event_done WHERE `+where+
		` ORDER BY id LIMIT 2`, id)
	if err != nil {
		return event.Event{}, fmt.Errorf("find event: %w", err)
	}
	defer rows.Close()
	var found []event.Event
	for rows.Next() {
		e, err := c.decode(rows)
		if err != nil {
			return event.Event{}, fmt.Errorf("find event: %w", err)
		}
		if e.ID == id {
			return e, nil
		}
		found = append(found, e)
	}
	if err := rows.Err(); err != nil {
		return event.Event{}, fmt.Errorf("find event: %w", err)
	}
	if len(found) != 1 {
		return event.Event{}, store.ErrNotFound
	}
	return found[0], nil
}

// record rebuilds the fullest record of an event.
func (s *Store) record(ctx context.Context, e *event.Event) (event.Record, error) {
	var skeleton uint64
	var list any
	rows, err := s.db.QueryContext(ctx,
		`SELECT skeleton, refs FROM doc WHERE id = ? ORDER BY fullness DESC, origin LIMIT 1`, e.ID)
	if err != nil {
		return event.Record{}, fmt.Errorf("find record: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if !s.since.Body(e.Time) {
			return event.Record{}, errors.Join(rows.Err(), store.ErrExpired)
		}
		return event.Record{}, errors.Join(rows.Err(), store.NoRecord(e))
	}
	if err := rows.Scan(&skeleton, &list); err != nil {
		return event.Record{}, fmt.Errorf("find record: %w", err)
	}
	_ = rows.Close()
	refs := numbers(list)
	parts, err := s.parts(ctx, append([]uint64{skeleton}, refs...))
	if err != nil {
		return event.Record{}, err
	}
	r, err := store.Join(parts[skeleton], func(i int) ([]byte, error) {
		if i >= len(refs) {
			return nil, store.ErrSkeleton
		}
		return parts[refs[i]], nil
	})
	if err != nil {
		return r, fmt.Errorf("rebuild record: %w", err)
	}
	return r, nil
}

// parts opens the blocks of some refs and returns the refs' bytes.
func (s *Store) parts(ctx context.Context, refs []uint64) (map[uint64][]byte, error) {
	wanted := make(map[uint64][]uint64)
	for _, ref := range refs {
		wanted[refBlock(ref)] = append(wanted[refBlock(ref)], ref)
	}
	out := make(map[uint64][]byte, len(refs))
	for id, inside := range wanted {
		blocks, err := s.sealed(ctx, []uint64{id})
		if err != nil {
			return nil, fmt.Errorf("read block: %w", err)
		}
		if len(blocks) == 0 {
			return nil, store.ErrErased
		}
		parts, err := openBlock(ctx, s.cfg.Keyring, id, blocks[0].owner, blocks[0].sealed)
		if errors.Is(err, seal.ErrErased) {
			return nil, store.ErrErased
		}
		if err != nil {
			return nil, fmt.Errorf("read block: %w", err)
		}
		for _, ref := range inside {
			if refOrdinal(ref) >= len(parts) {
				return nil, errBlock
			}
			out[ref] = append([]byte{}, parts[refOrdinal(ref)].Bytes...)
		}
	}
	return out, nil
}

// Seen returns the ledger's entries of objects that are done.
func (s *Store) Seen(ctx context.Context, objects []string) (map[string]store.Entry, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	rows, err := s.db.QueryContext(ctx, `SELECT object, origin, size, modified, read, stored, duplicate, skipped,
		quarantined, skips, done FROM ledger_entry WHERE object IN (SELECT unnest(?))`, objects)
	if err != nil {
		return nil, fmt.Errorf("read ledger: %w", err)
	}
	defer rows.Close()
	seen := make(map[string]store.Entry)
	for rows.Next() {
		var e store.Entry
		var origin, skips string
		var modified, done sql.NullTime
		if err := rows.Scan(&e.ID, &origin, &e.Size, &modified, &e.Read, &e.Stored, &e.Duplicate, &e.Skipped,
			&e.Quarantined, &skips, &done); err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		err := errors.Join(json.Unmarshal([]byte(origin), &e.Origin), json.Unmarshal([]byte(skips), &e.Skips))
		if err != nil {
			return nil, fmt.Errorf("read ledger: %w", err)
		}
		e.Modified, e.Done = modified.Time.UTC(), done.Time.UTC()
		if !modified.Valid {
			e.Modified = modified.Time
		}
		seen[e.ID] = e
	}
	return seen, rows.Err()
}

// Quarantine lists bad items, newest first.
func (s *Store) Quarantine(ctx context.Context, limit int, withBytes bool) ([]store.Quarantined, error) {
	column := "NULL::BLOB"
	if withBytes {
		column = "sealed"
	}
	return s.quarantined(ctx, column, `ORDER BY "time" DESC, id LIMIT ?`, limit)
}

// QuarantinedItem returns one bad item with its bytes, or store.ErrNotFound.
func (s *Store) QuarantinedItem(ctx context.Context, id string) (store.Quarantined, error) {
	list, err := s.quarantined(ctx, "sealed", "WHERE id = ?", id)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("quarantined item %s: %w", id, store.ErrNotFound)
	}
	if err != nil {
		return store.Quarantined{}, err
	}
	return list[0], nil
}

func (s *Store) quarantined(ctx context.Context, bytes, which string, arg any) ([]store.Quarantined, error) {
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, errClosed
	}
	rows, err := s.db.QueryContext(ctx, `SELECT id, "time", reason, detail, origin, sha256, size, `+bytes+`
		FROM quarantine_item `+which, arg)
	if err != nil {
		return nil, fmt.Errorf("read quarantine: %w", err)
	}
	defer rows.Close()
	var list []store.Quarantined
	for rows.Next() {
		var q store.Quarantined
		var origin string
		var sealed []byte
		if err := rows.Scan(&q.ID, &q.Time, &q.Reason, &q.Detail, &origin, &q.SHA256, &q.Size, &sealed); err != nil {
			return nil, fmt.Errorf("read quarantine: %w", err)
		}
		q.Time = q.Time.UTC()
		if err := json.Unmarshal([]byte(origin), &q.Origin); err != nil {
			return nil, fmt.Errorf("read quarantine: %w", err)
		}
		if len(sealed) > 0 {
			if q.Bytes, err = s.cfg.Keyring.Store().Open(nil, sealed, badPlace(q.ID)); err != nil {
				return nil, fmt.Errorf("open quarantined bytes of %s: %w", q.ID, err)
			}
		}
		list = append(list, q)
	}
	return list, rows.Err()
}
