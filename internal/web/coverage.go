package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/inventory"
	"seismo/internal/metrics"
	"seismo/internal/query"
)

// Coverage is the meter over a span of time, with how its counts are read.
type Coverage struct {
	coverage.Report
	Metrics []metrics.Status `json:"metrics"` // by account and Region; empty where CloudWatch is not read
}

// Inventory is what the accounts hold, as it was last seen, and what is to be
// said of it.
type Inventory struct {
	Items   []inventory.Item    `json:"items"`
	Looks   []inventory.Look    `json:"looks"`
	Posture []inventory.Posture `json:"posture"`
}

// coverageView is the page of the meter.
type coverageView struct {
	Coverage
	Choices  []choice
	Behind   bool
	Heat     heat
	Detail   *detail
	Posture  []inventory.Posture // what is not good
	Good     int                 // checks that are
	Looked   time.Time           // when the inventory was last read
	Export   string
	Measured bool // something is known of any place
}

// Share is the part of calls that is visible.
func (v coverageView) Share() string { return percent(v.Visible, v.Calls) }

// Blind is how many calls have no row, at least.
func (v coverageView) Blind() int64 { return v.Calls - v.Visible }

// covered shows what seismo is blind to.
func (s *site) covered(w http.ResponseWriter, r *http.Request) error {
	status, err := s.status(r)
	if err != nil {
		return err
	}
	values := r.URL.Query()
	span, err := readCoverageSpan(values, s.Now(), status)
	if err != nil {
		return err
	}
	c, err := s.measure(r.Context(), span.from, span.to)
	if err != nil {
		return err
	}
	view := coverageView{Coverage: c, Choices: span.choices(), Behind: span.behind, Heat: newHeat(c.Report, span), Measured: len(c.Rows) > 0}
	view.Detail = findDetail(c.Rows, values)
	view.Export = address("/api/coverage", url.Values{"from": {instant(span.from)}, "to": {instant(span.to)}, "format": {"csv"}})
	if s.Inventory != nil {
		known, err := s.Inventory(r.Context())
		if err != nil {
			return fmt.Errorf("inventory: %w", err)
		}
		view.judge(known)
	}
	return s.render(w, r, http.StatusOK, "coverage", page{Title: "Coverage", Nav: "coverage", Status: status, Body: view})
}

func (v *coverageView) judge(known Inventory) {
	for _, p := range known.Posture {
		if p.Grade == inventory.Good {
			v.Good++
		} else {
			v.Posture = append(v.Posture, p)
		}
	}
	for _, l := range known.Looks {
		if l.Seen.After(v.Looked) {
			v.Looked = l.Seen
		}
	}
}

func (s *site) measure(ctx context.Context, from, to time.Time) (Coverage, error) {
	if s.Coverage == nil {
		return Coverage{}, notHere("the coverage meter")
	}
	c, err := s.Coverage(ctx, from, to)
	if err != nil {
		return c, fmt.Errorf("coverage: %w", err)
	}
	return c, nil
}

// coverageSpan is the time that the page is about; every cell is so many hours.
type coverageSpan struct {
	name     string // 48h, 7d, 30d
	from, to time.Time
	cell     int
	behind   bool // counted back from the newest data
}

// readCoverageSpan reads range, or from and to.
func readCoverageSpan(v url.Values, now time.Time, status Status) (coverageSpan, error) {
	from, to, err := readSpan(v)
	if err != nil {
		return coverageSpan{}, err
	}
	end, behind := now.UTC(), false
	if !status.Newest.IsZero() && now.Sub(status.Newest) > behindAfter {
		end, behind = status.Newest.UTC().Add(time.Nanosecond), true
	}
	s := coverageSpan{name: v.Get("range"), to: after(end, time.Hour), cell: 1, behind: behind}
	hours := 48
	switch {
	case !from.IsZero() || !to.IsZero():
		s.name, s.behind = "custom", false
		if !to.IsZero() {
			s.to = to
		}
		if from.IsZero() {
			from = s.to.Add(-48 * time.Hour)
		}
		hours = int(s.to.Sub(from.Truncate(time.Hour)).Hours() + 0.999)
	case s.name == "7d":
		hours = 7 * 24
	case s.name == "30d":
		s.to, hours = after(end, 24*time.Hour), 30*24
	default:
		s.name = "48h"
	}
	if hours < 1 || hours > coverage.MostHours {
		return s, unreadable("from and to", "a span of an hour to 31 days")
	}
	s.from = s.to.Add(-time.Duration(hours) * time.Hour)
	switch {
	case hours > 10*24:
		s.cell = 24
	case hours > 48:
		s.cell = 4
	}
	return s, nil
}

func (s coverageSpan) width() time.Duration { return time.Duration(s.cell) * time.Hour }

func (s coverageSpan) choices() []choice {
	var out []choice
	for _, c := range []struct{ name, label string }{{"48h", "48 hours"}, {"7d", "7 days"}, {"30d", "30 days"}} {
		out = append(out, choice{c.label, address("/coverage", url.Values{"range": {c.name}}), s.name == c.name})
	}
	return out
}

// apiCoverage answers the meter; as CSV its rows.
func (s *site) apiCoverage(w http.ResponseWriter, r *http.Request) error {
	from, to, err := readSpan(r.URL.Query())
	if err != nil {
		return err
	}
	if to.IsZero() {
		to = s.Now()
	}
	if from.IsZero() {
		from = to.Add(-48 * time.Hour)
	}
	if !from.Before(to) || to.Sub(from) > (coverage.MostHours-2)*time.Hour {
		return unreadable("from and to", "a span of at most 30 days")
	}
	c, err := s.measure(r.Context(), from, to)
	if err != nil {
		return err
	}
	if wantsCSV(r) {
		return writeCSV(w, "coverage.csv", coverageTable(c.Rows))
	}
	if c.Metrics == nil {
		c.Metrics = []metrics.Status{}
	}
	return writeJSON(w, c)
}

func coverageTable(rows []coverage.Row) query.Table {
	t := query.Table{Columns: []string{"account", "region", "endpoint", "hour", "state", "metric", "trail", "logs", "stored",
		"missing", "excess", "no_body", "logging", "why"}}
	for _, r := range rows {
		t.Rows = append(t.Rows, []any{r.Account, r.Region, r.Endpoint, r.Hour, string(r.State), number(r.Metric), number(r.Trail),
			number(r.Logs), r.Stored, r.Missing, r.Excess, r.NoBody, string(r.Logging), r.Why})
	}
	return t
}

// number is a cell of a count that may be absent.
func number(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

// apiInventory answers what the accounts hold; as CSV the things without their
// bodies.
func (s *site) apiInventory(w http.ResponseWriter, r *http.Request) error {
	if s.Inventory == nil {
		return notHere("the inventory")
	}
	known, err := s.Inventory(r.Context())
	if err != nil {
		return fmt.Errorf("inventory: %w", err)
	}
	if wantsCSV(r) {
		t := query.Table{Columns: []string{"account", "region", "kind", "id", "first_seen", "last_seen", "body"}}
		for _, i := range known.Items {
			t.Rows = append(t.Rows, []any{i.Account, i.Region, i.Kind, i.ID, i.First, i.Last, i.Body})
		}
		return writeCSV(w, "inventory.csv", t)
	}
	if known.Posture == nil {
		known.Posture = []inventory.Posture{}
	}
	return writeJSON(w, known)
}
