package coverage

import (
	"context"
	"fmt"
	"time"

	"seismo/internal/query"
	"seismo/internal/store"
)

// Sources are where the counts come from. Rows is needed; without one of the
// others its counts are not known.
type Sources struct {
	Rows    query.Searcher
	Trail   store.Counter
	Series  store.Series
	Logging func(account, region string) Timeline // sorted
}

// MostHours is the longest span that is measured.
const MostHours = 31 * 24

// Measure holds the counts of a span against one another. Its ends are widened to
// whole hours. Every place that any count knows of has a row for every hour.
func (s Sources) Measure(ctx context.Context, from, to, now time.Time) (Report, error) {
	from, to = from.UTC().Truncate(time.Hour), ceil(to.UTC())
	if !from.Before(to) || to.Sub(from) > MostHours*time.Hour {
		return Report{}, fmt.Errorf("coverage is measured over an hour to %d days", MostHours/24)
	}
	m := measurement{from: from, to: to, now: now, counts: map[key]*Count{}, places: map[Place]bool{}}
	if err := m.rows(ctx, s.Rows); err != nil {
		return Report{}, fmt.Errorf("count rows: %w", err)
	}
	if s.Series != nil {
		if err := m.metrics(ctx, s.Series); err != nil {
			return Report{}, fmt.Errorf("read metrics: %w", err)
		}
	}
	if s.Trail != nil {
		if err := m.trail(ctx, s.Trail); err != nil {
			return Report{}, fmt.Errorf("count CloudTrail events: %w", err)
		}
	}
	return NewReport(from, to, Judge(m.all(s.Logging), now)), nil
}

func ceil(t time.Time) time.Time {
	if whole := t.Truncate(time.Hour); !whole.Equal(t) {
		return whole.Add(time.Hour)
	}
	return t
}

// measurement gathers counts by place and hour.
type measurement struct {
	from, to, now time.Time
	counts        map[key]*Count
	places        map[Place]bool
	trailed       map[string]bool // accounts whose CloudTrail is read
}

type key struct {
	Place
	hour int64
}

// at is the count of a place and hour, made when it is first asked for; nil
// outside of the span and for places without a name.
func (m *measurement) at(p Place, hour time.Time) *Count {
	hour = hour.UTC().Truncate(time.Hour)
	if p.Account == "" || p.Region == "" || hour.Before(m.from) || !hour.Before(m.to) {
		return nil
	}
	k := key{p, hour.Unix()}
	c := m.counts[k]
	if c == nil {
		c = &Count{Place: p, Hour: hour}
		m.counts[k] = c
		m.places[p] = true
	}
	return c
}

// all are the counts of every known place in every hour.
func (m *measurement) all(logging func(account, region string) Timeline) []Count {
	var out []Count
	for p := range m.places {
		var line Timeline
		if logging != nil && p.Endpoint == Runtime {
			line = logging(p.Account, p.Region)
		}
		for hour := m.from; hour.Before(m.to); hour = hour.Add(time.Hour) {
			if hour.After(m.now) {
				break
			}
			c := *m.at(p, hour)
			if m.trailed[p.Account] && c.Trail == nil {
				c.Trail = &Trail{}
			}
			c.Logging = line.During(hour, hour.Add(time.Hour))
			out = append(out, c)
		}
	}
	return out
}

// Lost bodies are those of answered calls, but those that logging was told not
// to deliver and those that it never holds. The texts are those that say so on
// the row.
const (
	told  = "the logging configuration does not deliver*"
	async = "the answer of an asynchronous call*"
)

func lost(side string) query.Node {
	reason := "body." + side + ".reason"
	return query.And{
		query.Compare{Field: "body." + side + ".state", Op: query.Equal, Value: "missing"},
		query.Not{Node: query.Or{
			query.Compare{Field: reason, Op: query.Like, Value: told},
			query.Compare{Field: reason, Op: query.Like, Value: async},
		}},
	}
}

// rows counts what is stored.
func (m *measurement) rows(ctx context.Context, s query.Searcher) error {
	answered := query.Compare{Field: "outcome", Op: query.Equal, Value: "success"}
	t, err := s.Aggregate(ctx, query.Aggregate{
		Where: query.Compare{Field: "kind", Op: query.Equal, Value: "call"},
		From:  m.from, To: m.to, Bucket: query.Hour, By: []string{"account", "region"},
		Measures: []query.Measure{
			{Func: query.Count, As: "stored"},
			{Func: query.Count, As: "answered", Where: answered},
			{Func: query.Count, As: "no_body", Where: query.And{answered, query.Or{lost("input"), lost("output")}}},
		},
		Limit: query.ReportRows,
	})
	if err != nil {
		return err
	}
	for _, row := range t.Rows {
		hour, _ := row[0].(time.Time)
		account, _ := row[1].(string)
		region, _ := row[2].(string)
		c := m.at(Place{account, region, Runtime}, hour)
		if c == nil {
			continue
		}
		c.Stored, _ = row[3].(int64)
		c.Answered, _ = row[4].(int64)
		c.NoBody, _ = row[5].(int64)
	}
	return nil
}

// Model calls as CloudTrail names them.
var (
	logged   = []string{"InvokeModel", "InvokeModelWithResponseStream", "Converse", "ConverseStream"}
	unlogged = []string{"InvokeModelWithBidirectionalStream", "StartAsyncInvoke"}
	mantle   = []string{"CreateInference"}
)

// trail counts CloudTrail's events. An account of which there is any event in the
// span counts as read: where it has none, there were no calls.
func (m *measurement) trail(ctx context.Context, s store.Counter) error {
	var names []string
	for _, list := range [...][]string{logged, unlogged, mantle} {
		names = append(names, list...)
	}
	found, err := s.TrailCounts(ctx, store.TrailMatch{Names: names, From: m.from, To: m.to})
	if err != nil {
		return err
	}
	m.trailed = map[string]bool{}
	for _, n := range found {
		m.trailed[n.Account] = true
		p := Place{n.Account, n.Region, Runtime}
		if n.Endpoint == Mantle || n.Source == "bedrock-mantle.amazonaws.com" {
			p.Endpoint = Mantle
		}
		c := m.at(p, n.Hour)
		if c == nil {
			continue
		}
		if c.Trail == nil {
			c.Trail = &Trail{}
		}
		c.Trail.Seen += n.Events
		switch {
		case n.Outcome != "success" || p.Endpoint == Mantle:
		case contains(logged, n.Name):
			c.Trail.Alone += n.Events - n.Joined
		case contains(unlogged, n.Name):
			c.Trail.Unlogged += n.Events - n.Joined
		}
	}
	return nil
}

func contains(list []string, name string) bool {
	for _, v := range list {
		if v == name {
			return true
		}
	}
	return false
}
