package duckdb

import (
	"context"
	"database/sql"
	"fmt"
)

// A block holds messages of many records, and a record those of many blocks. A
// block goes when no record that is kept needs any part of it. Finding out which
// takes a look at all records, during which batches are stored; what those need is
// looked at again before anything goes.

// sweep removes the blocks that no record needs, when records went since the last
// time. What is in a block beside a part that is needed stays sealed there.
func (s *Store) sweep(ctx context.Context) (int64, error) {
	idle, last, err := s.unneeded(ctx)
	if err != nil {
		return 0, err
	}
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return 0, err
	}
	var gone int64
	err = s.transact(ctx, func() error {
		const which = ` FROM block WHERE id IN (SELECT unnest($1::UBIGINT[]))
			AND id NOT IN (SELECT unnest(refs) >> $2 FROM doc WHERE skeleton >> $2 > $3)`
		row := s.conn.QueryRowContext(ctx, "SELECT count(parts)"+which, idle, ordinalBits, last)
		if err := row.Scan(&gone); err != nil {
			return err
		}
		if err := s.exec(ctx, "DELETE"+which, idle, ordinalBits, last); err != nil {
			return err
		}
		return s.setMeta(ctx, metaSweep, "")
	})
	if err != nil {
		return 0, name(err)
	}
	if gone > 0 {
		// The writer remembers where messages lie, and must not send the next ones
		// to blocks that are gone.
		s.blocks.seen = newSeenCache(seenParts)
		err = s.warm(ctx)
	}
	return gone, err
}

// unneeded are the blocks that no record needed when the last block was last.
func (s *Store) unneeded(ctx context.Context) (idle []uint64, last uint64, err error) {
	s.write.Lock()
	last = s.blocks.last
	s.write.Unlock()
	s.readers.RLock()
	defer s.readers.RUnlock()
	if s.db == nil {
		return nil, 0, errClosed
	}
	var pending sql.NullString
	err = s.db.QueryRowContext(ctx, `SELECT max(value) FROM meta WHERE name = ?`, metaSweep).Scan(&pending)
	if err != nil || pending.String == "" {
		return nil, last, err
	}
	rows, err := s.db.QueryContext(ctx, `SELECT id FROM block WHERE id <= $1 AND parts IS NOT NULL AND id NOT IN (
		SELECT DISTINCT unnest(refs) >> $2 FROM doc UNION SELECT DISTINCT skeleton >> $2 FROM doc)`, last, ordinalBits)
	if err != nil {
		return nil, last, fmt.Errorf("look for blocks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uint64
		if err := rows.Scan(&id); err != nil {
			return nil, last, fmt.Errorf("look for blocks: %w", err)
		}
		idle = append(idle, id)
	}
	return idle, last, rows.Err()
}
