package web

import (
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

var update = flag.Bool("update", false, "rewrite the goldens")

var assetHash = regexp.MustCompile(`\?v=[0-9a-f]+`)

// TestPagesGolden holds the served HTML of small, telling stores. Hashes of
// static files are left out.
func TestPagesGolden(t *testing.T) {
	f := newFake(agentCall(), deniedTrail())
	f.raw[agentCall().ID] = event.Record{Raw: []byte(`{"schemaType":"ModelInvocationLog","accountId":"111122223333"}`)}
	f.found = someFindings()
	h := New(f.config())
	for name, target := range map[string]string{"call": "/calls/k3v7q2", "trail": "/calls/tra1l0", "home": "/", "calls": "/calls?q=kind:*", "sources": "/sources", "findings": "/findings", "coverage": "/coverage"} {
		t.Run(name, func(t *testing.T) {
			page := assetHash.ReplaceAllString(get(t, h, target).Body.String(), "")
			path := filepath.Join("testdata", name+".txtar")
			if *update {
				a := &txtar.Archive{Comment: []byte("What GET " + target + " serves.\n"), Files: []txtar.File{{Name: "page.html", Data: []byte(page)}}}
				if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			golden, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(golden.Files[0].Data), page); diff != "" {
				t.Errorf("(-golden +served):\n%s", diff)
			}
		})
	}
}

func deniedTrail() event.Event {
	return event.Event{ID: "tra1l000000000000000000000", Kind: event.KindTrail, Time: newest.Add(-3 * time.Minute), Outcome: event.Failure,
		Account: "111122223333", Region: "us-east-1", Principal: "arn:aws:iam::111122223333:user/ci", KeyType: "long_term",
		Trail: event.Trail{Name: "DeleteModelInvocationLoggingConfiguration", Source: "bedrock.amazonaws.com", Category: "Management",
			Error: "AccessDenied", Message: "User is not authorized"},
		Source: event.Source{IP: "198.51.100.7"}, UserAgent: "aws-cli/2.15"}
}

// The page's figures are the reports' figures.
func TestHomeAgreesWithReports(t *testing.T) {
	f := newFake(month(2000)...)
	page := get(t, New(f.config()), "/?range=all").Body.String()
	report := func(name string, by ...string) query.Table {
		a, err := query.Report(name, by, query.NoBucket, nil, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		table, err := f.Aggregate(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	usage, cost, speed := report("usage").Cells(0), report("cost").Cells(0), report("performance").Cells(0)
	want := []string{
		whole(usage.Count("calls")), whole(usage.Count("people")), percent(usage.Count("failed"), usage.Count("calls")),
		dollars(*cost.Decimal("cost.usd")), whole(cost.Count("unpriced")) + " calls unpriced",
		duration(*speed.Decimal("latency.p95")), percent(speed.Count("latency.unknown"), speed.Count("calls")) + " of calls do not tell",
		whole(speed.Count("throttled")) + " of them throttled",
	}
	people := report("cost", "person")
	for i := range min(5, len(people.Rows)) {
		want = append(want, dollars(*people.Cells(i).Decimal("cost.usd")))
	}
	for _, text := range want {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
}

func TestHomeOfEveryKindOfStore(t *testing.T) {
	plain := event.Event{ID: "plain0", Time: newest, Kind: event.KindCall, Outcome: event.Success}
	old := month(50)
	for i := range old {
		old[i].Time = old[i].Time.AddDate(-3, 0, 0)
	}
	for name, c := range map[string]struct {
		events []event.Event
		target string
		want   []string
	}{
		"nothing stored":       {nil, "/", []string{"Nothing is recorded yet", "seismo ingest", "seismo demo"}},
		"only CloudTrail":      {[]event.Event{deniedTrail()}, "/", []string{"none in this time", "No calls in this time."}},
		"a call without facts": {[]event.Event{plain}, "/", []string{"nobody known", "model unknown", "names a person", "No country is known"}},
		"nothing fits":         {month(50), "/?q=person:nobody", []string{"Nothing in this time.", "person:nobody"}},
		"old data":             {old, "/?range=24h", []string{"counted back from the newest data"}},
		"years":                {append(old, month(50)...), "/?range=all", []string{"Jan 2026"}},
		"minutes":              {month(50), "/?from=2026-03-31T14:00:00Z&to=2026-03-31T15:00:00Z", []string{"14:00"}},
		"bad query":            {month(5), "/?q=nofield:1", []string{"400", "there is no field"}},
		"bad range":            {month(5), "/?from=2026-03-02&to=2026-03-01", []string{"400"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(t, New(newFake(c.events...).config()), c.target)
			if w.Code >= 500 {
				t.Fatalf("%d: %s", w.Code, w.Body)
			}
			for _, text := range append(c.want, "Simulated data.") {
				if !strings.Contains(w.Body.String(), text) {
					t.Errorf("the page lacks %q", text)
				}
			}
		})
	}
}

func TestBannerOnlyOverSimulatedData(t *testing.T) {
	cfg := newFake(agentCall()).config()
	cfg.Simulated = false
	if strings.Contains(get(t, New(cfg), "/").Body.String(), "Simulated") {
		t.Error("real data is called simulated")
	}
}

func TestCallThatCannotBeReadShowsItsFacts(t *testing.T) {
	f := newFake(agentCall())
	h := New(f.config())
	for err, want := range map[error]string{store.ErrErased: "was erased", store.ErrNotKept: "metadata mode"} {
		f.refuse[agentCall().ID] = err
		w := get(t, h, "/calls/k3v7q2")
		page := w.Body.String()
		if w.Code != 200 || !strings.Contains(page, want) || !strings.Contains(page, "alice@example.com") {
			t.Errorf("%v: %d, page says %q: %v", err, w.Code, want, strings.Contains(page, want))
		}
		if strings.Contains(page, "refund test") {
			t.Errorf("%v: the page shows what was said", err)
		}
	}
	f.refuse[agentCall().ID] = errors.New("disk gone: my secret prompt")
	w := get(t, h, "/calls/k3v7q2")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d: %s", w.Code, w.Body)
	}
}

func TestLostBodiesSayWhy(t *testing.T) {
	lost := event.Body{State: event.BodyMissing, Reason: "the body is over 100 KB"}
	there := event.Body{State: event.BodyInline}
	for _, c := range []struct {
		bodies event.Bodies
		want   string
	}{
		{event.Bodies{Input: lost, Output: lost}, "Neither input nor output can be shown: the body is over 100 KB."},
		{event.Bodies{Input: lost, Output: there}, "No input to show: the body is over 100 KB."},
		{event.Bodies{Input: there, Output: event.Body{State: event.BodyS3}}, "No output to show: the body is in S3, not looked for."},
		{event.Bodies{Input: there, Output: there}, "No message was logged."},
	} {
		e := event.Event{ID: "l0st000000", Kind: event.KindCall, Time: newest, Body: c.bodies}
		if page := get(t, New(newFake(e).config()), "/calls/l0st000000").Body.String(); !strings.Contains(page, c.want) {
			t.Errorf("%+v: the page lacks %q", c.bodies, c.want)
		}
	}
}

func TestHugeTextIsFoldedAndBounded(t *testing.T) {
	e := agentCall()
	e.MessagesIn = []event.Message{text("user", strings.Repeat("old ", 2<<20)), text("assistant", "so"), text("user", strings.Repeat("new ", 250_000)+"the last word")}
	w := get(t, New(newFake(e).config()), "/calls/k3v7q2")
	page := w.Body.String()
	if len(page) > pageText+200_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	for _, want := range []string{"the last word", "more bytes are not on this page", "the other 99"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

func TestPagingReachesEveryCall(t *testing.T) {
	f := newFake(month(230)...)
	h := New(f.config())
	link := regexp.MustCompile(`<a href="([^"]+)" rel="next">`)
	target, seen := "/calls?limit=100", map[string]bool{}
	for range 5 {
		w := get(t, h, target)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", target, w.Code)
		}
		for _, m := range regexp.MustCompile(`href="/calls/(m\d+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			seen[m[1]] = true
		}
		m := link.FindStringSubmatch(w.Body.String())
		if m == nil {
			break
		}
		target = strings.ReplaceAll(m[1], "&amp;", "&")
	}
	if len(seen) != 230 {
		t.Errorf("pages show %d of 230 calls", len(seen))
	}
}
