package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// sentHour is what CloudWatch has got of one hour.
type sentHour struct {
	Sums    map[string]counted `json:"sums"`             // by key
	Marks   map[string]int     `json:"marks,omitempty"`  // marks that were sent, by minute
	Applied string             `json:"applied,omitzero"` // the last request that is entered here
	Closed  bool               `json:"closed,omitzero"`  // the hour was held against others once it was over
}

// pending is a request whose answer is not entered yet. It is written down before
// the request leaves.
type pending struct {
	ID      string             `json:"id"`
	Hour    time.Time          `json:"hour"`
	Left    time.Time          `json:"left"`   // when it was sent
	Minute  string             `json:"minute"` // of its mark
	Before  int                `json:"before"` // marks of that minute that were there already
	Sums    map[string]counted `json:"sums"`   // what it adds
	entries []entry
}

// entry is one place and period of a request.
type entry struct {
	key
	at    time.Time
	adds  counted
	first bool // nothing of it was published before
}

// mostEntries bounds a request: CloudWatch takes 1,000 data and 1 MB, and an
// entry makes ten data at most, of some 500 bytes each.
const mostEntries = 60

// Metrics publishes the calls of a span that were not published before. Its ends
// are moved to whole periods; what is older than CloudWatch takes is left out.
func (p *Publisher) Metrics(ctx context.Context, from, to time.Time) (Result, error) {
	var all Result
	if err := p.settle(ctx); err != nil {
		return all, err
	}
	names, err := p.register(ctx)
	if err != nil {
		return all, err
	}
	err = p.hours(from, to, func(hour, end time.Time) error {
		got, err := p.hour(ctx, hour, end, names)
		all.Add(got)
		return err
	})
	return all, err
}

// hours does something for each hour of a span, and says how far it is.
func (p *Publisher) hours(from, to time.Time, each func(hour, end time.Time) error) error {
	from, to = p.bounds(from, to)
	all := int((max(0, to.Sub(from)) + time.Hour - 1) / time.Hour)
	for done := range all {
		hour := from.Add(time.Duration(done) * time.Hour)
		if err := each(hour, earlier(to, hour.Add(time.Hour))); err != nil {
			return err
		}
		if p.deps.Step != nil {
			p.deps.Step(done+1, all)
		}
	}
	return nil
}

