package query

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFiguresMeanTheSameInEveryReport holds that a name stands for one measure: the
// first report that has it answers for all.
func TestFiguresMeanTheSameInEveryReport(t *testing.T) {
	seen := 0
	for _, report := range Reports() {
		if report == "security" {
			continue
		}
		for _, c := range ReportColumns(report) {
			got := Figures(c.Name)
			if c.Of != nil {
				if len(got) != 0 {
					t.Errorf("%s is a share of others, and is measured: %+v", c.Name, got)
				}
				continue
			}
			want := c.Measure
			want.As = c.Name
			if diff := cmp.Diff([]Measure{want}, got); diff != "" {
				t.Errorf("%s of %s: (-want +got)\n%s", c.Name, report, diff)
			}
			seen++
		}
	}
	if seen < 10 {
		t.Errorf("only %d figures", seen)
	}
	if got := Figures("none", "calls", "events"); len(got) != 1 || got[0].As != "calls" {
		t.Errorf("%+v", got)
	}
}
