package simulate

import (
	"slices"
	"testing"

	"seismo/internal/event"
)

// TestDetectorsTellOfTheStories wants what AWS's own detectors would have noticed,
// and what they say again under the same id.
func TestDetectorsTellOfTheStories(t *testing.T) {
	latest := map[string]event.Finding{}
	for _, f := range month(t).found {
		if before, ok := latest[f.ID]; ok && !f.Time.After(before.Time) {
			t.Errorf("%s is told again, and not later", f.Rule)
		}
		latest[f.ID] = f
	}
	var rules []string
	for _, f := range latest {
		rules = append(rules, f.Severity+" "+f.Rule)
		if f.Account != labAccount && f.Account != apps[appDigest].account || f.Title == "" || f.Principal == "" || f.Time.IsZero() {
			t.Errorf("%+v", f)
		}
	}
	slices.Sort(rules)
	want := []string{"critical AttackSequence:IAM/CompromisedCredentials", "low ApiCallRateInsight", "medium DefenseEvasion:IAMUser/AnomalousBehavior"}
	if !slices.Equal(rules, want) {
		t.Errorf("%q, want %q", rules, want)
	}
	if quiet, err := readMonth(Config{Calls: 300, Stories: []string{}}); err != nil || len(quiet.found) > 0 {
		t.Errorf("a month without stories: %d findings, %v", len(quiet.found), err)
	}
}
