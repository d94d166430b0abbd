package report

import (
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestPeriods(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	for _, c := range []struct {
		kind           Kind
		at             time.Time
		from, to       string // UTC
		id, name, last string
		slots          int
	}{
		{Daily, time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC), "2026-03-05T00", "2026-03-06T00", "2026-03-05", "Thursday 5 March 2026", "2026-03-04", 24},
		// The day on which clocks go forward has 23 hours, the one on which they go back 25.
		{Daily, time.Date(2026, 3, 29, 12, 0, 0, 0, paris), "2026-03-28T23", "2026-03-29T22", "2026-03-29", "Sunday 29 March 2026", "2026-03-28", 23},
		{Daily, time.Date(2026, 10, 25, 12, 0, 0, 0, paris), "2026-10-24T22", "2026-10-25T23", "2026-10-25", "Sunday 25 October 2026", "2026-10-24", 25},
		{Weekly, time.Date(2026, 3, 8, 23, 59, 0, 0, time.UTC), "2026-03-02T00", "2026-03-09T00", "2026-W10", "2 – 8 March 2026", "2026-W09", 7},
		{Weekly, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), "2026-03-02T00", "2026-03-09T00", "2026-W10", "2 – 8 March 2026", "2026-W09", 7},
		{Weekly, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), "2025-12-29T00", "2026-01-05T00", "2026-W01", "29 December 2025 – 4 January 2026", "2025-W52", 7},
		{Monthly, time.Date(2026, 3, 31, 5, 0, 0, 0, paris), "2026-02-28T23", "2026-03-31T22", "2026-03", "March 2026", "2026-02", 31},
		{Monthly, time.Date(2026, 1, 15, 0, 0, 0, 0, time.UTC), "2026-01-01T00", "2026-02-01T00", "2026-01", "January 2026", "2025-12", 31},
	} {
		p := c.kind.At(c.at)
		const hour = "2006-01-02T15"
		if p.From.UTC().Format(hour) != c.from || p.To.UTC().Format(hour) != c.to || p.ID() != c.id || p.Name() != c.name {
			t.Errorf("%s of %s: %s to %s, %s, %q", c.kind, c.at, p.From.UTC(), p.To.UTC(), p.ID(), p.Name())
		}
		if got := c.kind.Last(c.at); got.ID() != c.last || !got.To.Equal(p.From) {
			t.Errorf("%s before %s: %s", c.kind, c.at, got.ID())
		}
		if p.Before().After() != p {
			t.Errorf("%s: the period after the one before is another", p.ID())
		}
		slots := p.slots()
		if len(slots) != c.slots || !slots[0].From.Equal(p.From) || !slots[len(slots)-1].To.Equal(p.To) {
			t.Errorf("%s has %d slots", p.ID(), len(slots))
		}
	}
}

func TestWhenAReportIsDue(t *testing.T) {
	paris := zone(t, "Europe/Paris")
	for name, c := range map[string]struct {
		plan      Plan
		now, want time.Time // want: the newest period that is due begins
	}{
		"a day, before":    {Plan{Kind: Daily, Hour: 7}, time.Date(2026, 3, 6, 6, 59, 0, 0, time.UTC), time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)},
		"a day, at":        {Plan{Kind: Daily, Hour: 7}, time.Date(2026, 3, 6, 7, 0, 0, 0, time.UTC), time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)},
		"a day elsewhere":  {Plan{Kind: Daily, Hour: 7, Zone: paris}, time.Date(2026, 3, 6, 6, 0, 0, 0, time.UTC), time.Date(2026, 3, 5, 0, 0, 0, 0, paris)},
		"a week, Monday":   {Plan{Kind: Weekly, Hour: 7, Weekday: time.Monday}, time.Date(2026, 3, 9, 7, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		"a week, Sunday":   {Plan{Kind: Weekly, Hour: 7, Weekday: time.Sunday}, time.Date(2026, 3, 14, 7, 0, 0, 0, time.UTC), time.Date(2026, 2, 23, 0, 0, 0, 0, time.UTC)},
		"a month, the 1st": {Plan{Kind: Monthly, Hour: 7, Day: 1}, time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)},
		"a month, the 5th": {Plan{Kind: Monthly, Hour: 7, Day: 5}, time.Date(2026, 4, 1, 7, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if c.plan.Zone == nil {
			c.plan.Zone = time.UTC
		}
		if got := c.plan.newest(c.now); !got.From.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got.From, c.want)
		}
	}
}
