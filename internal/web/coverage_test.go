package web

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/coverage"
	"seismo/internal/inventory"
	"seismo/internal/metrics"
)

// coverage is a meter with one hour of most states, the last hour being that of
// newest.
func (f *fake) coverage(_ context.Context, from, to time.Time) (Coverage, error) {
	if len(f.events) == 0 {
		return Coverage{Report: coverage.NewReport(from, to, nil)}, nil
	}
	from, to = from.Truncate(time.Hour), to.Truncate(time.Hour)
	n := func(v int64) *int64 { return &v }
	p := coverage.Place{Account: "111122223333", Region: "eu-west-1", Endpoint: coverage.Runtime}
	mantle := p
	mantle.Endpoint = coverage.Mantle
	quiet := p
	quiet.Region = "us-west-2"
	var counts []coverage.Count
	at := to.Add(-6 * time.Hour)
	add := func(c coverage.Count) {
		c.Hour = at
		counts = append(counts, c)
		at = at.Add(time.Hour)
	}
	add(coverage.Count{Place: p, Metrics: &coverage.Metrics{Invocations: 9, Delivered: n(9)}, Trail: &coverage.Trail{Seen: 9}, Stored: 9, Answered: 9, Logging: coverage.On})
	add(coverage.Count{Place: p, Metrics: &coverage.Metrics{Invocations: 8}, Trail: &coverage.Trail{Seen: 8, Alone: 8}, Logging: coverage.Off})
	add(coverage.Count{Place: p, Metrics: &coverage.Metrics{Invocations: 9, Delivered: n(0), Failed: 9}, Logging: coverage.On})
	add(coverage.Count{Place: p, Metrics: &coverage.Metrics{Invocations: 9}, Stored: 9, Answered: 9, NoBody: 2, Logging: coverage.On})
	add(coverage.Count{Place: mantle, Trail: &coverage.Trail{Seen: 5}})
	add(coverage.Count{Place: quiet, Metrics: &coverage.Metrics{}})
	return Coverage{coverage.NewReport(from, to, coverage.Judge(counts, to.Add(24*time.Hour))),
		[]metrics.Status{{Account: p.Account, Region: p.Region, Last: to, Series: 12, Points: 40},
			{Region: "ap-south-1", Fault: "list the metrics: cloudwatch:ListMetrics is not allowed", Remedy: "Allow it."}}}, nil
}

func (f *fake) inventory(context.Context) (Inventory, error) {
	return Inventory{
		Items: []inventory.Item{{Account: "111122223333", Region: "eu-west-1", Kind: "logging", ID: "logging", First: newest, Last: newest, Body: jsontext.Value(`{"on":true}`)}},
		Looks: []inventory.Look{{Account: "111122223333", Region: "eu-west-1", Kind: "logging", Seen: newest, Tried: newest}},
		Posture: []inventory.Posture{{Account: "111122223333", Region: "eu-west-1", Check: "guardrail", Subject: "<b>gate</b> DRAFT", Grade: inventory.Warn, Why: "The guardrail is weak.", Remedy: "Raise the filters."},
			{Account: "111122223333", Region: "eu-west-1", Check: "logging", Grade: inventory.Good, Why: "Model invocation logging is on."}},
	}, nil
}

func TestClientReadsCoverageAndInventory(t *testing.T) {
	f := newFake(agentCall())
	to := newest.Truncate(time.Hour).Add(time.Hour)
	from := to.Add(-48 * time.Hour)
	want, _ := f.coverage(t.Context(), from, to)
	got, err := over(t, f).Backend().Coverage(t.Context(), from, to)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage: -want +got\n%s", diff)
	}
	known, _ := f.inventory(t.Context())
	over, err := over(t, f).Backend().Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(known, over); diff != "" {
		t.Errorf("inventory: -want +got\n%s", diff)
	}
}

func TestCoveragePageOfEveryKind(t *testing.T) {
	at := newest.Add(time.Hour).Truncate(time.Hour) // the fake's now, and so the span's end
	hour := instant(at.Add(-4 * time.Hour))
	for name, c := range map[string]struct {
		events bool
		target string
		want   []string
	}{
		"nothing known": {false, "/coverage", []string{"Nothing to hold against one another yet", "metrics:", "seismo docs coverage"}},
		"two days": {true, "/coverage", []string{"logging off", "delivery failing", "body lost", "no content", "×", "✓",
			"No calls: 111122223333 us-west-2.", "CloudWatch: 8, CloudTrail: 8, delivered: not known, stored: 0.",
			"Turn model invocation logging on", "&lt;b&gt;gate&lt;/b&gt;", "cloudwatch:ListMetrics is not allowed", "1 good"}},
		"a week":  {true, "/coverage?range=7d", []string{"Each cell is 4 hours", "the gravest hour: "}},
		"a month": {true, "/coverage?range=30d", []string{"Each cell is 24 hours"}},
		"a day of choice": {true, "/coverage?from=" + instant(at.Add(-24*time.Hour)) + "&to=" + instant(at), []string{
			"from=" + strings.ReplaceAll(instant(at.Add(-24*time.Hour)), ":", "%3A"), "logging off"}},
		"one hour": {true, "/coverage?account=111122223333&region=eu-west-1&endpoint=runtime&hour=" + hour, []string{`id="hour"`, "stored here", "kind%3Dtrail"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			if c.events {
				f = newFake(agentCall())
			}
			page := get(t, New(f.config()), c.target)
			if page.Code != http.StatusOK {
				t.Fatalf("%d: %s", page.Code, page.Body)
			}
			for _, text := range c.want {
				if !strings.Contains(page.Body.String(), text) {
					t.Errorf("the page lacks %q", text)
				}
			}
		})
	}
}

func TestCoverageAPI(t *testing.T) {
	h := New(newFake(agentCall()).config())
	csv := get(t, h, "/api/coverage?format=csv").Body.String()
	if lines := strings.Count(csv, "\r\n"); lines != 7 || !strings.HasPrefix(csv, "account,region,endpoint,hour,state,metric,trail,logs,stored,") {
		t.Errorf("%d lines:\n%s", lines, csv)
	}
	for _, wrong := range []string{"from=yesterday", "from=2026-01-01&to=2026-03-01", "from=2026-03-02&to=2026-03-01"} {
		for _, path := range []string{"/api/coverage?", "/coverage?"} {
			if got := get(t, h, path+wrong); got.Code != http.StatusBadRequest {
				t.Errorf("%s%s: %d", path, wrong, got.Code)
			}
		}
	}
	if got := get(t, h, "/api/inventory?format=csv").Body.String(); !strings.Contains(got, `111122223333,eu-west-1,logging,logging`) {
		t.Error(got)
	}
}
