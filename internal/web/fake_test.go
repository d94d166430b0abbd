package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// fake is a Backend over events in memory.
type fake struct {
	events []event.Event // newest first
	raw    map[string]event.Record
	refuse map[string]error // by id: what reading the record says
	found  []event.Finding  // newest first

	mu    sync.Mutex
	reads []Reader
}

func newFake(events ...event.Event) *fake {
	f := &fake{events: events, raw: map[string]event.Record{}, refuse: map[string]error{}}
	slices.SortFunc(f.events, func(a, b event.Event) int { return b.Time.Compare(a.Time) })
	return f
}

func (f *fake) backend() Backend {
	return Backend{Searcher: f, Call: f.call, SQL: f.sql, Quarantine: f.quarantine, Status: f.status, Sources: f.sources,
		Coverage: f.coverage, Inventory: f.inventory, Findings: f.findings}
}

func (f *fake) config() Config {
	return Config{Backend: f.backend(), Simulated: true, Version: "test", Now: func() time.Time { return newest.Add(time.Hour) }}
}

func matches(n query.Node, e *event.Event) bool {
	return query.Match(n, e, func() []string { return []string{e.Prompt, e.Completion, e.System} })
}

func (f *fake) Search(_ context.Context, q query.Query) (query.Page, error) {
	limit := q.Limit
	if limit == 0 {
		limit = 50
	}
	skip, _ := strconv.Atoi(q.After)
	var page query.Page
	seen := 0
	events := f.events
	if q.Oldest {
		events = slices.Clone(events)
		slices.Reverse(events)
	}
	for i := range events {
		e := events[i]
		if !q.From.IsZero() && e.Time.Before(q.From) || !q.To.IsZero() && !e.Time.Before(q.To) || !matches(q.Where, &e) {
			continue
		}
		if seen++; seen <= skip {
			continue
		}
		if len(page.Events) == limit {
			page.Next = strconv.Itoa(skip + limit)
			break
		}
		page.Events = append(page.Events, columnsOf(e))
	}
	return page, nil
}

// columnsOf leaves out what was said, as a store's Search does.
func columnsOf(e event.Event) event.Event {
	var out event.Event
	for _, f := range event.Fields() {
		if f.Column() {
			f.Set(&out, f.Get(&e))
		}
	}
	return out
}

func (f *fake) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	each := func(yield func(*event.Event) bool) {
		for i := range f.events {
			if !yield(&f.events[i]) {
				return
			}
		}
	}
	return query.Eval(a, each, matches)
}

func (f *fake) call(_ context.Context, id string, by Reader) (event.Event, event.Record, error) {
	f.mu.Lock()
	f.reads = append(f.reads, by)
	f.mu.Unlock()
	for _, e := range f.events {
		if strings.HasPrefix(e.ID, id) {
			if err := f.refuse[e.ID]; err != nil {
				return event.Event{}, event.Record{}, err
			}
			return e, f.raw[e.ID], nil
		}
	}
	return event.Event{}, event.Record{}, store.ErrNotFound
}

func (f *fake) sql(_ context.Context, text string, limit int) (query.Table, error) {
	if !strings.HasPrefix(text, "SELECT") {
		return query.Table{}, errSelect
	}
	return query.Table{
		Columns: []string{"model", "n", "usd", "at", "ok", "tools", "nothing"},
		Rows: [][]any{
			{"=cmd|' /C calc'!A0", int64(1<<60 + 1), 3.0, newest, true, []string{"a", "b"}, nil},
			{nil, int64(limit), 0.1 + 0.2, newest.Add(time.Nanosecond), false, []string{}, nil},
		},
	}, nil
}

type textError string

func (e textError) Error() string { return string(e) }

const errSelect = textError("only SELECT is run")

func (f *fake) quarantine(_ context.Context, limit int) ([]store.Quarantined, error) {
	line := int64(7)
	items := []store.Quarantined{
		{ID: "q1", Time: newest, Reason: "bad_json", Detail: "the text ends at byte 12", SHA256: "00ff", Size: 12,
			Origin: event.Origin{Bucket: "example-logs", Key: "a.json.gz", Line: &line}},
		{ID: "q2", Time: newest, Reason: "read_error", SHA256: "00fe", Size: 0},
	}
	return items[:min(limit, len(items))], nil
}

func (f *fake) status(context.Context) (Status, error) {
	s := Status{DB: "seismo.duckdb", Mode: store.Full, Quarantined: 2, Version: "test"}
	for _, e := range f.events {
		if e.Kind == event.KindCall {
			s.Calls++
		} else {
			s.Trail++
		}
	}
	if len(f.events) > 0 {
		s.Newest, s.Oldest = f.events[0].Time, f.events[len(f.events)-1].Time
	}
	return s, nil
}

func (f *fake) findings(_ context.Context, limit int) ([]event.Finding, error) {
	return f.found[:min(limit, len(f.found))], nil
}

// sources are one that reads and one that may not.
func (f *fake) sources(context.Context) (Collection, error) {
	return Collection{Sources: []Source{
		{Name: "logs", Kind: "aws-s3", Place: "https://sqs.eu-west-1.amazonaws.com/111122223333/bedrock", State: SourceReading, Notes: []string{"9 messages received, 9 deleted"},
			Seen: newest, Committed: newest, Lag: 12.4, PerSecond: 41.6, Objects: 9, Known: 2, Bytes: 4711,
			Read: 100, Stored: 80, Duplicate: 10, Skipped: 7, Quarantined: 3},
		{Name: "<b>trail</b>", Kind: "aws-cloudtrail", Place: "us-east-1", State: SourceFails, Since: newest.Add(-time.Hour),
			Why: "look up events: cloudtrail:LookupEvents is not allowed <img src=x>", Remedy: "add the action to the role",
			Troubles: []Trouble{{Key: "s3://logs/<script>", Fault: "forbidden", Detail: "kms:Decrypt is not allowed", Attempts: 2, Next: newest}}},
	}, Outgoing: []Outgoing{
		{What: "metrics", Place: "Seismo/Bedrock", Region: "eu-west-1", State: OutgoingWell, Last: newest, Next: newest.Add(5 * time.Minute), Count: 240, Sent: "40 data points", Notes: []string{"240 since seismo started"}},
		{What: "failed calls", Place: "/aws/bedrock/application-logs/prod", Region: "eu-west-1", State: SourceFails, Since: newest, Why: "write <b>: logs:PutLogEvents is not allowed", Remedy: "add the action to the role"},
		{What: "daily report", Place: "smtp.example.com:587", State: SourceStarts, Next: newest.Add(time.Hour)},
	}}, nil
}
