package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
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

func TestMetricsAreWhatTheRowsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), call("b", time.Hour), failed("c", "ThrottlingException", time.Hour), call("new", time.Minute))
		w.once()
		want := map[string]float64{}
		for _, m := range [...]string{"amazon.nova-lite-v1:0", ""} { // of the model, and of the Region as a whole
			for name, v := range map[string]float64{"Calls": 3, "Errors": 1, "Throttles": 1, "ErrorRate": 1, "CostUSD": 0.03,
				"InputTokens": 200, "OutputTokens": 40} {
				want[name+" "+m] = v
			}
		}
		if diff := cmp.Diff(want, w.sums(), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		zeros, ones := 0, 0
		for _, s := range w.cloud.Samples(Namespace) {
			if s.Metric == errorRate && s.Dims["Model"] != "" {
				if s.Value == 0 {
					zeros++
				} else {
					ones++
				}
			}
			if s.Metric != markOfRequests && (s.Dims["Account"] != standin.AccountID || s.Dims["Region"] != "eu-west-1" || s.Dims["Environment"] != "prod") {
				t.Errorf("dimensions %v", s.Dims)
			}
			if s.Time.Truncate(5*time.Minute) != s.Time && s.Metric != markOfRequests {
				t.Errorf("%s is at %s, which begins no period", s.Metric, s.Time)
			}
		}
		if zeros != 2 || ones != 1 {
			t.Errorf("the error rate is of %d answered and %d failed calls", zeros, ones)
		}
	})
}

func TestNothingIsSentTwiceAndLateCallsAreAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), call("b", time.Hour))
		w.once()
		if again := w.once(); again.Points != 0 {
			t.Errorf("a second run sent %d points", again.Points)
		}
		late := call("late", time.Hour)
		late.Outcome = event.Failure
		w.rows.add(late)
		w.once()
		w.once()
		got := w.sums()
		if got["Calls "] != 3 || got["Errors "] != 1 || got["InputTokens "] != 300 {
			t.Errorf("after a late call: %v", got)
		}
	})
}

func TestAnotherModelAboveTheLimitIsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.MaxSeries = 1
		second := call("b", time.Hour)
		second.Model = "a-model|with\nodd: characters é"
		w.rows.add(call("a", 2*time.Hour), second)
		w.once()
		w.rows.add(call("c", time.Hour), second)
		w.once()
		got := w.sums()
		if got["Calls amazon.nova-lite-v1:0"] != 2 || got["Calls others"] != 2 || got["Calls "] != 4 {
			t.Errorf("%v", got)
		}
	})
}

// TestKilledAtEveryStep kills a run before and after each thing that it writes
// down, starts it anew, and counts.
func TestKilledAtEveryStep(t *testing.T) {
	for die := 1; ; die++ {
		done := false
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.cfg.Backfill = 6 * 3600e9
			for i := range 30 {
				w.rows.add(call(fmt.Sprint("a", i), time.Hour+time.Duration(i)*7*time.Minute))
			}
			w.rows.add(failed("f", "ValidationException", time.Hour))
			w.finds = []event.Finding{{ID: "g", Time: time.Now().Add(-time.Hour), Title: "t", Detector: event.DetectorGuardDuty}}
			w.book.die = die
			_, err := w.process().Once(t.Context())
			done = err == nil
			w.book.die = 0
			time.Sleep(time.Minute) //nolint:forbidigo // virtual time
			if _, err := w.process().Once(t.Context()); err != nil && !errors.Is(err, errDoubtful) {
				t.Fatal(err)
			}
			time.Sleep(patience) //nolint:forbidigo // virtual time
			w.once()
			got := w.sums()
			if got["Calls "] != 31 || got["Errors "] != 1 || got["InputTokens "] != 3000 {
				t.Errorf("killed at step %d: %v calls, %v errors, %v tokens", die, got["Calls "], got["Errors "], got["InputTokens "])
			}
			if n := len(w.cloud.Lines(applicationGroup)); n != 1 {
				t.Errorf("killed at step %d: the failed call is written %d times", die, n)
			}
			if n := len(w.cloud.Lines(securityGroup)); n != 1 {
				t.Errorf("killed at step %d: the finding is written %d times", die, n)
			}
		})
		if done {
			if die < 20 {
				t.Errorf("only %d steps", die)
			}
			return
		}
		if t.Failed() {
			return
		}
	}
}

