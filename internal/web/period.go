package web

import (
	"net/url"
	"time"

	"seismo/internal/query"
)

// period is the span of time that a page is about.
type period struct {
	Name     string // 24h, 7d, 30d, all, or custom
	From, To time.Time
	Fine     query.Bucket // for counts
	Coarse   query.Bucket // for sums of money
	Behind   bool         // counted back from the newest data and not from now
}

// choice is one link of the range picker.
type choice struct {
	Label, Href string
	Current     bool
}

// behindAfter is how old the newest event must be for ranges to count back from
// it: old data should not open on an empty page.
const behindAfter = 24 * time.Hour

// readPeriod reads range, or from and to. Without either it is all there is when
// that is a month or so, and 30 days otherwise. Ranges begin and end on whole
// buckets, so that no bar of a chart is a part of one.
func readPeriod(v url.Values, now time.Time, status Status) (period, error) {
	from, to, err := readSpan(v)
	if err != nil {
		return period{}, err
	}
	end, behind := now.UTC(), false
	if !status.Newest.IsZero() && now.Sub(status.Newest) > behindAfter {
		end, behind = status.Newest.UTC().Add(time.Nanosecond), true
	}
	p := period{Name: rangeName(v.Get("range"), end, status), Behind: behind, Coarse: query.Day}
	midnight := after(end, 24*time.Hour)
	switch {
	case !from.IsZero() || !to.IsZero():
		p.Name, p.Behind = "custom", false
		p.From, p.To = from, to
		if p.To.IsZero() {
			p.To = end
		}
		if p.From.IsZero() {
			p.From = earliest(status, p.To)
		}
	case p.Name == "24h":
		p.To = after(end, time.Hour)
		p.From, p.Coarse = p.To.Add(-24*time.Hour), query.Hour
	case p.Name == "7d":
		p.To, p.From = midnight, midnight.AddDate(0, 0, -7)
	case p.Name == "all":
		p.To, p.From = midnight, earliest(status, midnight)
	default:
		p.To, p.From = midnight, midnight.AddDate(0, 0, -30)
	}
	if !p.From.Before(p.To) {
		return p, unreadable("from and to", "a beginning that is before its end")
	}
	p.Fine, p.Coarse = widths(p.To.Sub(p.From), p.Coarse)
	return p, nil
}

func rangeName(asked string, end time.Time, status Status) string {
	const short = 35 * 24 * time.Hour
	switch {
	case asked == "24h", asked == "7d", asked == "30d", asked == "all":
		return asked
	case !status.Oldest.IsZero() && end.Sub(status.Oldest) <= short:
		return "all"
	}
	return "30d"
}

// widths chooses buckets that make a chart of at most some 200 bars.
func widths(span time.Duration, coarse query.Bucket) (query.Bucket, query.Bucket) {
	const day = 24 * time.Hour
	switch {
	case span <= 3*time.Hour:
		return query.Minute, query.Minute
	case span <= 2*day:
		return query.Hour, query.Hour
	case span <= 8*day:
		return query.Hour, coarse
	case span <= 190*day:
		return query.Day, query.Day
	}
	return query.Month, query.Month
}

func earliest(status Status, end time.Time) time.Time {
	if status.Oldest.IsZero() || !status.Oldest.Before(end) {
		return end.AddDate(0, 0, -30)
	}
	return status.Oldest.UTC().Truncate(24 * time.Hour)
}

// after is the first multiple of width that is later than t.
func after(t time.Time, width time.Duration) time.Time {
	return t.Truncate(width).Add(width)
}

// choices are the picker's links; they keep the filter.
func (p period) choices(path, q string) []choice {
	var out []choice
	for _, c := range []struct{ name, label string }{
		{"24h", "24 hours"}, {"7d", "7 days"}, {"30d", "30 days"}, {"all", "All"},
	} {
		out = append(out, choice{c.label, address(path, url.Values{"range": {c.name}, "q": {q}}), p.Name == c.name})
	}
	return out
}

// values are the query parameters that lead to the same span.
func (p period) values() url.Values {
	if p.Name == "custom" {
		return writeSpan(p.From, p.To)
	}
	return url.Values{"range": {p.Name}}
}

// next is the beginning of the bucket after the one that begins at t.
func next(b query.Bucket, t time.Time) time.Time {
	switch b {
	case query.Minute:
		return t.Add(time.Minute)
	case query.Hour:
		return t.Add(time.Hour)
	case query.Month:
		return t.AddDate(0, 1, 0)
	}
	return t.AddDate(0, 0, 1)
}

// bucketName says when a bucket is, as a chart's label or title does.
func bucketName(b query.Bucket, t time.Time) string {
	switch b {
	case query.Minute:
		return t.Format("2 Jan 15:04")
	case query.Hour:
		return t.Format("2 Jan 15:04")
	case query.Month:
		return t.Format("Jan 2006")
	}
	return t.Format("Mon 2 Jan")
}
