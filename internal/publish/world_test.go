package publish

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/test/standin"
)

// rows are events that are searched in memory.
type rows struct {
	mu   sync.Mutex
	list []event.Event
}

func (r *rows) all() []event.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.list)
}

func (r *rows) add(events ...event.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, events...)
}

func (r *rows) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	list := r.all()
	return query.Eval(a, func(yield func(*event.Event) bool) {
		for i := range list {
			if !yield(&list[i]) {
				return
			}
		}
	}, func(n query.Node, e *event.Event) bool { return query.Match(n, e, nil) })
}

func (r *rows) Search(_ context.Context, q query.Query) (query.Page, error) {
	var page query.Page
	after, _ := strconv.Atoi(q.After)
	seen := 0
	for _, e := range r.all() {
		if !query.Match(q.Where, &e, nil) || e.Time.Before(q.From) || !e.Time.Before(q.To) {
			continue
		}
		if seen++; seen <= after {
			continue
		}
		if len(page.Events) == q.Limit {
			page.Next = strconv.Itoa(seen - 1)
			break
		}
		page.Events = append(page.Events, e)
	}
	return page, nil
}

// ledger remembers in memory. It dies at a step, as a killed process does: the
// steps are before and after each thing that is remembered.
type ledger struct {
	mu    sync.Mutex
	facts map[string]string
	steps int
	die   int // the step to die at; 0 is never
}

var errKilled = errors.New("killed")

func (l *ledger) step() error {
	l.steps++
	if l.die > 0 && l.steps >= l.die {
		return errKilled
	}
	return nil
}

func (l *ledger) Fact(_ context.Context, name string) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.facts[name], nil
}

func (l *ledger) Remember(_ context.Context, name, value string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.step(); err != nil {
		return err
	}
	l.facts[name] = value
	if value == "" {
		delete(l.facts, name)
	}
	return l.step()
}

// world is a cloud with rows and a ledger, inside a synctest bubble.
type world struct {
	t     *testing.T
	cloud *standin.Cloud
	rows  *rows
	book  *ledger
	finds []event.Finding
	cfg   Config
}

const (
	securityGroup    = "/aws/bedrock/security-events/prod"
	applicationGroup = "/aws/bedrock/application-logs/prod"
)

func newWorld(t *testing.T) *world {
	w := &world{t: t, cloud: standin.New(t), rows: &rows{}, book: &ledger{facts: map[string]string{}}}
	w.cloud.CreateLogGroup(standin.LogGroup{Name: securityGroup})
	w.cloud.CreateLogGroup(standin.LogGroup{Name: applicationGroup})
	if err := w.cfg.Check(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(60 * 24 * time.Hour) //nolint:forbidigo // virtual time, so that there can be a past
	return w
}

// process is a publisher as a process that is started has it.
func (w *world) process() *Publisher {
	return New(w.cfg, Deps{Account: w.cloud.Account(w.t), Rows: w.rows, Ledger: w.book,
		Findings: func(context.Context, int) ([]event.Finding, error) { return w.finds, nil }})
}

func (w *world) once() Result {
	w.t.Helper()
	got, err := w.process().Once(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return got
}

func ptr[T any](v T) *T { return &v }

// call is one that cost a cent and a half.
func call(id string, ago time.Duration) event.Event {
	return event.Event{ID: id, Kind: event.KindCall, Outcome: event.Success, Time: time.Now().UTC().Add(-ago), Account: standin.AccountID,
		Region: "eu-west-1", Model: "amazon.nova-lite-v1:0", Person: "alice@example.com", Principal: "arn:aws:iam::111122223333:role/chat",
		Tokens: event.Tokens{Input: ptr(int64(100)), Output: ptr(int64(20))}, Cost: event.Cost{USD: ptr(0.015), State: event.Priced}}
}

func failed(id, code string, ago time.Duration) event.Event {
	e := call(id, ago)
	e.Outcome, e.Error, e.Cost, e.Tokens = event.Failure, code, event.Cost{}, event.Tokens{}
	e.Prompt, e.Completion, e.System = "the secret plan", "the secret answer", "the secret rules"
	return e
}

// sums are the metrics as CloudWatch would sum them up.
func (w *world) sums() map[string]float64 {
	got := map[string]float64{}
	for _, s := range w.cloud.Samples(Namespace) {
		if s.Metric != markOfRequests {
			got[s.Metric+" "+s.Dims["Model"]+s.Dims["Kind"]] += s.Value
		}
	}
	return got
}
