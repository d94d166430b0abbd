package duckdb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"seismo/internal/event"
	"seismo/internal/store"
)

// schemaVersion grows when a change is more than a new column.
const schemaVersion = 1

// quote writes a name for SQL.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// sqlType is how a field's type is stored. Free JSON is text, so that its numbers
// keep every digit; of a time the nanoseconds below a microsecond lie in #nanos.
func sqlType(t event.Type) string {
	switch t {
	case event.Integer:
		return "BIGINT"
	case event.Decimal:
		return "DOUBLE"
	case event.Boolean:
		return "BOOLEAN"
	case event.Instant:
		return "TIMESTAMP"
	case event.List:
		return "VARCHAR[]"
	}
	return "VARCHAR"
}

// The columns that the store adds to the vocabulary's.
//
//	#key     what joins a call to its CloudTrail event: hash of account, Region, request id
//	#nanos   nanoseconds of the time below its microsecond
//	#filled  which fields a call took over from its CloudTrail event, as bits
//	#hidden  a CloudTrail event that is shown as part of its call
const ownColumns = `"#key" UBIGINT, "#nanos" USMALLINT, "#filled" UBIGINT, "#hidden" BOOLEAN`

// DDL is the SQL that makes the store's tables and views, made from the field
// table.
func DDL() []string {
	var typed []string
	for _, c := range store.Columns() {
		typed = append(typed, quote(c.Name)+" "+sqlType(c.Type))
	}
	row := strings.Join(typed, ", ") + ", " + ownColumns
	return append([]string{
		`CREATE TABLE IF NOT EXISTS meta (name VARCHAR, value VARCHAR)`,
		`CREATE TABLE IF NOT EXISTS batch (number UBIGINT, written TIMESTAMP, events BIGINT, duplicates BIGINT)`,
		`CREATE TABLE IF NOT EXISTS event_open (` + row + `)`,
		`CREATE TABLE IF NOT EXISTS event_done (` + row + `)`,
		`CREATE TABLE IF NOT EXISTS doc (id VARCHAR, "time" TIMESTAMP, fullness UTINYINT, origin VARCHAR,
			skeleton UBIGINT, refs UBIGINT[], bytes BIGINT)`,
		`CREATE TABLE IF NOT EXISTS block (id UBIGINT, owner VARCHAR, parts UINTEGER, text BIGINT,
			hashes BLOB, filter BLOB, sealed BLOB)`,
		`CREATE TABLE IF NOT EXISTS ledger_entry (object VARCHAR, origin VARCHAR, size BIGINT, modified TIMESTAMP,
			read BIGINT, stored BIGINT, duplicate BIGINT, skipped BIGINT, quarantined BIGINT,
			skips VARCHAR, done TIMESTAMP)`,
		`CREATE TABLE IF NOT EXISTS quarantine_item (id VARCHAR, "time" TIMESTAMP, reason VARCHAR, detail VARCHAR,
			origin VARCHAR, sha256 VARCHAR, size BIGINT, sealed BLOB)`,
		`CREATE TABLE IF NOT EXISTS finding (id VARCHAR, "time" TIMESTAMP, rule VARCHAR, severity VARCHAR,
			title VARCHAR, event_ids VARCHAR[])`,
	}, views()...)
}

// views are what SQL of users sees.
func views() []string {
	return []string{
		`CREATE OR REPLACE VIEW calls AS SELECT ` + names() + ` FROM event_done WHERE kind = 'call'`,
		`CREATE OR REPLACE VIEW trail AS SELECT ` + names() + ` FROM event_done WHERE kind = 'trail'`,
		`CREATE OR REPLACE VIEW findings AS SELECT * FROM finding`,
		`CREATE OR REPLACE VIEW quarantine AS SELECT id, "time", reason, detail, origin, sha256, size FROM quarantine_item`,
		`CREATE OR REPLACE VIEW ledger AS SELECT * FROM ledger_entry`,
	}
}

// names lists the vocabulary's columns.
func names() string {
	var list []string
	for _, c := range store.Columns() {
		list = append(list, quote(c.Name))
	}
	return strings.Join(list, ", ")
}

// migrate makes what is missing: all of it in a new file, columns of newer
// fields in an older one.
func (s *Store) migrate(ctx context.Context) error {
	for _, statement := range DDL() {
		if strings.HasPrefix(statement, "CREATE OR REPLACE VIEW") {
			if err := s.widen(ctx); err != nil {
				return err
			}
		}
		if _, err := s.conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("make tables: %w", err)
		}
	}
	version, err := s.version(ctx)
	switch {
	case err != nil:
		return err
	case version > schemaVersion:
		return ErrNewer
	case version < schemaVersion:
		_, err = s.conn.ExecContext(ctx, fmt.Sprintf(`INSERT INTO meta VALUES ('version', '%d')`, schemaVersion))
	}
	return err
}

func (s *Store) version(ctx context.Context) (version int, err error) {
	err = s.conn.QueryRowContext(ctx,
		`SELECT coalesce(max(value::INTEGER), 0) FROM meta WHERE name = 'version'`).Scan(&version)
	if err != nil {
		return 0, fmt.Errorf("read the version: %w", err)
	}
	return version, nil
}

// current tells whether all tables are as this version makes them; errOlder
// says that they are not.
func (s *Store) current(ctx context.Context) error {
	if there, err := s.columnsOf(ctx, "meta"); err != nil || len(there) == 0 {
		return errors.Join(err, errOlder)
	}
	switch version, err := s.version(ctx); {
	case err != nil:
		return err
	case version > schemaVersion:
		return ErrNewer
	case version < schemaVersion:
		return errOlder
	}
	for _, table := range []string{"event_open", "event_done"} {
		there, err := s.columnsOf(ctx, table)
		if err != nil {
			return err
		}
		for _, c := range store.Columns() {
			if !there[c.Name] {
				return errOlder
			}
		}
	}
	return nil
}

// widen adds columns for fields that are newer than the file.
func (s *Store) widen(ctx context.Context) error {
	for _, table := range []string{"event_open", "event_done"} {
		there, err := s.columnsOf(ctx, table)
		if err != nil {
			return err
		}
		for _, c := range store.Columns() {
			if there[c.Name] {
				continue
			}
			_, err := s.conn.ExecContext(ctx, "ALTER TABLE "+table+" ADD COLUMN "+quote(c.Name)+" "+sqlType(c.Type))
			if err != nil {
				return fmt.Errorf("add column %s: %w", c.Name, err)
			}
		}
	}
	return nil
}

func (s *Store) columnsOf(ctx context.Context, table string) (map[string]bool, error) {
	rows, err := s.conn.QueryContext(ctx, `SELECT column_name FROM duckdb_columns() WHERE table_name = ?`, table)
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	defer rows.Close()
	there := make(map[string]bool)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fmt.Errorf("read columns: %w", err)
		}
		there[name] = true
	}
	return there, rows.Err()
}
