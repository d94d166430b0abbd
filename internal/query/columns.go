package query

import (
	"strings"
	"time"
)

// TimeColumn is the name of the column that a Bucket adds.
const TimeColumn = "time"

// DefaultRows is how many rows an Aggregate without Limit gives.
const DefaultRows = 1000

// Column is the name of the measure's column.
func (m Measure) Column() string {
	switch {
	case m.As != "":
		return m.As
	case m.Field == "":
		return string(m.Func)
	}
	return string(m.Func) + "_" + m.Field
}

// Columns are the names of the answer's columns: the bucket, the fields, the
// measures.
func (a Aggregate) Columns() []string {
	var columns []string
	if a.Bucket != NoBucket {
		columns = append(columns, TimeColumn)
	}
	columns = append(columns, a.By...)
	for _, m := range a.Measures {
		columns = append(columns, m.Column())
	}
	return columns
}

// Key is one column to sort by. A nil cell comes last in either direction.
type Key struct {
	Column     int // index in Columns
	Descending bool
}

// Order is how rows are sorted: by Sort, or without it by the bucket and the
// first measure, largest first; equal rows by the bucket and the fields, each
// ascending. No two rows are equal in all of them.
func (a Aggregate) Order() []Key {
	columns := a.Columns()
	groups := len(columns) - len(a.Measures)
	var order []Key
	name, descending := strings.CutPrefix(a.Sort, "-")
	for i, c := range columns {
		if name != "" && c == name {
			order = append(order, Key{i, descending})
		}
	}
	if len(order) == 0 {
		if a.Bucket != NoBucket {
			order = append(order, Key{Column: 0})
		}
		order = append(order, Key{Column: groups, Descending: true})
	}
	for i := range groups {
		order = append(order, Key{Column: i})
	}
	return order
}

// Rows is the most rows of the answer.
func (a Aggregate) Rows() int {
	if a.Limit == 0 {
		return DefaultRows
	}
	return a.Limit
}

// Start is the beginning of the bucket in which t lies.
func (b Bucket) Start(t time.Time) time.Time {
	t = t.UTC()
	switch b {
	case Minute:
		return t.Truncate(time.Minute)
	case Hour:
		return t.Truncate(time.Hour)
	case Day:
		return t.Truncate(24 * time.Hour)
	case Month:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
	return t
}
