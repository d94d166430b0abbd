package query

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"

	"seismo/internal/event"
)

// Eval computes an aggregate over events in memory. It is the reference for
// every store: cells, their Go types and the order of rows are as it gives them.
//
// An event that lacks a field stands in the group nil. A List field puts an
// event in the group of each of its different elements. Without a bucket and
// fields there is always one row. Count, distinct and the sum of whole numbers are
// int64; avg, percentiles and other sums float64; min and max of the field's type.
func Eval(a Aggregate, events iter.Seq[*event.Event], match func(Node, *event.Event) bool) (Table, error) {
	if err := a.Check(); err != nil {
		return Table{}, fmt.Errorf("aggregate: %w", err)
	}
	groups := make(map[string]*group)
	if a.Bucket == NoBucket && len(a.By) == 0 {
		groups[""] = newGroup(nil, a.Measures)
	}
	for e := range events {
		if !within(e.Time, a.From, a.To) || !match(a.Where, e) {
			continue
		}
		for _, cells := range a.cells(e) {
			key := groupKey(cells)
			g := groups[key]
			if g == nil {
				g = newGroup(cells, a.Measures)
				groups[key] = g
			}
			g.add(e, a.Measures, match)
		}
	}
	return a.table(groups), nil
}

// within tells whether t lies in a half-open range with open zero ends.
func within(t, from, to time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

// group is one row in the making.
type group struct {
	cells []any
	tally []tally
}

func newGroup(cells []any, measures []Measure) *group {
	g := &group{cells: cells, tally: make([]tally, len(measures))}
	for i, m := range measures {
		g.tally[i] = newTally(m)
	}
	return g
}

func (g *group) add(e *event.Event, measures []Measure, match func(Node, *event.Event) bool) {
	for i, m := range measures {
		if m.Where != nil && !match(m.Where, e) {
			continue
		}
		var value any = true
		if m.Field != "" {
			value = Get(e, m.Field)
		}
		if value != nil {
			g.tally[i].add(value)
		}
	}
}

// cells are the groups in which an event stands, as the cells of their rows.
func (a Aggregate) cells(e *event.Event) [][]any {
	rows := [][]any{nil}
	if a.Bucket != NoBucket {
		rows = [][]any{{nil}}
		if !e.Time.IsZero() {
			rows[0][0] = a.Bucket.Start(e.Time)
		}
	}
	for _, name := range a.By {
		values := []any{Get(e, name)}
		if list, ok := values[0].([]string); ok {
			values = elements(list)
		}
		wider := make([][]any, 0, len(rows)*len(values))
		for _, row := range rows {
			for _, v := range values {
				wider = append(wider, append(slices.Clip(row), v))
			}
		}
		rows = wider
	}
	return rows
}

// elements are the different elements of a list.
func elements(list []string) []any {
	var out []any
	for i, s := range list {
		if !slices.Contains(list[:i], s) {
			out = append(out, s)
		}
	}
	return out
}

func groupKey(cells []any) string {
	var key []byte
	for _, c := range cells {
		text := fmt.Sprintf("%T ", c)
		if t, ok := c.(time.Time); ok {
			text += t.Format(time.RFC3339Nano)
		} else {
			text += fmt.Sprint(c)
		}
		key = strconv.AppendInt(key, int64(len(text)), 10)
		key = append(key, ':')
		key = append(key, text...)
	}
	return string(key)
}

func (a Aggregate) table(groups map[string]*group) Table {
	t := Table{Columns: a.Columns(), Rows: make([][]any, 0, len(groups))}
	for _, g := range groups {
		row := slices.Clone(g.cells)
		for _, t := range g.tally {
			row = append(row, t.cell())
		}
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, compareRows(a.Order()))
	t.Rows = t.Rows[:min(len(t.Rows), a.Rows())]
	return t
}
