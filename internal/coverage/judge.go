package coverage

import (
	"slices"
	"strings"
	"time"
)

// Tolerances. CloudTrail names each call by its request id, so what it proves
// needs none; counts of CloudWatch do.
const (
	// Lag is how long AWS may take until all counts of an hour are there.
	// CloudTrail promises about 15 minutes, and CloudWatch corrects its newest
	// values about as long.
	Lag = 30 * time.Minute
	// atLeast and permille bound the difference of two counts of one hour that
	// still counts as none: one call, or 5 of 1,000.
	atLeast  = 1
	permille = 5
	// edge is the share of an hour's calls, 1 in edge, that may be counted in the
	// hour beside it: the log has the time of the request, CloudWatch that of the
	// answer. edgeLeast of them may be so in any hour.
	edge      = 12
	edgeLeast = 3
)

// Judge gives each count its state, ordered by place and hour. Hours that
// follow one another at the same place are judged together, since a call that
// spans two is counted in either.
func Judge(counts []Count, now time.Time) []Row {
	counts = slices.Clone(counts)
	slices.SortFunc(counts, func(a, b Count) int {
		if c := comparePlaces(a.Place, b.Place); c != 0 {
			return c
		}
		return a.Hour.Compare(b.Hour)
	})
	rows := make([]Row, 0, len(counts))
	for len(counts) > 0 {
		n := 1
		for n < len(counts) && counts[n].Place == counts[0].Place {
			n++
		}
		rows = append(rows, judgePlace(counts[:n], now)...)
		counts = counts[n:]
	}
	return rows
}

func comparePlaces(a, b Place) int {
	for _, c := range [...]int{
		strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region),
		-strings.Compare(a.Endpoint, b.Endpoint), // runtime before mantle
	} {
		if c != 0 {
			return c
		}
	}
	return 0
}

func judgePlace(counts []Count, now time.Time) []Row {
	asked, delivered := make([]balance, len(counts)), make([]balance, len(counts))
	for i, c := range counts {
		if c.Metrics == nil {
			continue
		}
		// Whether Invocations holds failed calls is told in two ways; every
		// number of rows between the two readings is right.
		asked[i] = between(c.Answered, c.Metrics.Invocations-c.Metrics.Errors, c.Metrics.Invocations)
		if c.Metrics.Delivered != nil {
			delivered[i] = between(c.Stored, *c.Metrics.Delivered, *c.Metrics.Delivered)
		}
	}
	level(counts, asked)
	level(counts, delivered)
	rows := make([]Row, len(counts))
	for i, c := range counts {
		rows[i] = c.judge(asked[i], delivered[i].short, now)
	}
	return rows
}

// balance is how far a number lies below or above what was expected.
type balance struct{ short, over, of int64 }

func between(n, low, high int64) balance {
	b := balance{of: high}
	switch low = max(low, 0); {
	case n < low:
		b.short = low - n
	case n > high:
		b.over = n - high
	}
	return b
}

// level lets hours take from those beside them what was counted there, and then
// drops differences within the tolerance.
func level(counts []Count, b []balance) {
	for i := range b {
		for _, j := range [...]int{i - 1, i + 1} {
			if j < 0 || j >= len(b) || counts[i].Hour.Sub(counts[j].Hour).Abs() != time.Hour {
				continue
			}
			most := max(edgeLeast, max(b[i].of, b[j].of)/edge)
			moved := min(b[i].short, b[j].over, most)
			b[i].short -= moved
			b[j].over -= moved
		}
	}
	for i := range b {
		tolerated := max(atLeast, b[i].of*permille/1000)
		if b[i].short <= tolerated {
			b[i].short = 0
		}
		if b[i].over <= tolerated {
			b[i].over = 0
		}
	}
}

// judge finds the state of one hour. unread is how many records AWS wrote
// that are not stored.
func (c Count) judge(asked balance, unread int64, now time.Time) Row {
	r := Row{Place: c.Place, Hour: c.Hour, Stored: c.Stored, NoBody: c.NoBody, Logging: c.Logging}
	if c.Metrics != nil {
		r.Metric, r.Logs = &c.Metrics.Invocations, c.Metrics.Delivered
	}
	var alone, unlogged int64
	if c.Trail != nil {
		r.Trail = &c.Trail.Seen
		alone, unlogged = c.Trail.Alone, c.Trail.Unlogged
	}
	if c.Endpoint == Mantle {
		r.judgeMantle()
		return r
	}
	r.Missing, r.Excess = max(asked.short, unread, alone, unlogged), asked.over
	young := now.Before(c.Hour.Add(time.Hour + Lag))
	r.State = c.state(r, unread, alone, young)
	if r.State == Complete && now.Before(c.Hour.Add(time.Hour)) {
		r.State = Late // the hour is not over
	}
	if r.State == Late {
		r.Excess = 0
	}
	r.Why = r.sentence(c, unread)
	return r
}

func (c Count) state(r Row, unread, alone int64, young bool) State {
	missing := r.Missing
	switch {
	case missing > 0 && c.Logging.Off():
		return LoggingOff
	case (missing > 0 || r.Excess > 0) && young:
		return Late
	case missing > 0 && c.Metrics != nil && c.Metrics.Failed > 0:
		return DeliveryFailing
	case unread > 0:
		return Unread
	case missing > 0 && c.Trail != nil && missing <= c.Trail.Unlogged && alone == 0:
		return NoContent
	case missing > 0:
		return Unknown
	case c.NoBody > 0 || c.Metrics != nil && c.Metrics.LargeFailed > 0:
		return BodyLost
	case r.Excess > 0:
		return Excess
	case c.Stored == 0 && (c.Metrics == nil || c.Metrics.Invocations == 0):
		return Quiet
	case c.Metrics == nil && young:
		return Late
	case c.Metrics == nil:
		return NoMetrics
	}
	return Complete
}

// judgeMantle judges an endpoint that no log holds: whatever is called there is
// known by number and caller alone.
func (r *Row) judgeMantle() {
	for _, n := range [...]*int64{r.Metric, r.Trail} {
		if n != nil {
			r.Missing = max(r.Missing, *n)
		}
	}
	r.State, r.Why = Quiet, "No calls."
	if r.Missing > 0 {
		r.State = NoContent
		r.Why = count(r.Missing, "call") + " through bedrock-mantle, which has no invocation log: who called is known, what was said is not."
	}
}
