package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zeebo/xxh3"

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
var ownColumns = []string{`"#key" UBIGINT`, `"#nanos" USMALLINT`, `"#filled" UBIGINT`, `"#hidden" BOOLEAN`}

// table is one of the store's tables: its columns as SQL declares them.
type table struct {
	name    string
	columns []string
}

// tables are all of the store's tables; those of events are made from the field
// table. A new column of a released table comes last, as it does in a file that
// is widened.
func tables() []table {
	row := make([]string, 0, len(store.Columns()))
	for _, c := range store.Columns() {
		row = append(row, quote(c.Name)+" "+sqlType(c.Type))
	}
	row = append(row, ownColumns...)
	return []table{
		{"meta", []string{"name VARCHAR", "value VARCHAR"}},
		{"batch", []string{"number UBIGINT", "written TIMESTAMP", "events BIGINT", "duplicates BIGINT"}},
		{"event_open", row},
		{"event_done", row},
		{"doc", []string{"id VARCHAR", `"time" TIMESTAMP`, "fullness UTINYINT", "origin VARCHAR",
			"skeleton UBIGINT", "refs UBIGINT[]", "bytes BIGINT"}},
		{"block", []string{"id UBIGINT", "owner VARCHAR", "parts UINTEGER", "text BIGINT",
			"hashes BLOB", "filter BLOB", "sealed BLOB", "piece UINTEGER"}},
		{"ledger_entry", []string{"object VARCHAR", "origin VARCHAR", "size BIGINT", "modified TIMESTAMP",
			"read BIGINT", "stored BIGINT", "duplicate BIGINT", "skipped BIGINT", "quarantined BIGINT",
			"skips VARCHAR", "done TIMESTAMP"}},
		{"quarantine_item", []string{"id VARCHAR", `"time" TIMESTAMP`, "reason VARCHAR", "detail VARCHAR",
			"origin VARCHAR", "sha256 VARCHAR", "size BIGINT", "sealed BLOB"}},
		{"finding", []string{"id VARCHAR", `"time" TIMESTAMP`, "rule VARCHAR", "severity VARCHAR",
			"title VARCHAR", "event_ids VARCHAR[]", "detector VARCHAR", "account VARCHAR", "region VARCHAR",
			"principal VARCHAR", "resource VARCHAR", "origin VARCHAR", "sealed BLOB"}},
		{"place_cursor", []string{"name VARCHAR", "value VARCHAR", "written TIMESTAMP"}},
		{"trouble_item", []string{"object VARCHAR", "source VARCHAR", "origin VARCHAR", "size BIGINT",
			"modified TIMESTAMP", "fault VARCHAR", "detail VARCHAR", "attempts BIGINT",
			`"first" TIMESTAMP`, `"last" TIMESTAMP`, `"next" TIMESTAMP`}},
		{"series_point", []string{"account VARCHAR", "region VARCHAR", "namespace VARCHAR", "metric VARCHAR",
			"dims VARCHAR", "stat VARCHAR", `"start" TIMESTAMP`, "period BIGINT", "value DOUBLE", `"#key" UBIGINT`}},
	}
}

// DDL is the SQL that makes the store's tables and views.
func DDL() []string {
	var out []string
	for _, t := range tables() {
		out = append(out, t.sql())
	}
	return append(out, views()...)
}

func (t table) sql() string {
	return "CREATE TABLE IF NOT EXISTS " + t.name + " (" + strings.Join(t.columns, ", ") + ")"
}

