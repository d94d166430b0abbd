package duckdb

import (
	"context"
	"fmt"
	"strings"

	"seismo/internal/event"
	"seismo/internal/query"
)

func (s *Store) aggregated(ctx context.Context, a query.Aggregate) (query.Table, error) {
	table := query.Table{Columns: a.Columns(), Rows: [][]any{}}
	if err := a.Check(); err != nil {
		return table, err
	}
	done, err := s.read(ctx)
	if err != nil {
		return table, err
	}
	defer done()
	b, err := s.compile(ctx, a)
	if err != nil {
		return table, fmt.Errorf("aggregate: %w", err)
	}
	rows, err := s.db.QueryContext(ctx, b.text(), b.args...)
	if err != nil {
		return table, fmt.Errorf("aggregate: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		row := make([]any, len(table.Columns))
		targets := make([]any, len(row))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return table, fmt.Errorf("aggregate: %w", err)
		}
		for i := range row {
			row[i] = plainCell(row[i])
		}
		table.Rows = append(table.Rows, row)
	}
	return table, rows.Err()
}

// aggregation is one Aggregate in SQL: the rows that count with the values they
// are grouped by (base), the groups with all simple measures (main), and a table
// for each measure over single elements or values.
type aggregation struct {
	statement
	query  query.Aggregate
	groups []string // g0, g1, …
	base   string
	main   []string
	extra  []string
	joined []string // the answer's measure columns
}

func (s *Store) compile(ctx context.Context, a query.Aggregate) (*aggregation, error) {
	trees := []query.Node{a.Where}
	for _, m := range a.Measures {
		trees = append(trees, m.Where)
	}
	planted, leaves, err := plant(query.And(trees))
	if err != nil {
		return nil, err
	}
	scan := newScanner(s, leaves)
	if err := scan.prepare(ctx, -1); err != nil {
		return nil, err
	}
	texts, err := s.learn(ctx, trees...)
	if err != nil {
		return nil, err
	}
	trees = planted.(query.And)
	b := &aggregation{query: a, statement: statement{texts: texts}}
	leaf := scan.condition(&b.statement)
	b.from(trees[0], leaf)
	for i, m := range a.Measures {
		b.measure(i, m, b.where(trees[i+1], leaf))
	}
	return b, nil
}

// from writes base: the columns that are grouped by, and all others by name.
func (b *aggregation) from(where query.Node, leaf func(leafNode) string) {
	var cells []string
	group := func(expr string) {
		name := fmt.Sprintf("g%d", len(b.groups))
		b.groups = append(b.groups, name)
		cells = append(cells, expr+" AS "+name)
	}
	if b.query.Bucket != query.NoBucket {
		group(fmt.Sprintf(`date_trunc('%s', "time")`, b.query.Bucket))
	}
	for _, name := range b.query.By {
		f, _ := query.Lookup(name)
		column := b.column(name)
		if f.Type == event.List {
			column = fmt.Sprintf(`unnest(CASE WHEN len(%[1]s) > 0 THEN list_distinct(%[1]s) ELSE [NULL] END)`, column)
		}
		group(column)
	}
	cells = append(cells, "*")
	b.base = `SELECT ` + strings.Join(cells, ", ") + ` FROM event_done WHERE NOT "#hidden" AND ` +
		b.between(b.query.From, b.query.To) + ` AND ` + b.where(where, leaf)
}

func (b *aggregation) measure(i int, m query.Measure, where string) {
	f, _ := query.Lookup(m.Field)
	name := fmt.Sprintf("m%d", i)
	if m.Func == query.TopK || m.Func == query.Distinct && f.Type == event.List {
		b.elements(name, m, f, where)
		return
	}
	expr := simple(m.Func, b.fieldOf(m), f.Type, where)
	b.main = append(b.main, expr+" AS "+name)
	b.joined = append(b.joined, "main."+name)
}

func (b *aggregation) fieldOf(m query.Measure) string {
	if m.Field == "" {
		return ""
	}
	return b.column(m.Field)
}

