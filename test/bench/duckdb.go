package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"

	_ "github.com/duckdb/duckdb-go/v2" // the baseline is DuckDB itself
)

// Bodies of the baseline: what DuckDB is asked to keep of a record.
const (
	metadataOnly = "metadata"
	withTexts    = "texts"
)

// readJSON is the baseline: DuckDB reads the same files by itself into a table
// of the same kind of file. It knows the columns beforehand, as we do.
func readJSON(ctx context.Context, list, file, kind string) (done work, err error) {
	c, err := readCorpus(list)
	if err != nil {
		return done, err
	}
	watch := startWatch()
	db, err := sql.Open("duckdb", file)
	if err != nil {
		return done, err
	}
	defer os.Remove(file)
	defer db.Close()
	if _, err := db.ExecContext(ctx, "SET preserve_insertion_order=false"); err != nil {
		return done, err
	}
	if _, err := db.ExecContext(ctx, readStatement(c.paths(), kind)); err != nil {
		return done, fmt.Errorf("read_json: %w", err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM calls").Scan(&done.Records); err != nil {
		return done, err
	}
	if err := db.Close(); err != nil {
		return done, err
	}
	done.Cost = watch.stop()
	return done, nil
}

func readStatement(paths []string, kind string) string {
	input, output, columns := "inputTokenCount BIGINT", "outputTokenCount BIGINT", ""
	if kind == withTexts {
		input, output = input+", inputBodyJson JSON", output+", outputBodyJson JSON"
		columns = `, "input".inputBodyJson AS prompt, "output".outputBodyJson AS completion`
	}
	quoted := make([]string, len(paths))
	for i, p := range paths {
		quoted[i] = "'" + strings.ReplaceAll(p, "'", "''") + "'"
	}
	return `CREATE TABLE calls AS SELECT "timestamp", accountId, region, requestId, operation, modelId, "identity".arn AS arn,
		"input".inputTokenCount AS tokens_in, "output".outputTokenCount AS tokens_out` + columns + `
		FROM read_json([` + strings.Join(quoted, ", ") + `], format='newline_delimited', maximum_object_size=67108864, columns={
			"timestamp": 'TIMESTAMP', accountId: 'VARCHAR', region: 'VARCHAR', requestId: 'VARCHAR', operation: 'VARCHAR',
			modelId: 'VARCHAR', "identity": 'STRUCT(arn VARCHAR)', "input": 'STRUCT(` + input + `)', "output": 'STRUCT(` + output + `)'})`
}
