package duckdb

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	driver "github.com/duckdb/duckdb-go/v2"

	"seismo/internal/query"
)

// ErrRefused says that a user's SQL is not one that may be run.
var ErrRefused = errors.New("this SQL is not allowed here")

// consoleTime is how long a user's SQL may run.
const consoleTime = 30 * time.Second

// SQL runs one SELECT of a user over the views, in a transaction that cannot
// write, and returns at most limit rows. Statements wait for one another.
func (s *Store) SQL(ctx context.Context, text string, limit int) (query.Table, error) {
	select {
	case s.console <- struct{}{}:
		defer func() { <-s.console }()
	case <-ctx.Done():
		return query.Table{}, ctx.Err()
	}
	done, err := s.read(ctx)
	if err != nil {
		return query.Table{}, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, consoleTime)
	defer cancel()
	ctx, stop := watch(ctx, watchGrowth)
	defer stop()
	table, err := s.ask(ctx, text, limit)
	if err != nil && errors.Is(context.Cause(ctx), errGrown) {
		return query.Table{}, fmt.Errorf("sql: %w", errGrown)
	}
	return table, err
}

func (s *Store) ask(ctx context.Context, text string, limit int) (table query.Table, err error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return table, fmt.Errorf("sql: %w", err)
	}
	defer conn.Close()
	if err := admit(ctx, conn, text); err != nil {
		return table, err
	}
	if _, err := conn.ExecContext(ctx, "BEGIN TRANSACTION READ ONLY"); err != nil {
		return table, fmt.Errorf("sql: %w", err)
	}
	defer func() { _, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") }()
	rows, err := conn.QueryContext(ctx, text)
	if err != nil {
		return table, fmt.Errorf("sql: %w", err)
	}
	defer rows.Close()
	return readTable(rows, limit)
}

// admit refuses everything but one SELECT over the views and functions that are
// bounded and without effects. Preparing computes what is constant, so it comes
// after the examination.
func admit(ctx context.Context, conn *sql.Conn, text string) error {
	if err := examine(ctx, conn, text); err != nil {
		return err
	}
	kind, err := statementType(ctx, conn, text)
	if err != nil {
		return fmt.Errorf("sql: %w", err)
	}
	if kind != driver.STATEMENT_TYPE_SELECT {
		return fmt.Errorf("%w: only a single SELECT is", ErrRefused)
	}
	return nil
}

// examine looks at the text and at the tree that DuckDB's parser makes of it.
func examine(ctx context.Context, conn *sql.Conn, text string) error {
	if len(text) > maxText {
		return fmt.Errorf("%w: one longer than %d bytes", ErrRefused, maxText)
	}
	var tree string
	if err := conn.QueryRowContext(ctx, `SELECT json_serialize_sql(?::VARCHAR)::VARCHAR`, text).Scan(&tree); err != nil {
		return fmt.Errorf("sql: %w", err)
	}
	var root any
	if err := json.Unmarshal([]byte(tree), &root); err != nil {
		return fmt.Errorf("sql: %w", err)
	}
	taken, err := catalog(ctx, conn)
	if err != nil {
		return fmt.Errorf("sql: %w", err)
	}
	return inspect(root, len(text), taken)
}

// catalog are the names of all tables and views that there are.
func catalog(ctx context.Context, conn *sql.Conn) (map[string]bool, error) {
	rows, err := conn.QueryContext(ctx, `SELECT lower(table_name) FROM duckdb_tables()
		UNION SELECT lower(view_name) FROM duckdb_views()`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := make(map[string]bool)
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names[name] = true
	}
	return names, rows.Err()
}

func statementType(ctx context.Context, conn *sql.Conn, text string) (kind driver.StmtType, err error) {
	err = conn.Raw(func(c any) error {
		prepared, err := c.(sqldriver.ConnPrepareContext).PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		kind, err = prepared.(*driver.Stmt).StatementType()
		return errors.Join(err, prepared.Close())
	})
	return kind, err
}

func readTable(rows *sql.Rows, limit int) (query.Table, error) {
	columns, err := rows.Columns()
	table := query.Table{Columns: columns, Rows: [][]any{}}
	if err != nil {
		return table, fmt.Errorf("sql: %w", err)
	}
	for rows.Next() && len(table.Rows) < limit {
		row := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return table, fmt.Errorf("sql: %w", err)
		}
		for i := range row {
			row[i] = plainCell(row[i])
		}
		table.Rows = append(table.Rows, row)
	}
	return table, rows.Err()
}
