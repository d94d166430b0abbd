package duckdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

func consoleStore(t *testing.T) (*duckdb.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(dir, "a.db"), Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	a := storetest.Call(1, "Where is the zebra?", "At home.")
	b := storetest.Talk(2, "bob@example.com", []string{"Hi"}, "Hello")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{a, b, storetest.Trail(a, 1)}}); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestConsole(t *testing.T) {
	s, _ := consoleStore(t)
	for text, want := range map[string][][]any{
		`select person, sum("tokens.output") from calls group by 1 order by 1`:                  {{"alice@example.com", int64(1)}, {"bob@example.com", int64(2)}},
		`with big as (select * from calls where "tokens.input" > 10) select count(*) from big;`: {{int64(1)}},
		`select "trail.name", "source.ip" from trail`:                                           {{"Converse", "192.0.2.10"}},
		`select count(*) from calls c join trail t using (request_id)`:                          {{int64(1)}},
		`select count(*) from findings`:                                                         {{int64(0)}},
		`select (select count(*) from quarantine) + (select count(*) from ledger)`:              {{int64(0)}},
		`select unnest([1, 2])`:      {{int64(1)}, {int64(2)}},
		`from range(2) select range`: {{int64(0)}, {int64(1)}},
		`select date_trunc('day', "time"), ["a", 'b'] from (select "time", 'x' as a from calls) limit 1`: {
			{time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), []string{"x", "b"}}},
	} {
		table, err := s.SQL(t.Context(), text, 100)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, table.Rows); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	table, err := s.SQL(t.Context(), `select range from range(100)`, 7)
	if err != nil || len(table.Rows) != 7 {
		t.Errorf("limit 7 gives %d rows, %v", len(table.Rows), err)
	}
}

// escapes are attempts to read or write what a user's SQL must not. FILE is a
// file that is there, OUT one that must not be made.
const escapes = `
SELECT * FROM block
SELECT * FROM main.block
SELECT * FROM a.main.block
SELECT sealed FROM "block"
SELECT * FROM event_done
SELECT * FROM doc
SELECT * FROM quarantine_item
SELECT * FROM meta
SELECT * FROM batch
SELECT (SELECT count(*) FROM block)
SELECT * FROM calls WHERE id IN (SELECT owner FROM block)
WITH x AS (SELECT * FROM block) SELECT * FROM x
WITH block AS (SELECT * FROM block) SELECT * FROM block
WITH Block AS (SELECT * FROM (WITH x AS (FROM block) FROM x)) FROM Block
WITH duckdb_tables AS (FROM duckdb_tables) FROM duckdb_tables
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM block) SELECT * FROM r
SELECT * FROM calls UNION ALL BY NAME SELECT * FROM block
FROM block
TABLE block
SELECT * FROM query('SELECT * FROM block')
SELECT * FROM query_table('block')
SELECT * FROM read_text('FILE')
SELECT * FROM read_blob('FILE')
SELECT * FROM read_csv('FILE')
SELECT * FROM read_csv_auto('FILE')
SELECT * FROM read_json('FILE')
SELECT * FROM read_parquet('FILE')
SELECT * FROM 'FILE'
SELECT * FROM "FILE"
SELECT * FROM sniff_csv('FILE')
SELECT * FROM glob('*')
SELECT * FROM parquet_metadata('FILE')
SELECT * FROM duckdb_settings()
SELECT * FROM duckdb_secrets()
SELECT * FROM duckdb_tables()
SELECT * FROM duckdb_views
SELECT * FROM information_schema.tables
SELECT * FROM sqlite_master
SELECT * FROM pg_catalog.pg_class
SELECT * FROM pragma_table_info('block')
SELECT * FROM pragma_storage_info('block')
SELECT * FROM pragma_database_list
SELECT * FROM force_checkpoint()
SELECT * FROM checkpoint()
SELECT * FROM test_all_types()
SELECT * FROM seq_scan('block')
SELECT * FROM json_execute_serialized_sql('{}')
SELECT * FROM enable_logging()
SELECT * FROM summary('block')
SELECT current_setting('temp_directory')
SELECT getenv('HOME')
SELECT getvariable('x')
SELECT nextval('s')
SELECT write_log('x')
SELECT 1; SELECT 2
SELECT 1; DROP TABLE block
SELECT 1; COPY calls TO 'OUT'
INSERT INTO meta VALUES ('a', 'b')
INSERT INTO meta VALUES ('a', 'b') RETURNING *
UPDATE meta SET value = '9'
DELETE FROM block
DELETE FROM block RETURNING *
DROP TABLE block
CREATE TABLE x AS SELECT 1
CREATE TEMP TABLE x AS SELECT 1
CREATE VIEW x AS SELECT 1
CREATE MACRO f() AS 1
CREATE SECRET (TYPE s3)
CREATE OR REPLACE VIEW calls AS SELECT 1
ALTER TABLE meta ADD COLUMN x INT
COPY calls TO 'OUT'
COPY (SELECT 1) TO 'OUT'
COPY meta FROM 'FILE'
EXPORT DATABASE 'OUT'
IMPORT DATABASE 'FILE'
ATTACH 'OUT' AS b
ATTACH ':memory:' AS b
DETACH a
USE memory
INSTALL httpfs
LOAD httpfs
LOAD 'FILE'
SET memory_limit = '100GB'
SET enable_external_access = true
SET GLOBAL threads = 64
SET VARIABLE x = 1
RESET memory_limit
PRAGMA database_list
PRAGMA memory_limit = '1TB'
PRAGMA enable_profiling
CALL pragma_version()
CALL force_checkpoint()
CHECKPOINT
FORCE CHECKPOINT
VACUUM
ANALYZE
BEGIN
COMMIT
ROLLBACK
PREPARE p AS SELECT 1
EXECUTE p
EXPLAIN SELECT * FROM block
EXPLAIN ANALYZE SELECT 1
DESCRIBE block
SHOW TABLES
SHOW ALL TABLES
SUMMARIZE block
SELECT * FROM (DESCRIBE block)
SELECT * FROM (SUMMARIZE block)
SELECT * FROM (SHOW TABLES)
PIVOT block ON owner
SELECT * FROM (PIVOT block ON owner USING count(*))
SELECT * FROM (UNPIVOT block ON owner)
SELECT COLUMNS(*) FROM block
SELECT * FROM calls POSITIONAL JOIN block
SELECT * FROM calls, LATERAL (SELECT * FROM block)
SELECT * FROM calls AT (VERSION => 1)
SELECT list_transform([1], lambda x: (SELECT max(id) FROM block))
SELECT 1 WHERE EXISTS (FROM block)
SELECT 1 ORDER BY (SELECT max(id) FROM block)
SELECT 1 LIMIT (SELECT max(id) FROM block)
VALUES ((SELECT max(id) FROM block))
SELECT nothing
`

