package publish

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
)

// sentLines is what a log group has got of one hour.
type sentLines struct {
	IDs     []string `json:"ids"`
	Applied string   `json:"applied,omitzero"` // the last request that is entered here
	Left    int      `json:"left,omitzero"`    // failed calls that were counted and not written
}

// pendingLines is a request whose answer is not entered yet.
type pendingLines struct {
	ID   string    `json:"id"`
	Hour time.Time `json:"hour"`
	From time.Time `json:"from"` // of the first event
	To   time.Time `json:"to"`   // of the last
	Left time.Time `json:"left"` // when it was sent
	IDs  []string  `json:"ids"`
	Out  int       `json:"out,omitzero"`
}

// findingsBack is how far back findings are looked for. Detectors write some of
// theirs only hours after.
const findingsBack = 48 * time.Hour

// mostFindings is how many of the newest findings are looked at.
const mostFindings = 2000

// findings writes those that were not written before.
func (p *Publisher) findings(ctx context.Context, now time.Time) (Result, error) {
	if p.deps.Findings == nil {
		return Result{}, nil
	}
	if err := p.settleLines(ctx, Findings); err != nil {
		return Result{}, err
	}
	v, err := p.veil(ctx)
	if err != nil {
		return Result{}, err
	}
	list, err := p.deps.Findings(ctx, mostFindings)
	if err != nil {
		return Result{}, fmt.Errorf("list findings: %w", err)
	}
	hours := map[time.Time][]event.Finding{}
	for _, f := range list {
		if p.cfg.only != "" && f.Region != p.cfg.only || slices.Contains(p.deps.Leave, f.Account) {
			continue
		}
		if f.ID != "" && !f.Time.Before(now.Add(-findingsBack)) && !f.Time.After(now) {
			hour := f.Time.UTC().Truncate(time.Hour)
			hours[hour] = append(hours[hour], f)
		}
	}
	var all Result
	for _, hour := range slices.SortedFunc(maps.Keys(hours), time.Time.Compare) {
		got, err := p.writeHour(ctx, Findings, hour, len(hours[hour]), func(i int, batch string) (line, error) {
			return v.finding(hours[hour][i], batch)
		}, func(i int) string { return hours[hour][i].ID }, 0)
		all.Add(got)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// failures writes the failed calls that were not written before, at most so many
// an hour; the others are counted in one line.
func (p *Publisher) failures(ctx context.Context, from, to time.Time) (Result, error) {
	if err := p.settleLines(ctx, Errors); err != nil {
		return Result{}, err
	}
	v, err := p.veil(ctx)
	if err != nil {
		return Result{}, err
	}
	var all Result
	for hour := from; hour.Before(to); hour = hour.Add(time.Hour) {
		calls, out, err := p.failed(ctx, hour, earlier(to, hour.Add(time.Hour)))
		if err != nil {
			return all, err
		}
		got, err := p.writeHour(ctx, Errors, hour, len(calls), func(i int, batch string) (line, error) {
			return v.failure(calls[i], batch)
		}, func(i int) string { return calls[i].ID }, out)
		all.Add(got)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// failed are the failed calls of an hour, oldest first, and how many more there are.
func (p *Publisher) failed(ctx context.Context, from, to time.Time) ([]event.Event, int, error) {
	where := p.calls(query.Compare{Field: "outcome", Op: query.Equal, Value: event.Failure})
	var list []event.Event
	q := query.Query{Where: where, From: from, To: to, Limit: min(1000, p.cfg.MaxEvents), Oldest: true}
	for {
		page, err := p.deps.Rows.Search(ctx, q)
		if err != nil {
			return nil, 0, fmt.Errorf("look for failed calls: %w", err)
		}
		list = append(list, page.Events...)
		if q.After = page.Next; q.After == "" {
			return list[:min(len(list), p.cfg.MaxEvents)], max(0, len(list)-p.cfg.MaxEvents), nil
		}
		if len(list) >= p.cfg.MaxEvents {
			break
		}
	}
	t, err := p.deps.Rows.Aggregate(ctx, query.Aggregate{Where: where, From: from, To: to, Measures: []query.Measure{{Func: query.Count, As: "n"}}})
	if err != nil || len(t.Rows) == 0 {
		return nil, 0, errors.Join(err, ctx.Err())
	}
	n, _ := t.Rows[0][0].(int64)
	return list[:p.cfg.MaxEvents], max(0, int(n)-p.cfg.MaxEvents), nil
}

// writeHour writes the events of an hour that were not written before, in
// requests that CloudWatch Logs takes.
func (p *Publisher) writeHour(ctx context.Context, kind string, hour time.Time, n int, make func(i int, batch string) (line, error), id func(int) string, out int) (Result, error) {
	var all Result
	var sent sentLines
	if n == 0 {
		return all, nil
	}
	if _, err := p.book.load(ctx, hourName(kind, hour), &sent); err != nil {
		return all, err
	}
	known := map[string]bool{}
	for _, id := range sent.IDs {
		known[id] = true
	}
	var fresh []int
	for i := range n {
		if !known[shortID(id(i))] {
			known[shortID(id(i))] = true
			fresh = append(fresh, i)
		}
	}
	for len(fresh) > 0 || out > sent.Left {
		batch := newID()
		var lines []line
		size := 0
		for len(fresh) > 0 && len(lines) < mostLines {
			l, err := make(fresh[0], batch)
			if err != nil {
				return all, fmt.Errorf("write a log event: %w", err)
			}
			if size += len(l.text) + lineExtra; size > mostBytes {
				break
			}
			lines, fresh = append(lines, l), fresh[1:]
		}
		next := pendingLines{ID: batch, Hour: hour, Left: p.deps.Now().UTC(), Out: sent.Left}
		if len(fresh) == 0 && out > sent.Left {
			lines = append(lines, leftOut(hour, out-sent.Left, batch))
			next.Out = out
		}
		before := sent.Left
		got, err := p.write(ctx, kind, &sent, next, lines)
		got.Left = sent.Left - before
		all.Add(got)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// leftOut is the line that counts calls that are not written one by one.
func leftOut(hour time.Time, n int, batch string) line {
	text := fmt.Sprintf(`{"type":"left_out","id":"left-out-%s-%s","time":%q,"calls":%d,"batch":%q}`,
		hour.Format("2006010215"), batch, hour.Format(time.RFC3339), n, batch)
	return line{"", hour, text}
}

// write sends one request: written down, sent, entered.
func (p *Publisher) write(ctx context.Context, kind string, sent *sentLines, next pendingLines, lines []line) (Result, error) {
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	next.From, next.To = lines[0].at.UTC(), lines[len(lines)-1].at.UTC()
	for _, l := range lines {
		if l.id != "" {
			next.IDs = append(next.IDs, shortID(l.id))
		}
	}
	if err := p.book.save(ctx, "pending-"+kind, next); err != nil {
		return Result{}, err
	}
	refusedLines, err := p.putLines(ctx, p.group(kind), lines)
	if errors.Is(err, errDoubtful) {
		return Result{}, err
	}
	if err != nil {
		return Result{}, errors.Join(err, p.book.set(ctx, "pending-"+kind, ""))
	}
	if err := p.enterLines(ctx, kind, sent, next); err != nil {
		return Result{}, err
	}
	return Result{Lines: len(lines) - refusedLines, Refused: refusedLines, Calls: 1}, nil
}

func (p *Publisher) enterLines(ctx context.Context, kind string, sent *sentLines, done pendingLines) error {
	sent.IDs = append(sent.IDs, done.IDs...)
	sent.Applied, sent.Left = done.ID, done.Out
	if err := p.book.save(ctx, hourName(kind, done.Hour), sent); err != nil {
		return err
	}
	return p.book.set(ctx, "pending-"+kind, "")
}

func (p *Publisher) group(kind string) string {
	if kind == Findings {
		return p.cfg.SecurityGroup
	}
	return p.cfg.ApplicationGroup
}

// shortID is enough of an id to know it again within an hour.
func shortID(id string) string {
	id = strings.ToValidUTF8(id, "?")
	return id[:min(len(id), 40)]
}