// simple is a measure that DuckDB computes beside others. Percentiles are taken
// three at a time, so that measures of the same field share one sort.
func simple(f query.Func, column string, t event.Type, where string) string {
	filter := ""
	if where != "true" {
		filter = " FILTER (" + where + ")"
	}
	percentiles := fmt.Sprintf("quantile_cont(%s::DOUBLE, [0.5, 0.95, 0.99])%s", column, filter)
	switch f {
	case query.Sum:
		if t == event.Integer {
			return fmt.Sprintf("TRY_CAST(sum(%s)%s AS BIGINT)", column, filter)
		}
		return fmt.Sprintf("sum(%s)%s", column, filter)
	case query.Avg:
		return fmt.Sprintf("avg(%s)%s", column, filter)
	case query.Min, query.Max:
		return fmt.Sprintf("%s(%s)%s", f, column, filter)
	case query.P50:
		return "(" + percentiles + ")[1]"
	case query.P95:
		return "(" + percentiles + ")[2]"
	case query.P99:
		return "(" + percentiles + ")[3]"
	case query.Distinct:
		return fmt.Sprintf("count(DISTINCT %s)%s", column, filter)
	}
	if column == "" {
		column = "*"
	}
	return fmt.Sprintf("count(%s)%s", column, filter)
}

// elements is a measure over values or elements one by one.
func (b *aggregation) elements(name string, m query.Measure, f event.Field, where string) {
	column := b.column(m.Field)
	one := column
	if f.Type == event.List {
		one = "unnest(list_distinct(" + column + "))"
	}
	by := strings.Join(b.groups, ", ")
	each := fmt.Sprintf("SELECT %s FROM base WHERE %s", comma(by, one+" AS v"), where)
	counted := fmt.Sprintf("SELECT %s FROM (%s) WHERE v IS NOT NULL GROUP BY %s", comma(by, "v, count(*) AS n"), each, comma(by, "v"))
	grouped := ""
	if by != "" {
		grouped = " GROUP BY " + by
	}
	expr, missing := "list(v ORDER BY n DESC, v)[1:5]", "x.v"
	if m.Func == query.Distinct {
		expr, missing = "count(*)", "coalesce(x.v, 0)"
	}
	missing = strings.ReplaceAll(missing, "x.v", "x"+name+".v")
	b.extra = append(b.extra, fmt.Sprintf("x%s AS (SELECT %s FROM (%s)%s)", name, comma(by, expr+" AS v"), counted, grouped))
	b.joined = append(b.joined, missing)
}

func comma(list, last string) string {
	if list == "" {
		return last
	}
	return list + ", " + last
}

// text is the whole statement.
func (b *aggregation) text() string {
	by := strings.Join(b.groups, ", ")
	grouped := ""
	if by != "" {
		grouped = " GROUP BY " + by
	}
	main := strings.Join(append([]string{}, b.main...), ", ")
	if main == "" {
		main = "count(*) AS n"
	}
	with := []string{"base AS NOT MATERIALIZED (" + b.base + ")",
		"main AS (SELECT " + comma(by, main) + " FROM base" + grouped + ")"}
	with = append(with, b.extra...)
	out := make([]string, 0, len(b.groups)+len(b.joined))
	for _, g := range b.groups {
		out = append(out, "main."+g)
	}
	out = append(out, b.joined...)
	text := "WITH " + strings.Join(with, ", ") + " SELECT " + strings.Join(out, ", ") + " FROM main"
	for _, x := range b.extra {
		name, _, _ := strings.Cut(x, " ")
		on := []string{"true"}
		for _, g := range b.groups {
			on = append(on, fmt.Sprintf("main.%[1]s IS NOT DISTINCT FROM %[2]s.%[1]s", g, name))
		}
		text += " LEFT JOIN " + name + " ON " + strings.Join(on, " AND ")
	}
	return text + b.orderBy() + fmt.Sprintf(" LIMIT %d", b.query.Rows())
}

func (b *aggregation) orderBy() string {
	var keys []string
	for _, k := range b.query.Order() {
		direction := "ASC"
		if k.Descending {
			direction = "DESC"
		}
		keys = append(keys, fmt.Sprintf("%d %s NULLS LAST", k.Column+1, direction))
	}
	if len(keys) == 0 {
		return ""
	}
	return " ORDER BY " + strings.Join(keys, ", ")
}
