package duckdb

import (
	"fmt"
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// statement is SQL in the making: text refers to its arguments by number.
type statement struct {
	args  []any
	texts map[string][]string // of columns that have few
}

func (s *statement) arg(value any) string {
	s.args = append(s.args, value)
	return fmt.Sprintf("$%d", len(s.args))
}

// where compiles a tree to a condition on event_done. Leaf gives the condition of
// a Words node.
func (s *statement) where(n query.Node, leaf func(leafNode) string) string {
	return s.compile(n, leaf, false)
}

// compile writes a condition that is NULL only where that means false: outside of
// every NOT. DuckDB skips stretches of the table by bare comparisons only.
func (s *statement) compile(n query.Node, leaf func(leafNode) string, negated bool) string {
	switch n := n.(type) {
	case nil:
		return "true"
	case query.And:
		return s.all(n, " AND ", "true", leaf, negated)
	case query.Or:
		return s.all(n, " OR ", "false", leaf, negated)
	case query.Not:
		return "(NOT " + s.compile(n.Node, leaf, true) + ")"
	case query.Has:
		return "(" + s.column(n.Field) + " IS NOT NULL)"
	case query.Compare:
		if negated {
			return "coalesce(" + s.compare(n) + ", false)"
		}
		return "(" + s.compare(n) + ")"
	case leafNode:
		return leaf(n)
	}
	return "false"
}

func (s *statement) all(list []query.Node, with, empty string, leaf func(leafNode) string, negated bool) string {
	if len(list) == 0 {
		return empty
	}
	parts := make([]string, len(list))
	for i, n := range list {
		parts[i] = s.compile(n, leaf, negated)
	}
	return "(" + strings.Join(parts, with) + ")"
}

// column is a field's value in SQL.
func (s *statement) column(name string) string {
	key, ok := strings.CutPrefix(name, "metadata.")
	if !ok {
		return quote(name)
	}
	at := s.arg("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
	return fmt.Sprintf(`(CASE json_type(metadata, %[1]s) WHEN 'VARCHAR' THEN nullif(json_extract_string(metadata, %[1]s), '')
		WHEN 'NULL' THEN NULL ELSE json_extract(metadata, %[1]s)::VARCHAR END)`, at)
}

func (s *statement) compare(c query.Compare) string {
	f, _ := query.Lookup(c.Field)
	column := s.column(c.Field)
	switch v := c.Value.(type) {
	case string:
		if f.Type == event.List {
			return fmt.Sprintf("EXISTS (SELECT 1 FROM (SELECT unnest(%s) AS item) WHERE %s)", column, s.text("item", c.Op, v))
		}
		if texts := s.texts[c.Field]; texts != nil {
			return s.oneOf(column, fitting(f, c, texts))
		}
		return s.text(column, c.Op, v)
	case time.Time:
		return s.instant(column, c.Op, v)
	}
	return fmt.Sprintf("%s %s %s", column, c.Op, s.arg(c.Value))
}

// oneOf is the condition that a column has one of some texts.
func (s *statement) oneOf(column string, texts []string) string {
	if len(texts) == 0 {
		return "false"
	}
	list := make([]string, len(texts))
	for i, t := range texts {
		list[i] = s.arg(t)
	}
	return column + " IN (" + strings.Join(list, ", ") + ")"
}

func (s *statement) text(column string, op query.Op, want string) string {
	if op == query.Like || op == query.Part {
		return fmt.Sprintf("regexp_matches(lower(%s), %s)", column, s.arg(query.Regexp(op, want)))
	}
	return fmt.Sprintf("lower(%s) %s %s", column, op, s.arg(query.Fold(want)))
}

// instant compares to the nanosecond. The comparison to the microsecond comes
// first, since it lets DuckDB leave out whole stretches of the table.
func (s *statement) instant(column string, op query.Op, t time.Time) string {
	at, nanos := timestamp(t), t.Nanosecond()%1000
	switch op {
	case query.Less:
		return fmt.Sprintf(`(%[1]s <= %[2]s AND (%[1]s < %[2]s OR "#nanos" < %[3]d))`, column, at, nanos)
	case query.LessEqual:
		return fmt.Sprintf(`(%[1]s <= %[2]s AND (%[1]s < %[2]s OR "#nanos" <= %[3]d))`, column, at, nanos)
	case query.Greater:
		return fmt.Sprintf(`(%[1]s >= %[2]s AND (%[1]s > %[2]s OR "#nanos" > %[3]d))`, column, at, nanos)
	case query.GreaterEqual:
		return fmt.Sprintf(`(%[1]s >= %[2]s AND (%[1]s > %[2]s OR "#nanos" >= %[3]d))`, column, at, nanos)
	}
	return fmt.Sprintf(`(%s = %s AND "#nanos" = %d)`, column, at, nanos)
}

// between is the condition of a half-open time range.
func (s *statement) between(from, to time.Time) string {
	condition := "true"
	if !from.IsZero() {
		condition += " AND " + s.instant(`"time"`, query.GreaterEqual, from)
	}
	if !to.IsZero() {
		condition += " AND " + s.instant(`"time"`, query.Less, to)
	}
	return condition
}

// behind is the condition that rows lie behind a cursor in the order of a query.
func (s *statement) behind(c store.Cursor, oldest bool) string {
	id := s.arg(c.ID)
	nanos := c.Time.Nanosecond() % 1000
	at := timestamp(c.Time)
	switch {
	case c.Time.IsZero() && oldest:
		return fmt.Sprintf(`("time" IS NOT NULL OR id > %s)`, id)
	case c.Time.IsZero():
		return fmt.Sprintf(`("time" IS NULL AND id < %s)`, id)
	case oldest:
		return fmt.Sprintf(`coalesce("time" >= %[1]s AND ("time" > %[1]s OR ("#nanos", id) > (%[2]d, %[3]s)), false)`, at, nanos, id)
	}
	return fmt.Sprintf(`coalesce("time" <= %[1]s AND ("time" < %[1]s OR ("#nanos", id) < (%[2]d, %[3]s)), true)`, at, nanos, id)
}

// order is a query's ORDER BY.
func order(oldest bool) string {
	if oldest {
		return ` ORDER BY "time" ASC NULLS FIRST, "#nanos" ASC, id ASC`
	}
	return ` ORDER BY "time" DESC NULLS LAST, "#nanos" DESC, id DESC`
}
