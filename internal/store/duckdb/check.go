package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"seismo/internal/store"
)

// Checking says what Check looks at.
type Checking struct {
	Path   string
	Memory string // DuckDB's memory limit; "" is as for a store
	Rows   bool   // reads every value of every table, but not what lies sealed in blocks
	Blocks bool   // reads that too
	// Settle opens the file for writing and puts its log into it, which takes
	// more memory than anything else where a log has grown very large.
	Settle bool
}

// Condition is what Check found in a file that is whole.
type Condition struct {
	Version int        `json:"version"`
	Mode    store.Mode `json:"mode,omitzero"`  // the file's, "" when it never had one
	Batch   uint64     `json:"batch,omitzero"` // number of the last batch
	Rows    int64      `json:"rows"`           // of all tables
}

// Check opens a database with its log, without changing either, and tells whether
// it can be read: ErrDamaged, ErrMemory, ErrNewer, ErrLocked, or an error of the
// system. It needs no keys and opens nothing that is sealed. It is meant to run in
// a process of its own, since a damaged file may end the process that opens it.
func Check(ctx context.Context, c Checking) (Condition, error) {
	var found Condition
	if _, err := os.Stat(c.Path); err != nil {
		return found, fmt.Errorf("check %s: %w", c.Path, err)
	}
	s := &Store{cfg: Config{Path: c.Path, Memory: c.Memory, ReadOnly: !c.Settle}}
	if err := s.connect(ctx); err != nil {
		return found, fmt.Errorf("check %s: %w", c.Path, err)
	}
	err := s.look(ctx, c, &found)
	if err == nil && c.Settle {
		err = s.exec(ctx, "CHECKPOINT")
	}
	if err = errors.Join(err, s.disconnect()); err != nil && !errors.Is(err, ErrNewer) {
		err = explain(err)
	}
	if err != nil {
		return found, fmt.Errorf("check %s: %w", c.Path, err)
	}
	return found, nil
}

func (s *Store) look(ctx context.Context, c Checking, found *Condition) error {
	there, err := s.columns(ctx)
	if err != nil {
		return err
	}
	if len(there["meta"]) > 0 && len(there["batch"]) > 0 { // else nothing was ever written
		if err := s.identify(ctx, found); err != nil {
			return err
		}
	}
	for _, t := range tables() {
		if len(there[t.name]) == 0 {
			continue
		}
		rows, err := s.readThrough(ctx, t, there[t.name], c)
		if err != nil {
			return fmt.Errorf("read %s: %w", t.name, err)
		}
		found.Rows += rows
	}
	return nil
}

func (s *Store) identify(ctx context.Context, found *Condition) (err error) {
	if found.Version, err = s.version(ctx); err != nil {
		return err
	}
	if found.Version > schemaVersion {
		return ErrNewer
	}
	mode, err := s.meta(ctx, "mode")
	if err != nil {
		return err
	}
	found.Mode = store.Mode(mode)
	err = s.conn.QueryRowContext(ctx, `SELECT coalesce(max(number), 0) FROM batch`).Scan(&found.Batch)
	if err != nil {
		return fmt.Errorf("read the last batch: %w", err)
	}
	return nil
}

// readThrough reads a table's values, each of which DuckDB checks against the sum
// of the page it lies on, and counts its rows.
func (s *Store) readThrough(ctx context.Context, t table, there map[string]bool, c Checking) (rows int64, err error) {
	var columns []string
	for _, declared := range t.columns {
		column := columnName(declared)
		sealed := column == "sealed"
		if there[column] && (c.Rows && !sealed || c.Blocks && sealed) {
			columns = append(columns, quote(column))
		}
	}
	if len(columns) == 0 {
		columns = []string{"1"}
	}
	var all sql.NullString
	err = s.conn.QueryRowContext(ctx, `SELECT count(*), bit_xor(hash(`+strings.Join(columns, ", ")+`))::VARCHAR FROM `+
		t.name).Scan(&rows, &all)
	return rows, err
}
