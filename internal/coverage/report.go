package coverage

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Report is the meter over a span of time.
type Report struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Calls   int64     `json:"calls"`   // calls known of by any of the counts
	Visible int64     `json:"visible"` // of these, calls with a row of the invocation log
	NoBody  int64     `json:"no_body"` // of the visible ones, calls that lost a body
	Gaps    []Gap     `json:"gaps"`    // what does not add up, the gravest first
	Rows    []Row     `json:"rows"`    // by account, Region, endpoint and hour
}

// Gap is a run of hours of one place in one state.
type Gap struct {
	Place
	State  State     `json:"state"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`    // end of the last hour
	Calls  int64     `json:"calls"` // calls missing, without a body, in excess or uncounted
	Why    string    `json:"why"`   // of the gravest hour, and of how many it is
	Remedy string    `json:"remedy"`
}

// NewReport sums judged rows up.
func NewReport(from, to time.Time, rows []Row) Report {
	r := Report{From: from, To: to, Rows: rows, Gaps: []Gap{}}
	if rows == nil {
		r.Rows = []Row{}
	}
	for _, row := range rows {
		r.Calls += row.Calls()
		r.Visible += row.Stored
		r.NoBody += row.NoBody
	}
	r.Gaps = append(r.Gaps, gaps(rows)...)
	slices.SortStableFunc(r.Gaps, func(a, b Gap) int { return rank(a.State) - rank(b.State) })
	return r
}

func rank(s State) int { return slices.Index(States(), s) }

// gaps merges hours of one place that follow one another in one state. A quiet
// hour between two of them is part of the gap: it proves nothing.
func gaps(rows []Row) []Gap {
	var out []Gap
	open, worst, hours := -1, int64(0), map[int]int{}
	for _, row := range rows {
		if open >= 0 && out[open].Place != row.Place {
			open = -1
		}
		switch {
		case row.State == Quiet:
			continue
		case !row.State.Gap():
			open = -1
			continue
		case open < 0 || out[open].State != row.State:
			out = append(out, Gap{Place: row.Place, State: row.State, From: row.Hour, Why: row.Why, Remedy: row.State.Remedy()})
			open, worst = len(out)-1, 0
		}
		g := &out[open]
		hours[open]++
		g.To = row.Hour.Add(time.Hour)
		n := row.affected()
		g.Calls += n
		if n > worst {
			g.Why, worst = row.Why, n
		}
	}
	for i, n := range hours {
		if n > 1 {
			out[i].Why = strings.TrimSuffix(out[i].Why, ".") + " (the gravest of " + strconv.Itoa(n) + " hours)."
		}
	}
	return out
}

// affected is how many calls a row's state is about.
func (r Row) affected() int64 {
	switch r.State {
	case BodyLost:
		return r.NoBody
	case Excess:
		return r.Excess
	case NoMetrics:
		return r.Stored
	}
	return r.Missing
}
