package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"sync"

	"seismo/internal/coverage"
	"seismo/internal/event"
)

//go:embed report.html
var page string

// parse parses the embedded page once. It panics on one that does not parse,
// which no build that passed its tests carries.
var parse = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{
		"whole": whole, "count": count, "dollars": dollars, "share": share, "latency": latency, "clean": clean, "stamp": stamp, "calls": calls,
		"drift": drift, "value": func(v any) float64 {
			switch v := v.(type) {
			case *float64:
				return value(v)
			case *int64:
				return value(v)
			case int64:
				return float64(v)
			}
			return 0
		},
		"moved": moved,
	}).Parse(page))
})

// view is the page's own reading of a report.
type view struct {
	*Report
	Title, Zone  string
	Former       Totals
	FormerName   string
	Calls, Spend chart
	Tables       []table
	Severe       []severity
	Listed       []finding
	MoreFindings int
	Seen         *seen
}

type table struct {
	Title, Heading, Nameless string
	Ranking
}

type severity struct {
	Name string
	N    int
}

type finding struct {
	event.Finding
	When, Mark string
}

// seen is the coverage in short.
type seen struct {
	Share          string
	Calls, Visible int64
	Blind, NoBody  int64
	Gaps           []coverage.Gap
	More           int
}

// Bounds of what a page lists.
const (
	listedFindings = 25
	listedGaps     = 12
)

// HTML is the report as a page of its own.
func (r *Report) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := parse().Execute(&b, r.view()); err != nil {
		return nil, fmt.Errorf("write the report: %w", err)
	}
	return b.Bytes(), nil
}

// Title is the report's name, for its head and an e-mail's subject.
func (r *Report) Title() string { return "Bedrock, " + r.Period.Name() }

func (r *Report) view() view {
	v := view{Report: r, Title: r.Title(), Zone: r.Period.zone(), Former: r.Former, FormerName: r.Period.Before().Name(),
		Calls: r.callsChart(), Spend: r.spendChart(), Tables: r.tables()}
	for _, name := range [...]string{event.Critical, event.High, event.Medium, event.Low, event.Info} {
		v.Severe = append(v.Severe, severity{name, r.Severities[name]})
	}
	for i, f := range r.Findings {
		if i == listedFindings {
			v.MoreFindings = len(r.Findings) - listedFindings
			break
		}
		v.Listed = append(v.Listed, finding{f, stamp(f.Time.In(r.Period.From.Location())), mark(f.Severity)})
	}
	v.Seen = r.seen()
	return v
}

func (r *Report) tables() []table {
	list := []table{
		{"Models", "model", "model unknown", r.Models},
		{"People", "person", "nobody known", r.People},
	}
	if len(r.Teams.Rows) > 1 || len(r.Teams.Rows) == 1 && r.Teams.Rows[0].Name != "" {
		list = append(list, table{"Teams", "team", "no team known", r.Teams})
	}
	return append(list, table{"Accounts and Regions", "account and Region", "unknown", r.Places})
}

func (r *Report) seen() *seen {
	c := r.Coverage
	if c == nil {
		return nil
	}
	s := &seen{Share: share(c.Visible, c.Calls), Calls: c.Calls, Visible: c.Visible, Blind: max(0, c.Calls-c.Visible), NoBody: c.NoBody, Gaps: c.Gaps}
	if len(s.Gaps) > listedGaps {
		s.Gaps, s.More = s.Gaps[:listedGaps], len(s.Gaps)-listedGaps
	}
	return s
}

// Note says of how many calls nothing is seen.
func (s *seen) Note() string {
	if s.Blind == 0 {
		return "no call is known to be missing"
	}
	return calls(s.Blind, "has", "have") + " no row"
}

func mark(severity string) string {
	switch severity {
	case event.Critical, event.High:
		return "bad"
	case event.Medium:
		return "warn"
	}
	return "note"
}

// moved is the class of a drift: up by half or more, or down by a third.
func moved(now, before float64) string {
	switch {
	case before == 0 && now > 0, before > 0 && now >= 1.5*before:
		return "up"
	case before > 0 && now <= before*2/3:
		return "down"
	}
	return ""
}
