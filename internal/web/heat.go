package web

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/query"
)

// heat is a table of places by hours. A cell has a colour and a sign, so that it
// can be read without colours.
type heat struct {
	Days   []heatDay // headings over the cells
	Hours  []string  // headings of the cells; "" where there is no room
	Rows   []heatRow
	Legend []heatKey
	Quiet  []coverage.Place // places without a call in this time, not shown as rows
	Cell   int              // hours of a cell
}

type heatDay struct {
	Name string
	Span int
}

type heatRow struct {
	coverage.Place
	Cells  []heatCell
	Calls  int64
	Stored int64
}

// heatCell is one place in some hours: the gravest state of them.
type heatCell struct {
	Sign, Class, Title, Href string
	Current                  bool
}

type heatKey struct{ Sign, Class, Label string }

// sign is a state's mark in a cell, and its class of colour.
func sign(s coverage.State) (mark, class string) {
	switch s {
	case coverage.LoggingOff:
		return "×", "h-bad"
	case coverage.DeliveryFailing:
		return "!", "h-bad"
	case coverage.Unread:
		return "R", "h-bad"
	case coverage.Unknown:
		return "?", "h-bad"
	case coverage.BodyLost:
		return "B", "h-warn"
	case coverage.NoContent:
		return "N", "h-warn"
	case coverage.Excess:
		return "+", "h-warn"
	case coverage.NoMetrics:
		return "○", "h-dim"
	case coverage.Late:
		return "…", "h-dim"
	case coverage.Complete:
		return "✓", "h-ok"
	}
	return "·", "h-none"
}

func newHeat(r coverage.Report, span coverageSpan) heat {
	h := heat{Cell: span.cell}
	var starts []time.Time
	for at := r.From; at.Before(r.To); at = at.Add(span.width()) {
		starts = append(starts, at)
	}
	h.headings(starts)
	used := map[coverage.State]bool{}
	for len(r.Rows) > 0 {
		n := 1
		for n < len(r.Rows) && r.Rows[n].Place == r.Rows[0].Place {
			n++
		}
		h.place(r.Rows[:n], starts, span, used)
		r.Rows = r.Rows[n:]
	}
	for _, s := range coverage.States() {
		if used[s] {
			mark, class := sign(s)
			h.Legend = append(h.Legend, heatKey{mark, class, s.Label()})
		}
	}
	return h
}

// headings names the days, and every so many cells the hour.
func (h *heat) headings(starts []time.Time) {
	for i, at := range starts {
		day := at.Format("2 Jan")
		if h.Cell >= 24 {
			day = at.Format("Jan 2006")
		}
		if n := len(h.Days); n == 0 || h.Days[n-1].Name != day {
			h.Days = append(h.Days, heatDay{Name: day})
		}
		h.Days[len(h.Days)-1].Span++
		name := ""
		switch {
		case h.Cell >= 24:
			name = at.Format("2")
		case h.Cell > 1 && (i%3 == 0), at.Hour()%6 == 0:
			name = at.Format("15")
		}
		h.Hours = append(h.Hours, name)
	}
}

func (h *heat) place(rows []coverage.Row, starts []time.Time, span coverageSpan, used map[coverage.State]bool) {
	quiet := !slices.ContainsFunc(rows, func(r coverage.Row) bool { return r.State != coverage.Quiet })
	if quiet {
		h.Quiet = append(h.Quiet, rows[0].Place)
		return
	}
	out := heatRow{Place: rows[0].Place}
	for _, r := range rows {
		out.Calls += r.Calls()
		out.Stored += r.Stored
	}
	for _, at := range starts {
		end := at.Add(span.width())
		var in []coverage.Row
		for _, r := range rows {
			if !r.Hour.Before(at) && r.Hour.Before(end) {
				in = append(in, r)
			}
		}
		out.Cells = append(out.Cells, newCell(in, at, span, used))
	}
	h.Rows = append(h.Rows, out)
}

// newCell sums the hours of a cell up; the gravest state counts.
func newCell(rows []coverage.Row, at time.Time, span coverageSpan, used map[coverage.State]bool) heatCell {
	if len(rows) == 0 {
		return heatCell{Class: "h-none"}
	}
	worst := slices.MinFunc(rows, func(a, b coverage.Row) int {
		return slices.Index(coverage.States(), a.State) - slices.Index(coverage.States(), b.State)
	})
	used[worst.State] = true
	c := heatCell{}
	c.Sign, c.Class = sign(worst.State)
	c.Title = bucketName(query.Hour, worst.Hour) + " UTC, " + worst.State.Label() + ". " + worst.Why + " " + counts(worst)
	v := url.Values{"range": {span.name}}
	switch {
	case span.cell > 1: // leads to the cell's own hours
		c.Title = at.Format("2 Jan 15:04") + " and " + whole(int64(span.cell)) + " hours on, the gravest hour: " + c.Title
		v = writeSpan(at, at.Add(span.width()))
	case span.name == "custom":
		v = writeSpan(span.from, span.to)
	}
	v.Set("account", worst.Account)
	v.Set("region", worst.Region)
	v.Set("endpoint", worst.Endpoint)
	v.Set("hour", instant(worst.Hour))
	c.Href = address("/coverage", v) + "#hour"
	return c
}

// counts writes the four numbers of an hour.
func counts(r coverage.Row) string {
	say := func(n *int64) string {
		if n == nil {
			return "not known"
		}
		return whole(*n)
	}
	return strings.Join([]string{"CloudWatch: " + say(r.Metric), "CloudTrail: " + say(r.Trail), "delivered: " + say(r.Logs),
		"stored: " + whole(r.Stored)}, ", ") + "."
}

// gravity is a state's class of mark.
func gravity(s coverage.State) string {
	_, class := sign(s)
	switch class {
	case "h-bad":
		return "bad"
	case "h-warn":
		return "warn"
	case "h-ok":
		return "ok"
	}
	return ""
}

// detail is one hour of one place, whole.
type detail struct {
	coverage.Row
	Label  string
	Remedy string
	Calls  string // where its calls are
	Trail  string // where its CloudTrail events are
}

func findDetail(rows []coverage.Row, v url.Values) *detail {
	hour, err := readTime(v, "hour")
	if err != nil || hour.IsZero() {
		return nil
	}
	for _, r := range rows {
		if r.Hour.Equal(hour) && r.Account == v.Get("account") && r.Region == v.Get("region") && r.Endpoint == v.Get("endpoint") {
			d := &detail{Row: r, Label: r.State.Label(), Remedy: r.State.Remedy()}
			there := query.And{query.Compare{Field: "account", Op: query.Equal, Value: r.Account},
				query.Compare{Field: "region", Op: query.Equal, Value: r.Region}}
			link := func(kind string) string {
				w := writeSpan(r.Hour, r.Hour.Add(time.Hour))
				w.Set("q", query.Format(append(there[:2:2], query.Compare{Field: "kind", Op: query.Equal, Value: kind})))
				return address("/calls", w)
			}
			d.Calls, d.Trail = link("call"), link("trail")
			return d
		}
	}
	return nil
}
