package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/query"
)

func TestPeriods(t *testing.T) {
	now := newest.Add(3 * time.Hour) // 2026-03-31 17:22
	fresh := Status{Newest: newest, Oldest: newest.AddDate(0, -5, 0)}
	old := Status{Newest: newest.AddDate(-1, 0, 0), Oldest: newest.AddDate(-1, 0, -3)}
	for _, c := range []struct {
		values, from, to string
		fine, coarse     query.Bucket
		behind           bool
		status           Status
	}{
		{"range=24h", "2026-03-30 18:00:00", "2026-03-31 18:00:00", query.Hour, query.Hour, false, fresh},
		{"range=7d", "2026-03-25 00:00:00", "2026-04-01 00:00:00", query.Hour, query.Day, false, fresh},
		{"", "2026-03-02 00:00:00", "2026-04-01 00:00:00", query.Day, query.Day, false, fresh},
		{"range=nonsense", "2026-03-02 00:00:00", "2026-04-01 00:00:00", query.Day, query.Day, false, fresh},
		{"range=all", "2025-10-31 00:00:00", "2026-04-01 00:00:00", query.Day, query.Day, false, fresh},
		{"", "2025-03-28 00:00:00", "2025-04-01 00:00:00", query.Hour, query.Day, true, old},
		{"range=24h", "2025-03-30 15:00:00", "2025-03-31 15:00:00", query.Hour, query.Hour, true, old},
		{"range=all", "2025-03-28 00:00:00", "2025-04-01 00:00:00", query.Hour, query.Day, true, old},
		{"from=2026-03-01&to=2026-03-02", "2026-03-01 00:00:00", "2026-03-02 00:00:00", query.Hour, query.Hour, false, fresh},
		{"from=2026-03-31T14:00:00Z&to=2026-03-31T15:00:00Z", "2026-03-31 14:00:00", "2026-03-31 15:00:00", query.Minute, query.Minute, false, old},
		{"from=2020-01-01", "2020-01-01 00:00:00", "2026-03-31 17:22:07", query.Month, query.Month, false, fresh},
	} {
		values, err := url.ParseQuery(c.values)
		if err != nil {
			t.Fatal(err)
		}
		p, err := readPeriod(values, now, c.status)
		if err != nil {
			t.Fatal(err)
		}
		got := []any{stamp(p.From), stamp(p.To), p.Fine, p.Coarse, p.Behind}
		want := []any{c.from, c.to, c.fine, c.coarse, c.behind}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", c.values, diff)
		}
	}
}

// No bar of a chart is lost, doubled or out of its box.
func TestChart(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	line := newTimeline(query.Day, from, from.AddDate(0, 0, 4))
	c := draw("Calls", line, []series{{"good", "ok", []float64{10, 0, 4, 0}}, {"bad", "bad", []float64{2, 0, 0, 0}}}, "person:x",
		func(v float64) string { return short(int64(v)) })
	if len(c.Bars) != 4 || c.Scale[0] != "15" || c.Legend[0].Total != "14" {
		t.Fatalf("%+v", c)
	}
	first := c.Bars[0]
	if first.Title != "Sun 1 Mar UTC: good 10, bad 2" || !strings.Contains(first.Href, "from=2026-03-01T00%3A00%3A00Z&q=person%3Ax&to=2026-03-02") {
		t.Errorf("%+v", first)
	}
	want := []piece{{Y: 66.67, Height: 133.33, Class: "ok"}, {Y: 40, Height: 26.67, Class: "bad"}}
	if diff := cmp.Diff(want, first.Pieces); diff != "" {
		t.Error(diff)
	}
	if c.Summary != "Calls, most at Sun 1 Mar with 12." {
		t.Error(c.Summary)
	}
	if empty := draw("Calls", line, nil, "", dollars); !empty.Empty {
		t.Error("a chart of nothing is not empty")
	}
}

func TestScalesEndOnRoundNumbers(t *testing.T) {
	for v, want := range map[float64]float64{0: 1, 1: 1, 1.2: 1.5, 7: 8, 9: 10, 41: 50, 100: 100, 0.031: 0.04, 12_345: 15_000} {
		if got := ceiling(v); got < want*(1-1e-9) || got > want*(1+1e-9) {
			t.Errorf("ceiling(%v) = %v, want %v", v, got, want)
		}
	}
}

func TestAxisSharesTheTimeline(t *testing.T) {
	from := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]int{1: 1, 4: 4, 7: 7, 30: 6, 31: 5, 28: 7, 365: 5} {
		if got := axis(newTimeline(query.Day, from, from.AddDate(0, 0, days))); len(got) != want || got[0] != "1 Mar" {
			t.Errorf("%d days: %q", days, got)
		}
	}
}

func TestSmallFamiliesAreAddedUp(t *testing.T) {
	found := map[string]*series{}
	for i, name := range []string{"a", "b", "c", "d", "e", "f", "g"} {
		found[name] = &series{Name: name, Values: []float64{float64(i + 1), 1}}
	}
	got := largest(found, 5)
	want := []series{
		{"g", "s0", []float64{7, 1}}, {"f", "s1", []float64{6, 1}}, {"e", "s2", []float64{5, 1}},
		{"d", "s3", []float64{4, 1}}, {"c", "s4", []float64{3, 1}}, {"others", "s5", []float64{3, 2}},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(series{})); diff != "" {
		t.Error(diff)
	}
	if got := largest(map[string]*series{"a": found["a"]}, 5); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}
