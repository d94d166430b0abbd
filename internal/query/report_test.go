package query

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReports(t *testing.T) {
	for _, name := range Reports() {
		a, err := Report(name, []string{"person"}, Day, nil, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		table := Finish(name, eval(t, a))
		want := []string{"time", "person"}
		for _, c := range ReportColumns(name) {
			want = append(want, c.Name)
			if !strings.HasSuffix(c.Meaning, ".") {
				t.Errorf("%s of %s has no meaning in a sentence", c.Name, name)
			}
		}
		if diff := cmp.Diff(want, table.Columns); diff != "" {
			t.Errorf("columns of %s (-want +got):\n%s", name, diff)
		}
		for _, row := range table.Rows {
			if len(row) != len(want) {
				t.Errorf("%s has a row of %d cells for %d columns", name, len(row), len(want))
			}
		}
	}
}

// The calls of the week: five, one failed, four with a latency.
func TestReportNumbers(t *testing.T) {
	for name, want := range map[string]map[string]any{
		"usage": {"calls": int64(5), "failed": int64(1), "people": int64(2), "tokens.output": int64(100), "tokens.input": nil},
		"performance": {"calls": int64(5), "latency.p50": 250.0, "latency.unknown": int64(1), "latency.unknown_share": 0.2,
			"first_token.p50": nil, "failed": int64(1), "throttled": int64(0)},
		"cost":     {"cost.usd": nil, "calls": int64(5), "unpriced": int64(0), "cache_share": nil},
		"security": {"calls": int64(5), "trail": int64(0), "failed": int64(1), "people": int64(2), "denied": int64(0)},
	} {
		a, err := Report(name, nil, NoBucket, nil, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		table := Finish(name, eval(t, a))
		for i, column := range table.Columns {
			if cell, ok := want[column]; ok && cell != table.Rows[0][i] {
				t.Errorf("%s: %s is %v, want %v", name, column, table.Rows[0][i], cell)
			}
			delete(want, column)
		}
		if len(want) > 0 {
			t.Errorf("%s has no columns for %v", name, want)
		}
	}
}

func TestShares(t *testing.T) {
	row := []any{"alice", 1.5, int64(3), int64(0), int64(60), int64(30), int64(10), int64(7)}
	table := Table{Columns: []string{"person", "cost.usd", "calls", "unpriced", "tokens.input", "tokens.cache_read",
		"tokens.cache_write", "tokens.output"}, Rows: [][]any{row}}
	got := Finish("cost", table).Rows[0]
	if diff := cmp.Diff(append(row, 0.3), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReportRefuses(t *testing.T) {
	for name, by := range map[string][]string{
		"weather": nil, "usage": {"hour", "day"}, "cost": {"modle"}, "security": {"prompt"}, "performance": {"person", "person"},
	} {
		if _, err := Report(name, by, NoBucket, nil, time.Time{}, time.Time{}); err == nil {
			t.Errorf("%s by %v is allowed", name, by)
		}
	}
	a, err := Report("usage", []string{"day", "person"}, Day, And{}, day(1, 0), day(2, 0))
	if err != nil || a.Bucket != Day || len(a.By) != 1 || !a.From.Equal(day(1, 0)) {
		t.Errorf("usage by day and person: %+v, %v", a, err)
	}
}
