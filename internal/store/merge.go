package store

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

// Row is an event as it is shown.
type Row struct {
	event.Event
	Hidden bool // a CloudTrail event that is shown as part of its call
}

// Near is how far a call and its CloudTrail event may lie apart, and two records
// of one request id to be in conflict.
const Near = 24 * time.Hour

// Merge is the identity rule: whatever the order in which records came, and
// however often, the rows are the same. Records of one id are one row; a call
// takes over the facts of the first CloudTrail event of its request, which is
// then hidden; of different calls under one request id all but the first are
// marked as in conflict. It is the model that every store is held to.
func Merge(records []event.Event) []Row {
	m := merger{columns: Columns(), taker: NewTaker()}
	m.index = make(map[string]int)
	for i, c := range m.columns {
		m.index[c.Name] = i
	}
	byID := make(map[string][]variant)
	for i := range records {
		v := variant{row: Values(m.columns, &records[i]), in: BodyRank(records[i].Body.Input.State),
			out: BodyRank(records[i].Body.Output.State), full: Fullness(&records[i])}
		byID[records[i].ID] = append(byID[records[i].ID], v)
	}
	byRequest := make(map[[3]string][]*Row)
	rows := make([]*Row, 0, len(byID))
	for _, variants := range byID {
		r := &Row{Event: Event(m.columns, m.one(variants))}
		r.Conflict = false
		rows = append(rows, r)
		if r.RequestID != "" {
			key := [3]string{r.Account, r.Region, r.RequestID}
			byRequest[key] = append(byRequest[key], r)
		}
	}
	for _, same := range byRequest {
		m.join(same)
	}
	out := make([]Row, len(rows))
	for i, r := range rows {
		out[i] = *r
	}
	slices.SortFunc(out, func(a, b Row) int { return Older(&a.Event, &b.Event) })
	return out
}

// Older orders events by time, then id; those without a time come first.
func Older(a, b *event.Event) int {
	return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.ID, b.ID))
}

type merger struct {
	columns []Column
	taker   Taker
	index   map[string]int
}

// variant is one record of an id.
type variant struct {
	row           []any
	in, out, full int
}

// one merges the records of one id.
func (m *merger) one(variants []variant) []any {
	if len(variants) == 1 {
		return variants[0].row
	}
	merged := make([]any, len(m.columns))
	for i := range m.columns {
		has := slices.DeleteFunc(slices.Clone(variants), func(v variant) bool { return v.row[i] == nil })
		if len(has) > 0 {
			merged[i] = slices.MinFunc(has, func(a, b variant) int {
				return cmp.Or(cmp.Compare(b.full, a.full), compareValues(a.row[i], b.row[i]))
			}).row[i]
		}
	}
	for _, g := range Groups() {
		first := slices.MinFunc(variants, func(a, b variant) int { return m.compare(g.Order, a, b) })
		for _, name := range g.Columns {
			merged[m.index[name]] = first.row[m.index[name]]
		}
	}
	return merged
}

func (m *merger) compare(order []Key, a, b variant) int {
	for _, k := range order {
		var c int
		switch k.Rank {
		case ByFullness:
			c = cmp.Compare(b.full, a.full)
		case ByInput:
			c = cmp.Compare(b.in, a.in)
		case ByOutput:
			c = cmp.Compare(b.out, a.out)
		default:
			c = k.compare(a.row[m.index[k.Column]], b.row[m.index[k.Column]])
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func (k Key) compare(a, b any) int {
	switch k.Rank {
	case Absent:
		return compareBools(a == nil, b == nil)
	case Is:
		return compareBools(a == k.Equal, b == k.Equal)
	}
	if a == nil || b == nil {
		return compareBools(a == nil, b == nil)
	}
	return compareValues(a, b)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// compareValues orders two values of one column, neither of them nil.
func compareValues(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case jsontext.Value:
		return strings.Compare(string(a), string(b.(jsontext.Value)))
	case int64:
		return cmp.Compare(a, b.(int64))
	case float64:
		return cmp.Compare(a, b.(float64))
	case bool:
		return compareBools(a, b.(bool))
	case time.Time:
		return a.Compare(b.(time.Time))
	case []string:
		return slices.Compare(a, b.([]string))
	}
	return 0
}

// join brings the rows of one request together.
func (m *merger) join(same []*Row) {
	slices.SortFunc(same, func(a, b *Row) int { return Older(&a.Event, &b.Event) })
	for i, r := range same {
		if r.Kind == event.KindTrail {
			continue
		}
		taken := false
		for j, other := range same {
			switch {
			case i == j || !near(r.Time, other.Time):
			case other.Kind == event.KindTrail:
				other.Hidden = true
				if !taken {
					m.fill(r, other)
					taken = true
				}
			case j < i:
				r.Conflict = true
			}
		}
	}
}

// near compares to the microsecond, which is what every store can hold.
func near(a, b time.Time) bool {
	if a.IsZero() || b.IsZero() {
		return true
	}
	d := a.Truncate(time.Microsecond).Sub(b.Truncate(time.Microsecond))
	return d.Abs() <= Near
}

func (m *merger) fill(call, trail *Row) {
	m.taker.Take(&call.Event, &trail.Event)
}

// Taker lets calls take over the facts of their CloudTrail events.
type Taker []Column

// NewTaker knows the columns that are taken over, in the order of Filled.
func NewTaker() Taker {
	columns := Columns()
	taker := make(Taker, 0, len(filled))
	for _, name := range filled {
		at := slices.IndexFunc(columns, func(c Column) bool { return c.Name == name })
		taker = append(taker, columns[at])
	}
	return taker
}

// Take gives the call what it has not and its CloudTrail event has, and returns
// a bit for each of Filled that it took.
func (t Taker) Take(call, trail *event.Event) (took uint64) {
	for i, c := range t {
		if c.Value(call) != nil {
			continue
		}
		if fact := c.Value(trail); fact != nil {
			c.Set(call, fact)
			took |= 1 << i
		}
	}
	return took
}

// Pair tells whether two records are a call and its CloudTrail event.
func Pair(call, trail *event.Event) bool {
	return call.Kind != event.KindTrail && trail.Kind == event.KindTrail && call.RequestID != "" &&
		call.RequestID == trail.RequestID && call.Account == trail.Account && call.Region == trail.Region &&
		near(call.Time, trail.Time)
}