func TestConsoleEscapes(t *testing.T) {
	s, dir := consoleStore(t)
	file, out := filepath.Join(dir, "secret.csv"), filepath.Join(dir, "out")
	if err := os.WriteFile(file, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	before := all(t, s)
	n := 0
	for line := range strings.Lines(escapes) {
		text := strings.NewReplacer("FILE", file, "OUT", out).Replace(strings.TrimSpace(line))
		if text == "" {
			continue
		}
		n++
		if table, err := s.SQL(t.Context(), text, 10); err == nil {
			t.Errorf("%s: %v", text, table.Rows)
		}
		if _, err := os.Stat(out); err == nil {
			t.Fatalf("%s wrote a file", text)
		}
	}
	t.Logf("%d attempts", n)
	if diff := cmp.Diff(before, all(t, s)); diff != "" {
		t.Errorf("the events changed:\n%s", diff)
	}
	if _, err := s.SQL(t.Context(), `select * from block`, 1); !errors.Is(err, duckdb.ErrRefused) {
		t.Errorf("%v is not ErrRefused", err)
	}
}

// TestConsoleLimits gives SQL that would use all memory or never end.
func TestConsoleLimits(t *testing.T) {
	s, _ := consoleStore(t)
	if _, err := s.SQL(t.Context(), `select list(range) from range(1000000000)`, 1); err == nil {
		t.Error("a list of a billion numbers is made")
	}
	if _, err := s.SQL(t.Context(), `select median(range) from range(1000000000)`, 1); err == nil || !strings.Contains(err.Error(), "memory") {
		t.Errorf("a billion numbers are sorted: %v", err)
	}
	if got := all(t, s); len(got) != 2 {
		t.Errorf("after that there are %d events", len(got))
	}
}

func all(t *testing.T, s *duckdb.Store) []event.Event {
	t.Helper()
	page, err := s.Search(t.Context(), query.Query{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Events
}

// TestConsoleCells asks for values that are nested, or of types that JSON lacks.
func TestConsoleCells(t *testing.T) {
	s, _ := consoleStore(t)
	for text, want := range map[string]any{
		`select {'b': 1, 'a': [1.5, null], 't': timestamp '2026-03-01 10:00:00'}`: `{"a":[1.5,null],"b":1,"t":"2026-03-01T10:00:00Z"}`,
		`select '{"team": {"name": "a\"b", "size": 3}}'::json`:                    `{"team":{"name":"a\"b","size":3}}`,
		`select '{"team": "red"}' -> 'team'`:                                      `red`,
		`select histogram(n) from (values (7), (7), (8)) t(n)`:                    `{"7":2,"8":1}`,
		`select [{'a': 1}, {'a': 2}]`:                                             []string{`{"a":1}`, `{"a":2}`},
		`select 1.50::decimal(10, 2)`:                                             `1.5`,
		`select interval '1 month 2 days 3 seconds'`:                              `{"days":2,"months":1,"micros":3000000}`,
	} {
		table, err := s.SQL(t.Context(), text, 1)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, table.Rows[0][0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}