// Oldest is the beginning of the oldest hour whose calls can be published: what
// is older than two weeks is refused by CloudWatch.
func Oldest(now time.Time) time.Time { return now.UTC().Add(-oldest).Truncate(time.Hour) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// bounds are whole periods that CloudWatch takes and that are over.
func (p *Publisher) bounds(from, to time.Time) (time.Time, time.Time) {
	now := p.deps.Now().UTC()
	if limit := now.Add(-oldest); from.Before(limit) {
		from = limit
	}
	return from.UTC().Truncate(time.Hour), earlier(to, now).UTC().Truncate(p.cfg.Period.Std())
}

// hour publishes what an hour has more than was sent of it.
func (p *Publisher) hour(ctx context.Context, hour, end time.Time, names *register) (Result, error) {
	var all Result
	list, sent, closed, err := p.due(ctx, hour, end, names)
	if err != nil {
		return all, err
	}
	for part := range slices.Chunk(list, mostEntries) {
		got, err := p.send(ctx, hour, &sent, part)
		all.Add(got)
		if err != nil {
			return all, err
		}
	}
	if closed && !sent.Closed {
		sent.Closed = true
		return all, p.book.save(ctx, hourName(Metrics, hour), sent)
	}
	return all, nil
}

// due is what an hour has more than was sent of it, and whether it is over and
// was looked at whole.
func (p *Publisher) due(ctx context.Context, hour, end time.Time, names *register) (list []entry, sent sentHour, closed bool, err error) {
	now, err := p.measure(ctx, hour, end, names)
	if err != nil || len(now) == 0 {
		return nil, sent, false, err
	}
	if _, err := p.book.load(ctx, hourName(Metrics, hour), &sent); err != nil {
		return nil, sent, false, err
	}
	closed = end.Sub(hour) == time.Hour
	if len(more(now, sent.Sums, hour)) == 0 && (sent.Closed || !closed) {
		return nil, sent, false, nil // nothing came: there is nothing new to be unusual
	}
	if err := p.unusual(ctx, hour, end, now); err != nil {
		return nil, sent, false, err
	}
	return more(now, sent.Sums, hour), sent, closed, nil
}

// more is what the sums have above those that were sent, in a fixed order. What
// became less, because rows were erased or merged, is left as it was.
func more(now map[key]counted, sent map[string]counted, hour time.Time) []entry {
	var list []entry
	for k, sums := range now {
		before, known := sent[k.String()]
		e := entry{key: k, at: hour.Add(time.Duration(k.Minute) * time.Minute), adds: make(counted, len(sums)), first: !known}
		grew := false
		for i, v := range sums {
			if i < len(before) {
				v -= before[i]
			}
			// Sums of money differ in their last bit when they are added in another order.
			if v > 1e-9 {
				e.adds[i], grew = v, true
			}
		}
		if grew {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// send sends one request: written down, sent, entered.
func (p *Publisher) send(ctx context.Context, hour time.Time, sent *sentHour, part []entry) (Result, error) {
	total := 0
	for _, n := range sent.Marks {
		total += n
	}
	minute := fmt.Sprintf("%02d", total%60)
	next := pending{ID: newID(), Hour: hour, Left: p.deps.Now().UTC(), Minute: minute, Before: sent.Marks[minute],
		Sums: map[string]counted{}, entries: part}
	for _, e := range part {
		next.Sums[e.String()] = e.adds
	}
	if err := p.book.save(ctx, "pending", next); err != nil {
		return Result{}, err
	}
	points, err := p.put(ctx, next)
	if errors.Is(err, errDoubtful) {
		return Result{}, err // settled by the next run
	}
	if err != nil {
		return Result{}, errors.Join(err, p.book.set(ctx, "pending", ""))
	}
	if err := p.enter(ctx, sent, next); err != nil {
		return Result{}, err
	}
	return Result{Points: points, Calls: 1}, nil
}

// enter adds a request that CloudWatch has to its hour; then it is pending no more.
func (p *Publisher) enter(ctx context.Context, sent *sentHour, done pending) error {
	if sent.Sums == nil {
		sent.Sums = map[string]counted{}
	}
	if sent.Marks == nil {
		sent.Marks = map[string]int{}
	}
	for k, adds := range done.Sums {
		sum := slices.Clone(sent.Sums[k])
		for i, v := range adds {
			if i >= len(sum) {
				sum = append(sum, 0)
			}
			sum[i] += v
		}
		sent.Sums[k] = sum
	}
	sent.Marks[done.Minute]++
	sent.Applied = done.ID
	if err := p.book.save(ctx, hourName(Metrics, done.Hour), sent); err != nil {
		return err
	}
	return p.book.set(ctx, "pending", "")
}

// Preview is what Metrics would send of a span, without sending or writing
// anything down.
func (p *Publisher) Preview(ctx context.Context, from, to time.Time) ([]Point, error) {
	names, err := p.register(ctx)
	if err != nil {
		return nil, err
	}
	names.book.ledger = dry{names.book.ledger}
	var list []Point
	err = p.hours(from, to, func(hour, end time.Time) error {
		due, _, _, err := p.due(ctx, hour, end, names)
		for _, e := range due {
			list = append(list, p.points(e)...)
		}
		return err
	})
	return list, err
}

// dry is a ledger that remembers nothing.
type dry struct{ Ledger }

func (dry) Remember(context.Context, string, string) error { return nil }

// names of the dimensions, in their order.
func dimensionNames(dims map[string]string) []string { return slices.Sorted(maps.Keys(dims)) }