// views are what SQL of users sees.
func views() []string {
	return []string{
		`CREATE OR REPLACE VIEW calls AS SELECT ` + names() + ` FROM event_done WHERE kind = 'call'`,
		`CREATE OR REPLACE VIEW trail AS SELECT ` + names() + ` FROM event_done WHERE kind = 'trail'`,
		`CREATE OR REPLACE VIEW findings AS SELECT id, "time", detector, rule, severity, title, account, region,
			principal, resource, event_ids, origin FROM finding`,
		`CREATE OR REPLACE VIEW quarantine AS SELECT id, "time", reason, detail, origin, sha256, size FROM quarantine_item`,
		`CREATE OR REPLACE VIEW ledger AS SELECT * FROM ledger_entry`,
		`CREATE OR REPLACE VIEW cursors AS SELECT * FROM place_cursor`,
		`CREATE OR REPLACE VIEW troubles AS SELECT * FROM trouble_item`,
		`CREATE OR REPLACE VIEW points AS SELECT account, region, namespace, metric, dims, stat, "start", period, value
			FROM series_point`,
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
// fields in an older one. A file that is as this version makes it is not written to.
func (s *Store) migrate(ctx context.Context) error {
	there, err := s.columns(ctx)
	if err != nil {
		return err
	}
	schema := digest()
	if len(there["meta"]) > 0 {
		switch version, err := s.version(ctx); {
		case err != nil:
			return err
		case version > schemaVersion:
			return ErrNewer
		case version == schemaVersion:
			same, err := s.meta(ctx, "schema")
			if err != nil || same == schema && complete(there) {
				return err
			}
		}
	}
	if err := s.once(ctx, func() error { return s.build(ctx, there, schema) }); err != nil {
		return fmt.Errorf("make tables: %w", err)
	}
	return nil
}

// digest changes whenever the tables or the views do.
func digest() string {
	return fmt.Sprintf("%016x", xxh3.HashString(strings.Join(DDL(), ";")))
}

func (s *Store) build(ctx context.Context, there map[string]map[string]bool, schema string) error {
	for _, t := range tables() {
		if len(there[t.name]) == 0 {
			if err := s.exec(ctx, t.sql()); err != nil {
				return err
			}
			continue
		}
		for _, c := range t.lacking(there) {
			if err := s.exec(ctx, "ALTER TABLE "+t.name+" ADD COLUMN "+c); err != nil {
				return fmt.Errorf("add column %s: %w", c, err)
			}
		}
	}
	for _, view := range views() {
		if err := s.exec(ctx, view); err != nil {
			return err
		}
	}
	if err := s.setMeta(ctx, "version", strconv.Itoa(schemaVersion)); err != nil {
		return err
	}
	return s.setMeta(ctx, "schema", schema)
}

// once runs steps in one transaction, while the database is being opened: when it
// fails, opening fails.
func (s *Store) once(ctx context.Context, steps func() error) error {
	if err := s.exec(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	err := steps()
	if err == nil {
		err = s.exec(context.WithoutCancel(ctx), "COMMIT")
	}
	if err != nil {
		_ = s.exec(context.WithoutCancel(ctx), "ROLLBACK")
	}
	return err
}

// meta is what the file knows of itself under a name, "" when nothing.
func (s *Store) meta(ctx context.Context, name string) (value string, err error) {
	err = s.conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = ?`, name).Scan(&value)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("read the %s: %w", name, err)
	}
	return value, nil
}

func (s *Store) setMeta(ctx context.Context, name, value string) error {
	if err := s.exec(ctx, `DELETE FROM meta WHERE name = ?`, name); err != nil {
		return err
	}
	return s.exec(ctx, `INSERT INTO meta (name, value) VALUES (?, ?)`, name, value)
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
	there, err := s.columns(ctx)
	if err != nil {
		return err
	}
	if len(there["meta"]) == 0 {
		return errOlder
	}
	switch version, err := s.version(ctx); {
	case err != nil:
		return err
	case version > schemaVersion:
		return ErrNewer
	case version < schemaVersion:
		return errOlder
	}
	if !complete(there) {
		return errOlder
	}
	return nil
}

// complete tells whether all tables, their columns and the views are there.
func complete(there map[string]map[string]bool) bool {
	for _, t := range tables() {
		if len(t.lacking(there)) > 0 {
			return false
		}
	}
	for _, view := range consoleTables {
		if len(there[view]) == 0 {
			return false
		}
	}
	return true
}

// lacking are the columns that the table of a file does not have.
func (t table) lacking(there map[string]map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(t.columns), func(c string) bool {
		return there[t.name][columnName(c)]
	})
}

// columnName is the name in a column's declaration.
func columnName(declared string) string {
	if rest, quoted := strings.CutPrefix(declared, `"`); quoted {
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	name, _, _ := strings.Cut(declared, " ")
	return name
}

// columns are the names of the columns that the file's tables have.
func (s *Store) columns(ctx context.Context) (map[string]map[string]bool, error) {
	rows, err := s.conn.QueryContext(ctx, `SELECT table_name, column_name FROM duckdb_columns()`)
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	defer rows.Close()
	there := make(map[string]map[string]bool)
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			return nil, fmt.Errorf("read columns: %w", err)
		}
		if there[table] == nil {
			there[table] = make(map[string]bool)
		}
		there[table][name] = true
	}
	return there, rows.Err()
}
