package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	driver "github.com/duckdb/duckdb-go/v2"
)

// What DuckDB deletes or changes stays in pages of the file that are free until
// it writes over them. So after an erasure the file is written anew and takes the
// place of the old one by a rename: a kill leaves one or the other, complete. The
// transaction that erases leaves a mark in meta, which the new file does not have;
// whoever next opens a file with the mark for writing writes it anew.

const (
	rewriteMark   = `INSERT INTO meta (name, value) VALUES ('rewrite', 'pending')`
	rewriteMarked = `SELECT count(*) FROM meta WHERE name = 'rewrite'`
	rewriteDone   = `DELETE FROM fresh.meta WHERE name = 'rewrite'`
)

// finish writes the file anew when an erasure did not come to that. A failure,
// as of a disk that is full, leaves the mark for the next time.
func (s *Store) finish(ctx context.Context) error {
	var marks int
	if err := s.conn.QueryRowContext(ctx, rewriteMarked).Scan(&marks); err != nil {
		return fmt.Errorf("read the store's state: %w", err)
	}
	if marks == 0 {
		return nil
	}
	err := s.rewrite(ctx)
	if err != nil && s.db != nil {
		s.log.Warn("what was erased may still lie in free pages of the file", "error", err)
		return nil
	}
	return err
}

// rewrite writes the file anew and opens it again. The caller holds the writer's
// lock; readers wait.
func (s *Store) rewrite(ctx context.Context) error {
	if s.cfg.Path == "" {
		return nil
	}
	if err := s.checkpoint(ctx, true); err != nil {
		return err
	}
	s.readers.Lock()
	defer s.readers.Unlock()
	err := s.disconnect()
	if err == nil {
		err = s.replace(ctx)
	}
	if err != nil {
		err = fmt.Errorf("write the file anew: %w", err)
	}
	s.blocks = newBlockState()
	return errors.Join(err, s.start(context.WithoutCancel(ctx)))
}

// replace puts a fresh copy in the place of the file, which nobody has open.
func (s *Store) replace(ctx context.Context) error {
	path, err := filepath.Abs(s.cfg.Path)
	if err != nil {
		return err
	}
	fresh := path + ".new"
	if err := remove(fresh, fresh+".wal"); err != nil {
		return err
	}
	err = s.copyTo(ctx, path, fresh)
	if err == nil {
		err = absent(path+".wal", fresh+".wal")
	}
	if err == nil {
		err = adopt(fresh, path)
	}
	if err != nil {
		return errors.Join(err, remove(fresh, fresh+".wal"))
	}
	return nil
}

// copyTo copies all tables into a new file, in a DuckDB of its own: the store's
// may not open other files.
func (s *Store) copyTo(ctx context.Context, path, fresh string) (err error) {
	memory := s.cfg.Memory
	if memory == "" {
		memory = defaultMemory
	}
	settings := url.Values{"memory_limit": {memory}, "threads": {"1"}, "temp_directory": {path + ".tmp"}}
	connector, err := driver.NewConnector("?"+settings.Encode(), nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	for _, attach := range []string{"ATTACH " + literalSQL(path) + " AS old (READ_ONLY)", "ATTACH " + literalSQL(fresh) + " AS fresh"} {
		if _, err := db.ExecContext(ctx, attach); err != nil {
			return err
		}
	}
	rows, err := db.QueryContext(ctx, `SELECT table_name, bool_or(data_type = 'BLOB') FROM duckdb_columns()
		WHERE database_name = 'old' AND table_name IN (SELECT table_name FROM duckdb_tables()) GROUP BY 1`)
	if err != nil {
		return err
	}
	tables := make(map[string]int64)
	for rows.Next() {
		var name string
		var blobs bool
		if err := rows.Scan(&name, &blobs); err != nil {
			return errors.Join(err, rows.Close())
		}
		if tables[name] = foldRows; blobs {
			tables[name] = 64 // blocks of a megabyte at most
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for name, step := range tables {
		if err := copyTable(ctx, db, quote(name), step); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	for _, last := range []string{rewriteDone, "CHECKPOINT fresh", "DETACH fresh", "DETACH old"} {
		if _, err := db.ExecContext(ctx, last); err != nil {
			return err
		}
	}
	return nil
}

// copyTable copies some rows at a time, in their order, so that memory stays
// bounded and stretches of time stay together.
func copyTable(ctx context.Context, db *sql.DB, name string, step int64) error {
	if _, err := db.ExecContext(ctx, `CREATE TABLE fresh.`+name+` AS FROM old.`+name+` LIMIT 0`); err != nil {
		return err
	}
	var last int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(rowid), -1) FROM old.`+name).Scan(&last); err != nil {
		return err
	}
	for from := int64(0); from <= last; from += step {
		_, err := db.ExecContext(ctx, fmt.Sprintf(`INSERT INTO fresh.%[1]s SELECT * FROM old.%[1]s
			WHERE rowid BETWEEN %[2]d AND %[3]d`, name, from, from+step-1))
		if err != nil {
			return err
		}
	}
	return nil
}

func literalSQL(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// adopt renames a complete file over another, with the rights of that one.
func adopt(fresh, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if err := os.Chmod(fresh, info.Mode().Perm()); err != nil {
		return err
	}
	if err := flush(fresh, os.O_RDWR); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return err
	}
	if runtime.GOOS == "windows" { // which refuses to sync a folder, and writes its changes to a journal by itself
		return nil
	}
	return flush(filepath.Dir(path), os.O_RDONLY)
}

func flush(path string, how int) error {
	f, err := os.OpenFile(path, how, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func remove(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// absent refuses to go on beside a log that is not written into its file.
func absent(logs ...string) error {
	for _, path := range logs {
		if info, err := os.Stat(path); err == nil && info.Size() > 0 {
			return fmt.Errorf("%s is not empty", filepath.Base(path))
		}
	}
	return nil
}
