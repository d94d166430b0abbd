package duckdb

import (
	"database/sql"
	"encoding/binary"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/zeebo/xxh3"

	"seismo/internal/event"
	"seismo/internal/store"
)

// row is an event as it goes into a table.
type row struct {
	*event.Event
	filled uint64 // a bit for each of store.Filled that a call took over
	hidden bool   // a CloudTrail event that is shown as part of its call
}

// coder turns events into rows of the typed tables and back.
type coder struct {
	columns []store.Column
	row     []any // the row last written, reused
}

func newCoder() *coder {
	c := &coder{columns: store.Columns()}
	c.row = make([]any, len(c.columns)+4)
	return c
}

// narrow leaves out the columns that none of some rows has.
func (c *coder) narrow(rows []row) {
	c.columns = slices.DeleteFunc(c.columns, func(col store.Column) bool {
		return !slices.ContainsFunc(rows, func(r row) bool { return col.Value(r.Event) != nil })
	})
	c.row = c.row[:len(c.columns)+4]
}

// used are the names of the columns that encode writes.
func (c *coder) used() []string {
	list := make([]string, 0, len(c.row))
	for _, col := range c.columns {
		list = append(list, col.Name)
	}
	return append(list, "#key", "#nanos", "#filled", "#hidden")
}

// encode writes a row in the order of the table's columns. What it returns is
// good until the next call.
func (c *coder) encode(r row) []any {
	for i, col := range c.columns {
		c.row[i] = cell(col.Value(r.Event))
	}
	own := c.row[len(c.columns):]
	own[0], own[1], own[2], own[3] = joinKey(r.Event), uint16(r.Time.Nanosecond()%1000), r.filled, r.hidden
	return c.row
}

// cell is a field's value as the appender takes it. DuckDB refuses text that is
// not UTF-8.
func cell(value any) any {
	switch v := value.(type) {
	case string:
		return valid(v)
	case jsontext.Value:
		return valid(string(v))
	case time.Time:
		return v.Truncate(time.Microsecond)
	case []string:
		for i, s := range v {
			if !utf8.ValidString(s) {
				v[i] = valid(s)
			}
		}
		return v
	}
	return value
}

func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// joinKey is what a call and its CloudTrail event have in common, as a number;
// events without a request id have only themselves in common.
func joinKey(e *event.Event) uint64 {
	var buf []byte
	if e.RequestID == "" {
		buf = append(append(buf, 0), e.ID...)
	} else {
		buf = append(buf, 1)
		for _, s := range []string{e.Account, e.Region, e.RequestID} {
			buf = binary.AppendUvarint(buf, uint64(len(s)))
			buf = append(buf, s...)
		}
	}
	return xxh3.Hash(buf)
}

// selectList are the columns that decode reads.
func (c *coder) selectList() string { return names() + `, "#nanos"` }

// decode reads one row of selectList, and more columns into extra.
func (c *coder) decode(rows *sql.Rows, extra ...any) (event.Event, error) {
	cells := make([]any, len(c.columns)+1)
	targets := make([]any, len(cells), len(cells)+len(extra))
	for i := range cells {
		targets[i] = &cells[i]
	}
	if err := rows.Scan(append(targets, extra...)...); err != nil {
		return event.Event{}, err
	}
	for i, col := range c.columns {
		cells[i] = value(col.Type, cells[i])
	}
	e := store.Event(c.columns, cells[:len(c.columns)])
	if nanos, ok := cells[len(c.columns)].(uint16); ok && !e.Time.IsZero() {
		e.Time = e.Time.Add(time.Duration(nanos))
	}
	return e, nil
}

// value is a cell as the field's Set takes it.
func value(t event.Type, cell any) any {
	switch v := cell.(type) {
	case []any:
		list := make([]string, 0, len(v))
		for _, item := range v {
			if s, ok := item.(string); ok {
				list = append(list, s)
			}
		}
		return list
	case string:
		if t == event.JSON {
			return jsontext.Value(v)
		}
	case time.Time:
		return v.UTC()
	}
	return cell
}
