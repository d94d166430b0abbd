package web

import (
	"math"
	"net/url"
	"strings"
	"time"

	"seismo/internal/query"
)

// chart is a stacked bar chart over time, drawn as SVG with attributes alone:
// the policy allows no inline style. The picture is stretched to its box, so
// labels stand beside it as text.
type chart struct {
	Title   string
	Summary string // what a reader who cannot see it should know
	Width   float64
	Height  float64
	Bars    []bar
	Grid    []float64 // heights of the lines across
	Scale   []string  // labels of the lines, from the top
	Axis    []string  // labels below, each over an equal share of the width
	Columns int       // how many labels there are below
	Legend  []legend
	Empty   bool
}

// bar is one bucket. Its pieces are a little narrower than its place, where there
// is room for a gap.
type bar struct {
	X, Width float64
	Bar      float64
	Title    string
	Href     string
	Pieces   []piece
}

// piece is one series' share of a bar.
type piece struct {
	Y, Height float64
	Class     string
}

// legend names a series and gives its total.
type legend struct{ Name, Class, Total string }

// series is one layer of a chart: a value for every bucket.
type series struct {
	Name, Class string
	Values      []float64
}

func (s series) sum() float64 {
	total := 0.0
	for _, v := range s.Values {
		total += v
	}
	return total
}

// timeline is the buckets of a span, in order.
type timeline struct {
	width query.Bucket
	at    []time.Time
	index map[time.Time]int
}

// maxBuckets bounds a chart whatever span was asked for.
const maxBuckets = 1000

func newTimeline(b query.Bucket, from, to time.Time) timeline {
	t := timeline{width: b, index: map[time.Time]int{}}
	for at := b.Start(from); at.Before(to) && len(t.at) < maxBuckets; at = next(b, at) {
		t.index[at] = len(t.at)
		t.at = append(t.at, at)
	}
	return t
}

const (
	chartWidth  = 1000.0
	chartHeight = 200.0
)

// draw stacks layers over a timeline. say writes a value, filter is kept in the
// bars' links.
func draw(title string, t timeline, layers []series, filter string, say func(float64) string) chart {
	c := chart{Title: title, Width: chartWidth, Height: chartHeight}
	highest, peak := 0.0, 0
	for i := range t.at {
		if sum := stacked(layers, i); sum > highest {
			highest, peak = sum, i
		}
	}
	top := ceiling(highest)
	for _, l := range layers {
		c.Legend = append(c.Legend, legend{l.Name, l.Class, say(l.sum())})
	}
	c.Axis = axis(t)
	c.Columns = len(c.Axis)
	if highest == 0 {
		c.Empty, c.Summary = true, title+": nothing in this time."
		return c
	}
	c.Grid = []float64{0, chartHeight / 2}
	c.Scale = []string{say(top), say(top / 2)}
	slot := chartWidth / float64(len(t.at))
	for i, at := range t.at {
		b := bar{X: round(float64(i) * slot), Width: round(slot), Bar: round(slot - min(slot*0.18, 4)), Href: bucketLink(t.width, at, filter)}
		b.Title, b.Pieces = pile(layers, i, top, say)
		b.Title = bucketName(t.width, at) + " UTC: " + b.Title
		c.Bars = append(c.Bars, b)
	}
	c.Summary = title + ", most at " + bucketName(t.width, t.at[peak]) + " with " + say(highest) + "."
	return c
}

func stacked(layers []series, i int) float64 {
	sum := 0.0
	for _, l := range layers {
		sum += l.Values[i]
	}
	return sum
}

// pile puts one bucket's values on top of one another.
func pile(layers []series, i int, top float64, say func(float64) string) (string, []piece) {
	var said []string
	var pieces []piece
	y := chartHeight
	for _, l := range layers {
		v := l.Values[i]
		if v <= 0 {
			continue
		}
		height := math.Max(v/top*chartHeight, 0.6)
		y -= height
		pieces = append(pieces, piece{Y: round(y), Height: round(height), Class: l.Class})
		said = append(said, l.Name+" "+say(v))
	}
	if said == nil {
		return "nothing", nil
	}
	return strings.Join(said, ", "), pieces
}

// ceiling is the round number at or above v that a scale ends at.
func ceiling(v float64) float64 {
	if v <= 0 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if v <= step*power*(1+1e-9) {
			return step * power
		}
	}
	return 10 * power
}

func bucketLink(b query.Bucket, at time.Time, filter string) string {
	v := url.Values{"from": {at.Format(time.RFC3339)}, "to": {next(b, at).Format(time.RFC3339)}, "q": {filter}}
	return address("/calls", v)
}

// axis labels equal shares of the timeline, at most seven.
func axis(t timeline) []string {
	n := len(t.at)
	shares := min(n, 7)
	for ; shares > 4 && n%shares != 0; shares-- {
	}
	if n > 7 && n%shares != 0 {
		shares = 5
	}
	var out []string
	for i := range shares {
		out = append(out, axisName(t.width, t.at[i*n/shares]))
	}
	return out
}

func axisName(b query.Bucket, t time.Time) string {
	switch b {
	case query.Minute:
		return t.Format("15:04")
	case query.Hour:
		if t.Hour() == 0 {
			return t.Format("2 Jan")
		}
		return t.Format("15:04")
	case query.Month:
		return t.Format("Jan 06")
	}
	return t.Format("2 Jan")
}

// round keeps a coordinate to a hundredth, which no screen shows.
func round(f float64) float64 { return math.Round(f*100) / 100 }