// TestAnswerThatNeverCame has CloudWatch take a request whose answer is lost.
func TestAnswerThatNeverCame(t *testing.T) {
	for name, fault := range map[string]standin.Fault{
		"taken":     {Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault", Late: true},
		"not taken": {Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault"},
		"cut":       {Op: "PutMetricData", Times: 1, Drop: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.rows.add(call("a", time.Hour), call("b", 2*time.Hour))
				w.cloud.Fault(fault)
				if _, err := w.process().Once(t.Context()); !errors.Is(err, errDoubtful) {
					t.Fatalf("the first run: %v", err)
				}
				time.Sleep(patience) //nolint:forbidigo // virtual time
				w.once()
				if got := w.sums(); got["Calls "] != 2 {
					t.Errorf("%v", got)
				}
			})
		})
	}
}

func TestDoubtWithoutThePermissionToAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour))
		w.cloud.Fault(standin.Fault{Op: "PutMetricData", Times: 1, Status: 500, Code: "InternalServiceFault", Late: true},
			standin.Fault{Op: "GetMetricData", Status: 403, Code: "AccessDenied", Message: "not authorized to perform: cloudwatch:GetMetricData"})
		_, _ = w.process().Once(t.Context())
		time.Sleep(patience) //nolint:forbidigo // virtual time
		w.once()
		if got := w.sums(); got["Calls "] != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		w.cloud.Fault(standin.Fault{Op: "PutMetricData", Times: 4, Status: 400, Code: "Throttling"},
			standin.Fault{Op: "PutLogEvents", Times: 3, Status: 400, Code: "ThrottlingException"})
		w.once()
		if got := w.sums(); got["Calls "] != 2 || len(w.cloud.Lines(applicationGroup)) != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestMissingPermissionIsNamedAndStopsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		remove := w.cloud.Fault(standin.Fault{Op: "PutMetricData", Status: 403, Code: "AccessDenied",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: cloudwatch:PutMetricData"})
		_, err := w.process().Once(t.Context())
		var fault *source.Fault
		if !errors.As(err, &fault) || fault.Kind != source.Forbidden || fault.Action != "cloudwatch:PutMetricData" {
			t.Errorf("the error is %v", err)
		}
		if len(w.cloud.Lines(applicationGroup)) != 1 {
			t.Error("the failed call is not written")
		}
		remove()
		w.once()
		if got := w.sums(); got["Calls "] != 2 {
			t.Errorf("%v", got)
		}
	})
}

func TestAGroupThatIsNotThereIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.ApplicationGroup = "/none"
		w.rows.add(failed("b", "ValidationException", time.Hour))
		_, err := w.process().Once(t.Context())
		var fault *source.Fault
		if !errors.As(err, &fault) || !strings.Contains(fault.Remedy, "create-log-group --log-group-name /none") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestLinesHoldNoTextAndNoName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		b := failed("b", "ValidationException", time.Hour)
		b.Principal = "arn:aws:iam::111122223333:user/alice"
		w.rows.add(b)
		w.finds = []event.Finding{{ID: "f", Time: time.Now().Add(-time.Hour), Severity: event.High, Detector: event.DetectorGuardDuty,
			Title: "alice called from afar", Principal: "alice", Raw: []byte(`{"secret":1}`)}}
		w.once()
		lines := append(w.cloud.Lines(applicationGroup), w.cloud.Lines(securityGroup)...)
		if len(lines) != 2 {
			t.Fatalf("%d lines", len(lines))
		}
		for _, l := range lines {
			if strings.Contains(l, "secret") || strings.Contains(l, "alice") || !strings.Contains(l, "person-") {
				t.Errorf("a line: %s", l)
			}
		}
		if again := w.once(); again.Lines != 0 {
			t.Errorf("%d lines are written again", again.Lines)
		}
		w.book.facts = map[string]string{}
		w.cfg.People = named
		w.once()
		if got := w.cloud.Lines(applicationGroup); !strings.Contains(got[1], "alice@example.com") {
			t.Errorf("named: %s", got[1])
		}
	})
}

func TestMoreFailuresThanAreWrittenAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.MaxEvents = 10
		for i := range 25 {
			w.rows.add(failed(fmt.Sprint("f", i), "ValidationException", 20*time.Minute))
		}
		got := w.once()
		lines := w.cloud.Lines(applicationGroup)
		if got.Left != 15 || len(lines) != 11 || !strings.Contains(strings.Join(lines, "\n"), `"calls":15`) {
			t.Errorf("%d left out, %d lines", got.Left, len(lines))
		}
		if again := w.once(); again.Lines != 0 {
			t.Errorf("%d lines are written again", again.Lines)
		}
	})
}

func TestUnusual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Backfill = 8 * 3600e9
		for h := range 20 * 24 { // three or four calls an hour for 20 days
			for i := range 3 + h%2 {
				w.rows.add(call(fmt.Sprint("h", h, i), time.Duration(h+30)*time.Hour))
			}
		}
		stranger := call("s", 3*time.Hour)
		stranger.Person, stranger.Source.Country = "mallory@example.com", "XX"
		w.rows.add(stranger, stranger)
		for i := range 100 {
			w.rows.add(call(fmt.Sprint("burst", i), 5*time.Hour))
		}
		w.once()
		got := w.sums()
		// The stranger's two calls are by a new person and from a new country. The
		// hours of the two weeks before the burst have 3 or 4 calls, but for the last
		// 25, which have none: median 3, deviation 1, so that 3 + 6 × 1.4826 is usual.
		for name, want := range map[string]float64{"person": 2, "country": 2, "model": 0, "principal": 0, "volume": 88} {
			if got["UnusualActivity "+name] != want {
				t.Errorf("%s counts %v, want %v", name, got["UnusualActivity "+name], want)
			}
		}
	})
}

func TestYoungAccountsHaveNothingUnusual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", 3*time.Hour), call("b", 100*time.Hour))
		w.once()
		for name := range w.sums() {
			if strings.HasPrefix(name, unusualCalls) {
				t.Errorf("%s in an account that is known for four days", name)
			}
		}
	})
}

func TestEachRegionGetsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Regions = []string{"eu-west-1", "us-east-1"}
		there := call("b", time.Hour)
		there.Region = "us-east-1"
		elsewhere := call("c", time.Hour)
		elsewhere.Region = "ap-south-1"
		w.rows.add(call("a", time.Hour), there, there, elsewhere)
		w.cfg.What = []string{Metrics}
		all := w.cfg
		for _, w.cfg = range all.Each() {
			w.once()
			w.once()
		}
		got := map[string]float64{}
		for _, s := range w.cloud.Samples(Namespace) {
			if s.Metric == "Calls" && s.Dims["Model"] == "" {
				got[s.Region+" "+s.Dims["Region"]] += s.Value
			}
		}
		if diff := cmp.Diff(map[string]float64{"eu-west-1 eu-west-1": 1, "us-east-1 us-east-1": 2}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestOldHoursAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		w.once()
		before := len(w.book.facts)
		time.Sleep(10 * 24 * time.Hour) //nolint:forbidigo // virtual time
		w.once()
		if len(w.book.facts) != before {
			t.Errorf("%d facts became %d within ten days", before, len(w.book.facts))
		}
		time.Sleep(10 * 24 * time.Hour) //nolint:forbidigo // virtual time
		w.once()
		if got := before - len(w.book.facts); got != 2 { // the hour of metrics, and that of failed calls
			t.Errorf("%d facts are forgotten: %v", got, w.book.facts)
		}
	})
}

func TestConfigNamesItsFaults(t *testing.T) {
	for key, c := range map[string]Config{
		"regions": {Regions: []string{"us-east-1", "us-east-1"}}, "region": {Region: "us-east-1", Regions: []string{"us-east-1"}},
		"environment": {Environment: "a b"}, "namespace": {Namespace: "AWS/Bedrock"}, "people": {People: "all"}, "what": {What: []string{"calls"}},
		"period": {Period: 7 * 60e9}, "every": {Every: 1e9}, "late": {Late: 20 * 24 * 3600e9}, "max_series": {MaxSeries: -1},
		"security_log_group": {SecurityGroup: "a\r\nb"}, "application_log_group": {ApplicationGroup: "*"},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), `"`+key+`"`) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
