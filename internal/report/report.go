// Package report makes the report of a day, a week or a month: usage, cost held
// against the period before, people, teams, models, failures, findings, coverage
// and quarantine, as one HTML page that is ready to be printed, and as text. It
// also says when a report is due, and has it sent once.
//
// It asks through query.Searcher and funcs, and never knows a store. Nothing of
// what was said is ever in a report. The page holds no script and asks nobody for
// anything.
package report

import (
	"fmt"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/event"
)

// Kind is how long a report's period is.
type Kind string

// The kinds.
const (
	Daily   Kind = "daily"
	Weekly  Kind = "weekly"
	Monthly Kind = "monthly"
)

// Period is a day, a week from Monday on, or a month, in the time zone of its
// ends.
type Period struct {
	Kind     Kind
	From, To time.Time // From inclusive, To exclusive
}

// At is the period in which a moment lies, in the zone of the moment.
func (k Kind) At(t time.Time) Period {
	y, m, d := t.Date()
	zone := t.Location()
	switch k {
	case Weekly:
		monday := d - (int(t.Weekday())+6)%7
		return Period{k, time.Date(y, m, monday, 0, 0, 0, 0, zone), time.Date(y, m, monday+7, 0, 0, 0, 0, zone)}
	case Monthly:
		return Period{k, time.Date(y, m, 1, 0, 0, 0, 0, zone), time.Date(y, m+1, 1, 0, 0, 0, 0, zone)}
	}
	return Period{Daily, time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)}
}

// Last is the newest period that was over at a moment.
func (k Kind) Last(now time.Time) Period { return k.At(now).Before() }

// Before is the period before.
func (p Period) Before() Period { return p.Kind.At(p.From.Add(-time.Hour)) }

// After is the period after.
func (p Period) After() Period { return p.Kind.At(p.To) }

// Name is the period in words: Thursday 5 March 2026, 2 – 8 March 2026, March 2026.
func (p Period) Name() string {
	last := p.To.Add(-time.Hour)
	switch {
	case p.Kind == Monthly:
		return p.From.Format("January 2006")
	case p.Kind == Daily:
		return p.From.Format("Monday 2 January 2006")
	case p.From.Month() == last.Month():
		return fmt.Sprintf("%d – %s", p.From.Day(), last.Format("2 January 2006"))
	case p.From.Year() == last.Year():
		return p.From.Format("2 January") + " – " + last.Format("2 January 2006")
	}
	return p.From.Format("2 January 2006") + " – " + last.Format("2 January 2006")
}

// ID names the period in file names and in the state: 2026-03-05, 2026-W10, 2026-03.
func (p Period) ID() string {
	switch p.Kind {
	case Weekly:
		year, week := p.From.ISOWeek()
		return fmt.Sprintf("%d-W%02d", year, week)
	case Monthly:
		return p.From.Format("2006-01")
	}
	return p.From.Format(time.DateOnly)
}

// slots are the parts that charts are drawn by: hours of a day, else days.
func (p Period) slots() []Period {
	var list []Period
	for at := p.From; at.Before(p.To); {
		next := at.Add(time.Hour)
		if p.Kind != Daily {
			y, m, d := at.Date()
			next = time.Date(y, m, d+1, 0, 0, 0, 0, at.Location())
		}
		list = append(list, Period{p.Kind, at, next})
		at = next
	}
	return list
}

// Report is all that a report shows. A nil pointer is a number that nothing
// tells.
type Report struct {
	Period   Period    `json:"period"`
	Made     time.Time `json:"made"`
	Version  string    `json:"version,omitzero"`
	Now      Totals    `json:"now"`
	Former   Totals    `json:"former"`
	Slots    []Slot    `json:"slots"`
	Families []string  `json:"families"` // names of Slot.Spend, the dearest first

	Models   Ranking `json:"models"`
	People   Ranking `json:"people"`
	Teams    Ranking `json:"teams"`
	Places   Ranking `json:"places"` // accounts and Regions
	Failures Ranking `json:"failures"`

	Bills []Billed `json:"bills"` // nil: AWS was not asked

	Findings   []event.Finding  `json:"findings"` // newest first
	Severities map[string]int   `json:"severities"`
	Coverage   *coverage.Report `json:"coverage"`   // nil: nothing tells
	Quarantine []Reason         `json:"quarantine"` // of what was read in the period
	Missing    []string         `json:"missing"`    // parts that could not be had, and why

	Invented []string  `json:"simulated_accounts,omitempty"` // accounts of an invented company that are in the database
	Mixed    bool      `json:"mixed,omitzero"`               // there are other accounts too
	Newest   time.Time `json:"newest_call,omitzero"`         // of the whole database, when the period has no calls
}

// Alone tells whether nothing is known of the period before: then nothing is
// held against it.
func (r *Report) Alone() bool { return r.Former.Calls == 0 }

// Totals are the sums of a period.
type Totals struct {
	Calls     int64    `json:"calls"`
	Failed    int64    `json:"failed"`
	Throttled int64    `json:"throttled"`
	People    int64    `json:"people"`
	Nobody    int64    `json:"nobody"` // calls of nobody known
	Unpriced  int64    `json:"unpriced"`
	USD       *float64 `json:"usd"`
	P95       *float64 `json:"latency_p95"` // milliseconds
	Input     *int64   `json:"tokens_input"`
	Read      *int64   `json:"tokens_cache_read"`
	Written   *int64   `json:"tokens_cache_write"`
	Output    *int64   `json:"tokens_output"`
}

// Tokens is the sum of those that are known.
func (t Totals) Tokens() *int64 {
	var sum *int64
	for _, n := range [...]*int64{t.Input, t.Read, t.Written, t.Output} {
		if n != nil {
			if sum == nil {
				sum = new(int64)
			}
			*sum += *n
		}
	}
	return sum
}

// Slot is one bar of the charts.
type Slot struct {
	From      time.Time `json:"from"`
	Answered  int64     `json:"answered"`
	Throttled int64     `json:"throttled"`
	Failed    int64     `json:"failed"` // beside the throttled ones
	Spend     []float64 `json:"spend"`  // by family
}

// Ranking is who or what a period's calls are made of, the dearest first.
type Ranking struct {
	Rows []Line `json:"rows"`
	More int    `json:"more,omitzero"` // how many are left out
	Rest Line   `json:"rest,omitzero"` // the sum of those
}

// Line is one row of a ranking.
type Line struct {
	Name     string   `json:"name"` // "" when the calls do not tell
	Calls    int64    `json:"calls"`
	Failed   int64    `json:"failed"`
	Unpriced int64    `json:"unpriced"`
	Tokens   *int64   `json:"tokens"`
	USD      *float64 `json:"usd"`
	Former   *Line    `json:"former"` // of the period before; nil when it was not there

	alone bool // nothing at all is known of the period before
	cents bool // the sums of its table are written to the cent
}

// Reason counts bad items.
type Reason struct {
	Reason string `json:"reason"`
	Items  int    `json:"items"`
}
