package query

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"seismo/internal/event"
)

// topValues is how many values TopK gives.
const topValues = 5

// tally computes one measure of one group.
type tally interface {
	add(value any) // never nil
	cell() any
}

func newTally(m Measure) tally {
	f, _ := Lookup(m.Field)
	switch m.Func {
	case Sum:
		if f.Type == event.Integer {
			return &wholeSum{}
		}
		return &decimalSum{}
	case Avg:
		return &decimalSum{mean: true}
	case Min:
		return &extreme{sign: -1}
	case Max:
		return &extreme{sign: 1}
	case P50:
		return &percentile{share: 0.5}
	case P95:
		return &percentile{share: 0.95}
	case P99:
		return &percentile{share: 0.99}
	case Distinct:
		return distinct{}
	case TopK:
		return topk{}
	}
	return new(count)
}

type count int64

func (c *count) add(any)   { *c++ }
func (c *count) cell() any { return int64(*c) }

type wholeSum struct {
	sum int64
	any bool
}

func (s *wholeSum) add(value any) {
	n, ok := value.(int64)
	s.sum += n
	s.any = s.any || ok
}

func (s *wholeSum) cell() any {
	if !s.any {
		return nil
	}
	return s.sum
}

// decimalSum adds by Neumaier's method, so that the order of events hardly
// shows in the last digits.
type decimalSum struct {
	sum, rest float64
	n         int64
	mean      bool
}

func (s *decimalSum) add(value any) {
	x := float(value)
	total := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.rest += (s.sum - total) + x
	} else {
		s.rest += (x - total) + s.sum
	}
	s.sum = total
	s.n++
}

func (s *decimalSum) cell() any {
	switch {
	case s.n == 0:
		return nil
	case s.mean:
		return (s.sum + s.rest) / float64(s.n)
	}
	return s.sum + s.rest
}

type extreme struct {
	sign int
	best any
}

func (x *extreme) add(value any) {
	if x.best == nil || compareCells(value, x.best)*x.sign > 0 {
		x.best = value
	}
}

func (x *extreme) cell() any { return x.best }

// percentile interpolates linearly between the two values around its place, as
// SQL's quantile_cont does.
type percentile struct {
	share  float64
	values []float64
}

func (p *percentile) add(value any) { p.values = append(p.values, float(value)) }

func (p *percentile) cell() any {
	if len(p.values) == 0 {
		return nil
	}
	slices.Sort(p.values)
	place := p.share * float64(len(p.values)-1)
	below := math.Floor(place)
	low, high := p.values[int(below)], p.values[int(math.Ceil(place))]
	return low + (high-low)*(place-below)
}

type distinct map[any]struct{}

func (d distinct) add(value any) {
	if list, ok := value.([]string); ok {
		for _, s := range list {
			d[s] = struct{}{}
		}
		return
	}
	d[value] = struct{}{}
}

func (d distinct) cell() any { return int64(len(d)) }

// topk counts the events that have each value; the most frequent come first,
// then in the order of the values.
type topk map[string]int64

func (t topk) add(value any) {
	switch v := value.(type) {
	case string:
		t[v]++
	case []string:
		for _, s := range elements(v) {
			t[s.(string)]++
		}
	}
}

func (t topk) cell() any {
	values := make([]string, 0, len(t))
	for v := range t {
		values = append(values, v)
	}
	slices.SortFunc(values, func(a, b string) int {
		return cmp.Or(cmp.Compare(t[b], t[a]), strings.Compare(a, b))
	})
	if len(values) == 0 {
		return nil
	}
	return values[:min(len(values), topValues)]
}

func float(value any) float64 {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	}
	return 0
}
