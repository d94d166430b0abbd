package query

import (
	"slices"
	"time"
)

// Cells reads one row of a table by the names of its columns. A cell that is
// absent or of another type is zero or nil.
type Cells struct {
	columns []string
	row     []any
}

// Cells is the table's row of a number, from 0. One that the table does not have
// is without cells.
func (t Table) Cells(row int) Cells {
	if row < 0 || row >= len(t.Rows) {
		return Cells{}
	}
	return Cells{t.Columns, t.Rows[row]}
}

// Get is a cell as it stands.
func (c Cells) Get(name string) any {
	if i := slices.Index(c.columns, name); i >= 0 && i < len(c.row) {
		return c.row[i]
	}
	return nil
}

// Count is a whole number.
func (c Cells) Count(name string) int64 {
	n, _ := c.Get(name).(int64)
	return n
}

// Text is a text.
func (c Cells) Text(name string) string {
	s, _ := c.Get(name).(string)
	return s
}

// Time is an instant, in UTC.
func (c Cells) Time(name string) time.Time {
	t, _ := c.Get(name).(time.Time)
	return t.UTC()
}

// Decimal is a number with a fraction; nil is no number.
func (c Cells) Decimal(name string) *float64 {
	switch v := c.Get(name).(type) {
	case float64:
		return &v
	case int64:
		f := float64(v)
		return &f
	}
	return nil
}

// Integer is a number without its fraction; nil is no number.
func (c Cells) Integer(name string) *int64 {
	switch v := c.Get(name).(type) {
	case int64:
		return &v
	case float64:
		n := int64(v)
		return &n
	}
	return nil
}
