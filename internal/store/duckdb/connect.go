package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	driver "github.com/duckdb/duckdb-go/v2"
)

func (s *Store) connect(ctx context.Context) error {
	connector, err := s.connector()
	if err != nil {
		return explain(err)
	}
	s.db = sql.OpenDB(connector)
	s.db.SetMaxOpenConns(8)
	s.conn, err = s.db.Conn(ctx)
	if err == nil {
		err = s.shut(ctx)
	}
	if err != nil {
		return errors.Join(explain(err), s.disconnect())
	}
	return nil
}

// ErrStuck says that the database does not open again in this process. Another
// process can open it.
var ErrStuck = errors.New("the database hangs while it is opened again; start seismo anew")

// patience is how long opening the database again may take. After an error in
// which a part of it stayed in memory, DuckDB waits for that part without end.
const patience = time.Minute

// connector opens the file. At a process's start it takes as long as it takes:
// the log may be long.
func (s *Store) connector() (*driver.Connector, error) {
	if !s.again {
		return driver.NewConnector(s.address(), nil)
	}
	if s.hangs {
		return nil, ErrStuck
	}
	type result struct {
		connector *driver.Connector
		err       error
	}
	done := make(chan result, 1)
	go func() {
		c, err := driver.NewConnector(s.address(), nil)
		done <- result{c, err}
	}()
	select {
	case r := <-done:
		return r.connector, r.err
	case <-time.After(patience):
		s.hangs = true
		return nil, ErrStuck
	}
}

// shut closes the way to other files and to the settings, for all SQL of the
// process. DuckDB exempts the file itself, its log and its spill, which must be
// named before.
func (s *Store) shut(ctx context.Context) error {
	settings := []string{"SET enable_external_access=false", "SET lock_configuration=true"}
	if s.cfg.Path != "" {
		path, err := filepath.Abs(s.cfg.Path)
		if err != nil {
			return fmt.Errorf("name the spill: %w", err)
		}
		spill := "SET temp_directory='" + strings.ReplaceAll(path+".tmp", "'", "''") + "'"
		settings = append([]string{spill}, settings...)
	}
	for _, set := range settings {
		if _, err := s.conn.ExecContext(ctx, set); err != nil {
			return fmt.Errorf("%s: %w", set, err)
		}
	}
	return nil
}

// address is the file's name with the settings that are pinned at the start.
func (s *Store) address() string {
	memory, threads := s.cfg.Memory, s.cfg.Threads
	if memory == "" {
		memory = defaultMemory
	}
	if threads == 0 {
		threads = 2
	}
	settings := url.Values{
		"memory_limit":              {memory},
		"threads":                   {strconv.Itoa(threads)},
		"checkpoint_threshold":      {"1TB"}, // our own schedule: see checkpoint
		"preserve_insertion_order":  {"false"},
		"allocator_flush_threshold": {"16MB"}, // give memory back sooner than by default
	}
	if s.cfg.ReadOnly || s.stuck {
		settings.Set("access_mode", "READ_ONLY")
	}
	path := s.cfg.Path
	if path != "" {
		path, _ = filepath.Abs(path)
	}
	return path + "?" + settings.Encode()
}

// defaultMemory is enough for a fold of foldRows rows beside a report. Rows that
// are not yet in the file cannot be spilled, which sets the lower end.
const defaultMemory = "192MB"

func (s *Store) disconnect() error {
	db, conn := s.db, s.conn
	s.db, s.conn = nil, nil
	if db == nil {
		return nil
	}
	if conn == nil {
		return db.Close()
	}
	return errors.Join(conn.Close(), db.Close())
}

// Limits of the log, in bytes: from the first on it is written into the file
// when nobody reads, from the second on readers have to wait. DuckDB reads the
// log into memory at a start, so it must stay below the memory limit.
const (
	logSoft = 24 << 20
	logHard = 80 << 20
)

// checkpoint writes the log into the file. After some errors, such as that of a
// disk that is full, DuckDB refuses all work, reading too, until it is opened anew;
// what was committed is still in the log.
func (s *Store) checkpoint(ctx context.Context, force bool) error {
	err := s.putLog(ctx, force)
	if err != nil && s.exec(ctx, "SELECT 1") != nil {
		err = errors.Join(err, s.reopen(context.WithoutCancel(ctx)))
	}
	return s.met(err)
}

// putLog never runs beside a query: DuckDB would have to keep both versions, and
// refuses under some conditions.
func (s *Store) putLog(ctx context.Context, force bool) error {
	size := int64(0)
	if info, err := os.Stat(s.cfg.Path + ".wal"); err == nil {
		size = info.Size()
	}
	switch {
	case size == 0 && !force, size < logSoft && !force:
		return nil
	case force, size >= logHard:
		s.readers.Lock()
	case !s.readers.TryLock():
		return nil
	}
	defer s.readers.Unlock()
	if _, err := s.conn.ExecContext(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("write the log into the database: %w", err)
	}
	return nil
}

// Checkpoint writes the log into the file; queries wait for it.
func (s *Store) Checkpoint(ctx context.Context) error {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return err
	}
	return s.checkpoint(ctx, true)
}

// Batches is the number of the last batch that was committed.
func (s *Store) Batches() uint64 {
	s.write.Lock()
	defer s.write.Unlock()
	return s.batch
}
