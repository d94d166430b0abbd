package duckdb

import (
	"context"
	"fmt"
)

// warm fills the cache of seen parts from the newest blocks.
func (s *Store) warm(ctx context.Context) error {
	rows, err := s.conn.QueryContext(ctx,
		`SELECT id, hashes FROM block WHERE hashes IS NOT NULL ORDER BY id DESC`)
	if err != nil {
		return fmt.Errorf("read what was seen: %w", err)
	}
	defer rows.Close()
	type entry struct {
		hash [hashSize]byte
		ref  uint64
	}
	var newest []entry
	for rows.Next() && len(newest) < seenParts {
		var id uint64
		var hashes []byte
		if err := rows.Scan(&id, &hashes); err != nil {
			return fmt.Errorf("read what was seen: %w", err)
		}
		for i := 0; i+hashSize <= len(hashes); i += hashSize {
			e := entry{ref: id<<ordinalBits | uint64(i/hashSize)}
			copy(e.hash[:], hashes[i:])
			if e.hash != [hashSize]byte{} {
				newest = append(newest, e)
			}
		}
	}
	for i := len(newest) - 1; i >= 0; i-- {
		s.blocks.seen.put(newest[i].hash, newest[i].ref)
	}
	return rows.Err()
}
