package report

import (
	"math"
	"strings"
	"time"
)

// chart is stacked bars over the period, as SVG with its labels inside, so that
// it is whole wherever it is shown or printed.
type chart struct {
	Title  string
	Bars   []rect
	Lines  []label // across, with what they stand for
	Axis   []label
	Legend []legend
	Empty  bool
	Alt    string // what a reader who cannot see it should know
}

type rect struct {
	X, Y, Width, Height float64
	Fill                string
}

type label struct {
	X, Y float64
	Text string
}

type legend struct{ Name, Fill, Total string }

// layer is one colour of the bars.
type layer struct {
	name, fill string
	values     []float64
}

// The drawing's room, in its own units; the labels stand to the left and below.
const (
	left, right, top, bottom = 64.0, 698.0, 10.0, 168.0
)

// Colours of families, and of how calls ended: the page's own by day.
var (
	palette  = [...]string{"#17857e", "#5b7fc7", "#c98a2b", "#8a64b0", "#6f9b4a", "#9aa3a2"}
	answered = "#17857e"
	slowed   = "#e0a63a"
	broken   = "#d2584a"
)

func draw(title string, slots []Slot, kind Kind, layers []layer, say func(float64) string) chart {
	c := chart{Title: title}
	highest, peak := 0.0, 0
	for i := range slots {
		all := 0.0
		for _, l := range layers {
			all += l.values[i]
		}
		if all > highest {
			highest, peak = all, i
		}
	}
	for _, l := range layers {
		all := 0.0
		for _, v := range l.values {
			all += v
		}
		c.Legend = append(c.Legend, legend{clean(l.name), l.fill, say(all)})
	}
	if highest == 0 {
		c.Empty = true
		return c
	}
	ceiling := roundUp(highest)
	for _, share := range [...]float64{0, 0.5, 1} {
		c.Lines = append(c.Lines, label{left, bottom - share*(bottom-top), say(share * ceiling)})
	}
	slot := (right - left) / float64(len(slots))
	for i := range slots {
		y := bottom
		for _, l := range layers {
			if l.values[i] <= 0 {
				continue
			}
			height := math.Max(l.values[i]/ceiling*(bottom-top), 0.5)
			y -= height
			c.Bars = append(c.Bars, rect{hundredth(left + float64(i)*slot), hundredth(y), hundredth(slot * 0.84), hundredth(height), l.fill})
		}
	}
	for i, s := range slots {
		if every := max(1, len(slots)/8); i%every == 0 {
			c.Axis = append(c.Axis, label{hundredth(left + (float64(i)+0.42)*slot), bottom + 16, tick(kind, s.From)})
		}
	}
	c.Alt = title + ": most at " + tick(kind, slots[peak].From) + " with " + say(highest)
	return c
}

func tick(kind Kind, t time.Time) string {
	switch kind {
	case Daily:
		return t.Format("15:04")
	case Weekly:
		return t.Format("Mon 2")
	}
	return t.Format("2 Jan")
}

func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, step := range []float64{1, 1.5, 2, 3, 4, 5, 6, 8} {
		if v <= step*power*(1+1e-9) {
			return step * power
		}
	}
	return 10 * power
}

func hundredth(f float64) float64 { return math.Round(f*100) / 100 }

// callsChart shows how calls ended.
func (r *Report) callsChart() chart {
	layers := []layer{{name: "answered", fill: answered}, {name: "throttled", fill: slowed}, {name: "failed", fill: broken}}
	for _, s := range r.Slots {
		layers[0].values = append(layers[0].values, float64(s.Answered))
		layers[1].values = append(layers[1].values, float64(s.Throttled))
		layers[2].values = append(layers[2].values, float64(s.Failed))
	}
	return draw("Calls", r.Slots, r.Period.Kind, layers, func(v float64) string {
		n := int64(math.Round(v))
		return strings.TrimSpace(count(&n))
	})
}

// spendChart shows what calls cost by model family.
func (r *Report) spendChart() chart {
	var layers []layer
	for i, name := range r.Families {
		l := layer{name: name, fill: palette[min(i, len(palette)-1)]}
		for _, s := range r.Slots {
			l.values = append(l.values, s.Spend[i])
		}
		layers = append(layers, l)
	}
	return draw("Spend by model family", r.Slots, r.Period.Kind, layers, round)
}
