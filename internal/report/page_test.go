package report

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

var update = flag.Bool("update", false, "write the golden pages anew")

type rows []event.Event

func (r rows) Search(context.Context, query.Query) (query.Page, error) { return query.Page{}, nil }

func (r rows) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	return query.Eval(a, func(yield func(*event.Event) bool) {
		for i := range r {
			if !yield(&r[i]) {
				return
			}
		}
	}, func(n query.Node, e *event.Event) bool { return query.Match(n, e, nil) })
}

func ptr[T any](v T) *T { return &v }

// call is a call on a day of March 2026 that cost so much.
func call(day, hour int, model, person string, usd float64) event.Event {
	return event.Event{ID: fmt.Sprint(day, hour, model, person), Kind: event.KindCall, Outcome: event.Success,
		Time: time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC), Account: "111122223333", Region: "us-east-1", Model: model, Family: strings.Split(model, "-")[0],
		Person: person, Team: "research", Cost: event.Cost{USD: &usd, State: event.Priced},
		Tokens:  event.Tokens{Input: ptr(int64(1000)), Output: ptr(int64(500)), Total: ptr(int64(1500))},
		Latency: event.Latency{MS: ptr(1000.0)}, Prompt: "the secret plan", Completion: "the secret answer"}
}

const evil = "<script>alert(1)</script>\r\n\u202e\"'&"

// week is a week whose numbers can be added in the head, and the one before.
func week() Sources {
	slow := call(10, 9, "nova-lite", "ana@example.com", 0)
	slow.Outcome, slow.Error, slow.Cost = event.Failure, "ThrottlingException", event.Cost{}
	hostile := call(11, 9, evil, evil, 1)
	hostile.Error, hostile.Outcome, hostile.Team = evil, event.Failure, evil
	unpriced := call(12, 9, "claude-opus", "", 0)
	unpriced.Cost = event.Cost{State: event.Unpriced}
	list := rows{
		call(3, 9, "nova-lite", "ana@example.com", 2), call(4, 9, "claude-opus", "bo@example.com", 4), // the week before
		call(9, 9, "nova-lite", "ana@example.com", 3), call(10, 9, "claude-opus", "ana@example.com", 12), slow, hostile, unpriced,
		call(16, 0, "nova-lite", "ana@example.com", 100), // the week after
	}
	at := func(day int) time.Time { return time.Date(2026, 3, day, 12, 0, 0, 0, time.UTC) }
	return Sources{Rows: list,
		Findings: func(context.Context, int) ([]event.Finding, error) {
			return []event.Finding{
				{ID: "a", Time: at(20), Severity: event.Critical, Title: "later"},
				{ID: "b", Time: at(12), Severity: event.High, Title: "called from afar " + evil, Account: "111122223333", Region: "us-east-1", Principal: "alice", Raw: []byte(`{"secret":1}`)},
				{ID: "c", Time: at(1), Severity: event.Low, Title: "earlier"},
			}, nil
		},
		Coverage: func(_ context.Context, from, to time.Time) (coverage.Report, error) {
			place := coverage.Place{Account: "111122223333", Region: "us-east-1", Endpoint: coverage.Runtime}
			return coverage.NewReport(from, to, []coverage.Row{
				{Place: place, Hour: at(9), State: coverage.Complete, Stored: 6},
				{Place: place, Hour: at(10), State: coverage.LoggingOff, Missing: 2, Why: "Logging was off: 2 calls without a row."}}), nil
		},
		Quarantine: func(context.Context, int) ([]store.Quarantined, error) {
			return []store.Quarantined{{Time: at(12), Reason: "not_json"}, {Time: at(12), Reason: "not_json"}, {Time: at(1), Reason: "too_long"}}, nil
		},
	}
}

