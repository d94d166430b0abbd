package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// copiesLogged is how many copies are made before the log is written into the
// file.
const copiesLogged = 4

// multiply makes a store so many times larger by copying its rows, each copy a
// slice of time later under ids of its own. It goes past the store, whose own way
// would take most of an hour for ten million calls, and leaves what the store
// would have: merged rows in the order of time.
func multiply(ctx context.Context, file string, times int, slice time.Duration) (err error) {
	db, err := sql.Open("duckdb", file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	list, err := copyList(ctx, conn, slice)
	if err != nil {
		return err
	}
	statements := []string{"CREATE TEMP TABLE seed AS FROM event_done"}
	for k := 1; k < times; k++ {
		statements = append(statements, fmt.Sprintf("INSERT INTO event_done SELECT %s FROM seed, (SELECT %d::BIGINT AS k)", list, k))
		if k%copiesLogged == 0 || k == times-1 {
			statements = append(statements, "CHECKPOINT")
		}
	}
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("copy the rows of a store: %.40s: %w", s, err)
		}
	}
	return nil
}

// copyList is what copy k of a row has in each column.
func copyList(ctx context.Context, conn *sql.Conn, slice time.Duration) (string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'event_done' ORDER BY column_index")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return "", err
		}
		switch name {
		case "id", "request_id":
			name = fmt.Sprintf(`"%s" || '-' || k`, name)
		case "time":
			name = fmt.Sprintf(`"time" + to_microseconds(k * %d)`, slice.Microseconds())
		case "#key":
			name = `hash("#key" + k)`
		default:
			name = `"` + name + `"`
		}
		list = append(list, name)
	}
	return strings.Join(list, ", "), rows.Err()
}
