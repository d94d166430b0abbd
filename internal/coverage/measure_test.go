package coverage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/coverage"
	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/metrics"
	"seismo/internal/normalize"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// account is a store that a test fills with what one account left behind.
type account struct {
	*memory.Store
	t      *testing.T
	serial int
}

func newAccount(t *testing.T) *account {
	t.Helper()
	s, err := memory.New(memory.Config{Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	return &account{Store: s, t: t}
}

func (a *account) keep(events ...event.Event) {
	a.t.Helper()
	if _, err := a.Append(a.t.Context(), store.Batch{Events: events}); err != nil {
		a.t.Fatal(err)
	}
}

// call is a row of the log, trail its event in CloudTrail.
func (a *account) call(at time.Time, change ...func(*event.Event)) event.Event {
	a.serial++
	e := event.Event{ID: fmt.Sprintf("call%06d", a.serial), Time: at, Kind: event.KindCall, Outcome: event.Success,
		Account: "111122223333", Region: "eu-west-1", Endpoint: "runtime", Operation: "Converse", RequestID: fmt.Sprintf("r%d", a.serial)}
	for _, c := range change {
		c(&e)
	}
	return e
}

func trail(of event.Event, name string) event.Event {
	of.ID, of.Kind, of.Operation = "trail"+of.ID, event.KindTrail, name
	of.Trail = event.Trail{ID: "e" + of.ID, Name: name, Source: "bedrock.amazonaws.com"}
	of.Body = event.Bodies{}
	return of
}

func (a *account) count(metric string, at time.Time, period time.Duration, n float64, dims ...string) {
	p := store.Point{Account: "111122223333", Region: "eu-west-1", Namespace: metrics.Bedrock, Metric: metric,
		Stat: "Sum", Start: at, Period: period, Value: n}
	for i := 0; i+1 < len(dims); i += 2 {
		if p.Dims == nil {
			p.Dims = map[string]string{}
		}
		p.Dims[dims[i]] = dims[i+1]
	}
	a.points(p)
}

func (a *account) points(points ...store.Point) {
	a.t.Helper()
	if err := a.AppendPoints(a.t.Context(), points); err != nil {
		a.t.Fatal(err)
	}
}

// looked marks hours that the collector read whole.
func (a *account) looked(hours ...time.Time) {
	for _, h := range hours {
		a.points(store.Point{Account: "111122223333", Region: "eu-west-1", Namespace: metrics.MarkNamespace, Metric: metrics.MarkMetric,
			Stat: "Maximum", Start: h, Period: time.Hour, Value: 60})
	}
}

func (a *account) measure(from, to time.Time) []string {
	a.t.Helper()
	history, err := coverage.History(a.t.Context(), a, nil, from, to)
	if err != nil {
		a.t.Fatal(err)
	}
	s := coverage.Sources{Rows: a, Trail: a, Series: a, Logging: history}
	r, err := s.Measure(a.t.Context(), from, to, noon)
	if err != nil {
		a.t.Fatal(err)
	}
	number := func(n *int64) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	var out []string
	for _, row := range r.Rows {
		out = append(out, fmt.Sprintf("%s %s %s metric=%s trail=%s logs=%s stored=%d missing=%d nobody=%d", row.Hour.Format("15"),
			row.Endpoint, row.State, number(row.Metric), number(row.Trail), number(row.Logs), row.Stored, row.Missing, row.NoBody))
	}
	return out
}

func (a *account) want(from, to time.Time, want ...string) {
	a.t.Helper()
	if diff := cmp.Diff(want, a.measure(from, to)); diff != "" {
		a.t.Errorf("-want +got\n%s", diff)
	}
}

func hour(h int) time.Time { return noon.Add(time.Duration(h-12) * time.Hour) }

func TestCountsOfOneHourAgree(t *testing.T) {
	a := newAccount(t)
	for range 5 {
		c := a.call(hour(8).Add(time.Minute))
		a.keep(c, trail(c, "Converse"))
	}
	a.looked(hour(8), hour(9))
	a.count("Invocations", hour(8), 5*time.Minute, 5)
	a.count("ModelInvocationLogsS3DeliverySuccess", hour(8), 5*time.Minute, 5, "ModelId", metrics.AcrossAll)
	a.want(hour(8), hour(10),
		"08 runtime complete metric=5 trail=5 logs=5 stored=5 missing=0 nobody=0",
		"09 runtime quiet metric=0 trail=0 logs=0 stored=0 missing=0 nobody=0")
}

// The same calls stand in several series and are counted once.
func TestSeriesAreNotAddedToOneAnother(t *testing.T) {
	a := newAccount(t)
	for range 6 {
		a.keep(a.call(hour(8).Add(time.Minute)))
	}
	a.looked(hour(8))
	a.count("Invocations", hour(8), time.Hour, 6)
	for i := range 2 {
		at := hour(8).Add(time.Duration(i) * 5 * time.Minute)
		a.count("Invocations", at, 5*time.Minute, 3)
		a.count("Invocations", at, 5*time.Minute, 1, "ModelId", "a")
		a.count("Invocations", at, 5*time.Minute, 2, "ModelId", "b")
		a.count("Invocations", at, 5*time.Minute, 2, "ModelId", "b", "ServiceTier", "default")
	}
	a.want(hour(8), hour(9), "08 runtime complete metric=6 trail=- logs=- stored=6 missing=0 nobody=0")
}

// A gap is made, and found with the number that was left out: logging is off
// from a quarter past eight to ten.
func TestLoggingOffIsFoundByTheTrail(t *testing.T) {
	a := newAccount(t)
	for h, logged := range map[int]int{7: 8, 8: 2, 9: 0, 10: 8} {
		for i := range 8 {
			c := a.call(hour(h).Add(time.Duration(i) * 5 * time.Minute))
			a.keep(trail(c, "Converse"))
			if i < logged {
				a.keep(c)
			}
		}
		a.looked(hour(h))
		a.count("Invocations", hour(h), time.Hour, 8)
	}
	change := func(at time.Time, name string) event.Event {
		c := a.call(at)
		c.RequestID = "change" + name
		return trail(c, name)
	}
	a.keep(change(hour(6), "PutModelInvocationLoggingConfiguration"),
		change(hour(8).Add(8*time.Minute), "DeleteModelInvocationLoggingConfiguration"),
		change(hour(10), "PutModelInvocationLoggingConfiguration"))
	a.want(hour(7), hour(11),
		"07 runtime complete metric=8 trail=8 logs=- stored=8 missing=0 nobody=0",
		"08 runtime logging_off metric=8 trail=8 logs=- stored=2 missing=6 nobody=0",
		"09 runtime logging_off metric=8 trail=8 logs=- stored=0 missing=8 nobody=0",
		"10 runtime complete metric=8 trail=8 logs=- stored=8 missing=0 nobody=0")
}

func TestMantleIsAPlaceOfItsOwn(t *testing.T) {
	a := newAccount(t)
	c := a.call(hour(8))
	e := trail(c, "CreateInference")
	e.Endpoint, e.Trail.Source = "mantle", "bedrock-mantle.amazonaws.com"
	a.keep(e)
	a.want(hour(8), hour(9), "08 mantle no_content metric=- trail=1 logs=- stored=0 missing=1 nobody=0")
}

func TestHoursThatNobodyLookedAtAreNotKnown(t *testing.T) {
	a := newAccount(t)
	a.keep(a.call(hour(8)), a.call(hour(9)))
	a.looked(hour(9))
	a.points(store.Point{Account: "111122223333", Region: "eu-west-1", Namespace: metrics.MarkNamespace, Metric: metrics.MarkMetric,
		Stat: "Maximum", Start: hour(8), Period: time.Hour, Value: 40}) // a part of the hour
	a.count("Invocations", hour(9), time.Hour, 1)
	a.want(hour(8), hour(10),
		"08 runtime no_metrics metric=- trail=- logs=- stored=1 missing=0 nobody=0",
		"09 runtime complete metric=1 trail=- logs=- stored=1 missing=0 nobody=0")
}

// Which missing bodies are lost is told by the sentences that the normaliser
// writes; these are its own.
func TestLostBodiesAreThoseThatWereMeantToBeKept(t *testing.T) {
	n, err := normalize.New(normalize.Config{})
	if err != nil {
		t.Fatal(err)
	}
	const record = `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-10T08:10:00Z","accountId":"111122223333",
		"region":"eu-west-1","requestId":%q,"operation":%q,"modelId":"amazon.nova-micro-v1:0","input":%s,"output":%s%s}`
	const here = `{"inputContentType":"application/json","inputTokenCount":3,"inputBodyJson":{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}}`
	for _, c := range []struct {
		name, operation, in, out, rest string
		lost                           int64
	}{
		{"over 100 KB without a place to go", "Converse", `{"inputContentType":"application/json","inputTokenCount":90000}`,
			`{"outputContentType":"application/json","outputBodyJson":{"output":{"message":{"role":"assistant","content":[{"text":"ok"}]}},"stopReason":"end_turn"},"outputTokenCount":1}`, "", 1},
		{"delivery is turned off", "Converse", `{"inputContentType":"application/json","inputTokenCount":3}`,
			`{"outputContentType":"application/json","outputTokenCount":1}`, "", 0},
		{"a failed call", "Converse", `{}`, `{}`, `,"errorCode":"ThrottlingException"`, 0},
		{"an asynchronous call", "StartAsyncInvoke", here, `{}`, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAccount(t)
			raw := fmt.Appendf(nil, record, c.name, c.operation, c.in, c.out, c.rest)
			doc, err := jsondoc.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			ev, err := n.Event(t.Context(), decode.Item{Verdict: decode.Good, Kind: decode.Invocation, Raw: raw, Doc: doc})
			if err != nil {
				t.Fatal(err)
			}
			a.keep(ev)
			s := coverage.Sources{Rows: a}
			r, err := s.Measure(t.Context(), hour(8), hour(9), noon)
			if err != nil || r.NoBody != c.lost {
				t.Errorf("%d lost, want %d (%v): %q, %q", r.NoBody, c.lost, err, ev.Body.Input.Reason, ev.Body.Output.Reason)
			}
		})
	}
}

func TestSpansAreBounded(t *testing.T) {
	s := coverage.Sources{Rows: newAccount(t)}
	if _, err := s.Measure(t.Context(), noon, noon.AddDate(1, 0, 0), noon); err == nil {
		t.Error("a year was measured")
	}
	if _, err := s.Measure(t.Context(), noon, noon, noon); err == nil {
		t.Error("nothing was measured")
	}
}

var _ query.Searcher = (*memory.Store)(nil)
