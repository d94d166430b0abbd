package coverage

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Gaps that are put into a time without any are found, all of them and no other,
// with the number of calls that was left out.
func TestGapsThatWereMadeAreTheGapsThatAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := day.AddDate(0, 0, 30)
		var counts []Count
		var want []State
		missing := int64(0)
		for h := range rapid.IntRange(1, 48).Draw(t, "hours") {
			c := Count{Place: Place{"111122223333", "eu-west-1", Runtime}, Hour: day.Add(time.Duration(h) * time.Hour), Logging: On}
			calls := rapid.Int64Range(0, 5000).Draw(t, "calls")
			failed := rapid.Int64Range(0, calls/10).Draw(t, "failed")
			throttled := rapid.Int64Range(0, 50).Draw(t, "throttled")
			delivered := calls + throttled
			c.Stored, c.Answered = calls+throttled, calls-failed
			c.Metrics = &Metrics{Invocations: calls, Errors: failed, Delivered: &delivered}
			if rapid.Bool().Draw(t, "only answered ones count") {
				c.Metrics.Invocations = calls - failed
			}
			state := Complete
			if c.Stored == 0 {
				state = Quiet
			}
			// More than what the hours beside may explain.
			if gap := c.Answered/2 + 1; h%2 == 0 && c.Answered > 20 && rapid.Bool().Draw(t, "gap") {
				state = rapid.SampledFrom([]State{LoggingOff, DeliveryFailing, Unread, Unknown}).Draw(t, "state")
				c.Trail = &Trail{Seen: calls, Alone: gap}
				c.Stored, c.Answered = c.Stored-gap, c.Answered-gap
				missing += gap
				lacking := delivered - gap
				switch state {
				case LoggingOff:
					c.Logging, c.Metrics.Delivered = Off, &lacking
				case DeliveryFailing:
					c.Metrics.Failed, c.Metrics.Delivered = gap, &lacking
				case Unknown:
					c.Metrics.Delivered = &lacking
				}
			}
			counts = append(counts, c)
			want = append(want, state)
		}
		report := NewReport(day, now, Judge(rapid.Permutation(counts).Draw(t, "order"), now))
		var got []State
		total := int64(0)
		for _, r := range report.Rows {
			got = append(got, r.State)
			total += r.Missing
		}
		if !slices.Equal(want, got) {
			t.Fatalf("want %v\ngot  %v", want, got)
		}
		if total != missing || report.Calls-report.Visible != missing {
			t.Fatalf("%d calls left out, %d found, %d blind", missing, total, report.Calls-report.Visible)
		}
	})
}
