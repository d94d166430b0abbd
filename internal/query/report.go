package query

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seismo/internal/event"
)

// ReportRows is the most rows of a report.
const ReportRows = 100_000

// ReportColumn is one column of numbers of a report.
type ReportColumn struct {
	Name    string
	Meaning string // with its unit
	Measure Measure

	// Part and Of name the columns of which this one is the share, from 0 to 1;
	// nil over nothing. Such a column has no Measure: Finish computes it.
	Part string
	Of   []string
}

// Reports are the names of the reports.
func Reports() []string { return []string{"usage", "performance", "cost", "security"} }

// ReportColumns are a report's columns after the time and the fields it is by,
// in their order; nil when there is no such report.
func ReportColumns(name string) []ReportColumn {
	switch name {
	case "usage":
		return usage()
	case "performance":
		return performance()
	case "cost":
		return cost()
	case "security":
		return security()
	}
	return nil
}

// Report is one of the reports as an aggregate, so that every door shows the
// same numbers. By takes names of fields, and hour or day for a time column (as
// bucket does). All reports but security count calls only. Pass the answer to
// Finish.
func Report(name string, by []string, bucket Bucket, where Node, from, to time.Time) (Aggregate, error) {
	columns := ReportColumns(name)
	if columns == nil {
		return Aggregate{}, fmt.Errorf("there is no report %q; there are %s", name, strings.Join(Reports(), ", "))
	}
	a := Aggregate{Where: where, From: from, To: to, Bucket: bucket, Limit: ReportRows}
	for _, b := range by {
		switch b {
		case string(Minute), string(Hour), string(Day), string(Month):
			if a.Bucket != NoBucket && a.Bucket != Bucket(b) {
				return Aggregate{}, fmt.Errorf("a report is by %s or by %s, not by both", a.Bucket, b)
			}
			a.Bucket = Bucket(b)
		default:
			a.By = append(a.By, b)
		}
	}
	if name != "security" {
		a.Where = And{calls}
		if where != nil {
			a.Where = And{calls, where}
		}
	}
	for _, c := range columns {
		if c.Of == nil {
			c.Measure.As = c.Name
			a.Measures = append(a.Measures, c.Measure)
		}
	}
	if err := a.Check(); err != nil {
		return Aggregate{}, fmt.Errorf("report %s: %w", name, err)
	}
	return a, nil
}

// Finish computes the shares of a report from the answer to its aggregate, and
// puts them where ReportColumns has them.
func Finish(name string, t Table) Table {
	columns := ReportColumns(name)
	measures := 0
	for _, c := range columns {
		if c.Of == nil {
			measures++
		}
	}
	groups := len(t.Columns) - measures
	if groups < 0 {
		return t
	}
	done := Table{Columns: slices.Clone(t.Columns[:groups]), Rows: make([][]any, len(t.Rows))}
	for _, c := range columns {
		done.Columns = append(done.Columns, c.Name)
	}
	for i, row := range t.Rows {
		done.Rows[i] = finish(columns, groups, row)
	}
	return done
}

func finish(columns []ReportColumn, groups int, row []any) []any {
	out := slices.Clone(row[:groups])
	known := make(map[string]any, len(columns))
	next := groups
	for _, c := range columns {
		if c.Of == nil {
			known[c.Name] = row[next]
			next++
		}
	}
	for _, c := range columns {
		if c.Of != nil {
			known[c.Name] = share(known, c)
		}
		out = append(out, known[c.Name])
	}
	return out
}

func share(known map[string]any, c ReportColumn) any {
	var whole float64
	for _, name := range c.Of {
		whole += float(known[name])
	}
	if whole == 0 {
		return nil
	}
	return float(known[c.Part]) / whole
}

var calls = Compare{"kind", Equal, event.KindCall}