func made(t *testing.T, s Sources) Report {
	t.Helper()
	r, err := Make(t.Context(), s, Weekly.At(time.Date(2026, 3, 12, 0, 0, 0, 0, time.UTC)), time.Date(2026, 3, 16, 7, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	r.Version = "test"
	return r
}

func TestNumbers(t *testing.T) {
	r := made(t, week())
	n := r.Now
	if n.Calls != 5 || n.Failed != 2 || n.Throttled != 1 || n.People != 2 || n.Nobody != 1 || n.Unpriced != 1 || *n.USD != 16 || *n.Tokens() != 7500 {
		t.Errorf("now %+v", n)
	}
	if f := r.Former; f.Calls != 2 || *f.USD != 6 {
		t.Errorf("before %+v", f)
	}
	opus := r.Models.Rows[0]
	if opus.Name != "claude-opus" || opus.Calls != 2 || *opus.USD != 12 || opus.SpendDrift() != "+200 %" || opus.CallsDrift() != "+100 %" || opus.Moved() != "up" {
		t.Errorf("the dearest model %+v", opus)
	}
	if r.Slots[1].Answered != 1 || r.Slots[1].Throttled != 1 || r.Slots[2].Failed != 1 {
		t.Errorf("slots %+v", r.Slots)
	}
	if len(r.Findings) != 1 || r.Severities[event.High] != 1 || len(r.Quarantine) != 1 || r.Quarantine[0].Items != 2 || r.Coverage.Visible != 6 {
		t.Errorf("%+v %+v %+v", r.Findings, r.Quarantine, r.Coverage)
	}
}

func TestDrift(t *testing.T) {
	for _, c := range []struct {
		now, before float64
		want        string
	}{{0, 0, "–"}, {1, 0, "new"}, {0, 1, "−100 %"}, {112, 100, "+12 %"}, {88, 100, "−12 %"}, {100.1, 100, "±0 %"}, {0.03, 20.49, "−99.9 %"}, {0.001, 20.49, "<−99.9 %"}, {0.7, 100, "−99.3 %"}, {1500, 100, "×15"}} {
		if got := drift(c.now, c.before); got != c.want {
			t.Errorf("%v after %v: %s, want %s", c.now, c.before, got, c.want)
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is another; look at it with -update and git diff:\n%s", name, got)
	}
}

func TestPages(t *testing.T) {
	full := made(t, week())
	empty := made(t, Sources{Rows: rows{}})
	for name, r := range map[string]*Report{"week": &full, "empty": &empty} {
		page, err := r.HTML()
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name+".html", page)
		golden(t, name+".txt", []byte(r.Text()))
	}
}

// TestThePageIsWholeAndHarmless reads the page as a browser does.
func TestThePageIsWholeAndHarmless(t *testing.T) {
	r := made(t, week())
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	// Whatever is escaped has no <, so that each one begins a tag.
	for _, tag := range regexp.MustCompile(`<[^>]*`).FindAllString(string(page), -1) {
		if regexp.MustCompile(`(?i)^<(script|link|img|iframe|object|embed|form|a|base|use|image)\b`).MatchString(tag) {
			t.Errorf("the page has %s", tag)
		}
		if regexp.MustCompile(`(?i)\s(on[a-z]+|src|href|xlink:href)\s*=`).MatchString(tag) {
			t.Errorf("the page has %s", tag)
		}
	}
	text := r.Text()
	for _, has := range []string{string(page), text} {
		if strings.Contains(has, "secret") || strings.Contains(has, "\u202e") {
			t.Error("what was said, or a character that turns the text around, is in the report")
		}
	}
	if regexp.MustCompile(`@import|url\(|https?://`).Match(page) {
		t.Error("the page asks somebody for something")
	}
	for _, want := range []string{"@media print", "@page", "break-inside: avoid", "default-src 'none'"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if strings.ContainsFunc(line, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
			t.Errorf("a control character in %q", line)
		}
	}
}

// TestAPartThatFailsIsNamed has findings that cannot be read.
func TestAPartThatFailsIsNamed(t *testing.T) {
	s := week()
	s.Findings = func(context.Context, int) ([]event.Finding, error) { return nil, fmt.Errorf("no such table") }
	r := made(t, s)
	if len(r.Missing) != 1 || !strings.Contains(r.Text(), "findings could not be read: no such table") {
		t.Errorf("%v", r.Missing)
	}
}

func TestMessageOfAHostileReport(t *testing.T) {
	r := made(t, week())
	m, err := Message(&r, Plan{Kind: Weekly, From: "a@example.com", To: []string{"b@example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	if m.Subject != "Bedrock, 9 – 15 March 2026: $16.00, 5 calls, 1 finding" || m.Name != "bedrock-2026-W11.html" {
		t.Errorf("%q, %q", m.Subject, m.Name)
	}
	if _, err := m.Bytes(); err != nil {
		t.Error(err)
	}
}
