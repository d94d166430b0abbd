package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"seismo/internal/event"
	"seismo/internal/query"
)

// findingsShown is how many findings the page lists.
const findingsShown = 500

// findingsView is the page of findings.
type findingsView struct {
	Findings []findingRow
	Severe   []severityCount // from the gravest to the least
	More     bool            // there are older ones than those listed
}

type findingRow struct {
	event.Finding
	Source string // the detector, as people call it
	Calls  string // address of what the principal did, "" when it is not named
}

type severityCount struct {
	Severity string
	Count    int64
}

func (s *site) findings(w http.ResponseWriter, r *http.Request) error {
	if s.Findings == nil {
		return notHere("the list of findings")
	}
	found, err := s.Findings(r.Context(), findingsShown+1)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	return s.render(w, r, http.StatusOK, "findings", page{Title: "Findings", Nav: "findings", Body: viewFindings(found)})
}

func viewFindings(found []event.Finding) findingsView {
	var v findingsView
	if v.More = len(found) > findingsShown; v.More {
		found = found[:findingsShown]
	}
	counts := map[string]int64{}
	for _, f := range found {
		counts[f.Severity]++
		row := findingRow{Finding: f, Source: detectorName(f.Detector)}
		row.Calls = callsOf(f.Principal)
		v.Findings = append(v.Findings, row)
	}
	for _, severity := range [...]string{event.Critical, event.High, event.Medium, event.Low, event.Info} {
		v.Severe = append(v.Severe, severityCount{severity, counts[severity]})
	}
	return v
}

// callsOf is the address of what a principal did: an ARN, or the name of a user,
// which ends its ARN.
func callsOf(principal string) string {
	switch {
	case principal == "":
		return ""
	case strings.HasPrefix(principal, "arn:"):
		return searchFor(query.Compare{Field: "principal", Op: query.Equal, Value: principal})
	}
	return searchFor(query.Compare{Field: "principal", Op: query.Like, Value: "*/" + escapeLike(principal)})
}

func detectorName(detector string) string {
	switch detector {
	case event.DetectorGuardDuty:
		return "GuardDuty"
	case event.DetectorInsight:
		return "CloudTrail Insights"
	}
	return detector
}

// severityMark is the colour of a severity.
func severityMark(severity string) string {
	switch severity {
	case event.Critical, event.High:
		return "bad"
	case event.Medium:
		return "warn"
	}
	return "note"
}

// apiFindings answers the newest findings, or CSV of them.
func (s *site) apiFindings(w http.ResponseWriter, r *http.Request) error {
	if s.Findings == nil {
		return notHere("the list of findings")
	}
	limit, err := readLimit(r.URL.Query(), query.MaxLimit)
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = 100
	}
	found, err := s.Findings(r.Context(), limit)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	if wantsCSV(r) {
		return writeCSV(w, "findings.csv", findingTable(found))
	}
	if found == nil {
		found = []event.Finding{}
	}
	return writeJSON(w, found)
}

func findingTable(found []event.Finding) query.Table {
	t := query.Table{Columns: []string{"id", "time", "severity", "detector", "rule", "title", "account", "region", "principal", "resource"}}
	for _, f := range found {
		t.Rows = append(t.Rows, []any{f.ID, f.Time, f.Severity, f.Detector, f.Rule, f.Title, f.Account, f.Region, f.Principal, f.Resource})
	}
	return t
}

func (c *Client) findings(ctx context.Context, limit int) ([]event.Finding, error) {
	var found []event.Finding
	if err := c.get(ctx, "/api/findings", url.Values{"limit": {strconv.Itoa(limit)}}, Reader{}, &found); err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	return found, nil
}
