package web

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/inventory"
	"seismo/internal/metrics"
)

// Names of objects, Regions, guardrails and what services answer are set by others.
// None of it becomes markup, or a character that nobody sees, on the pages of
// sources and coverage.
func TestNothingThatIsReportedBecomesMarkup(t *testing.T) {
	known := map[string]bool{}
	for _, page := range reported(t, "Plain words") {
		for _, tag := range markup(t, page) {
			known[tag] = true
		}
	}
	for _, payload := range payloads() {
		for target, page := range reported(t, payload) {
			for _, tag := range markup(t, page) {
				if !known[tag] {
					t.Fatalf("%q on %s made markup: <%s>", payload, target, tag)
				}
			}
			if strings.ContainsAny(payload, `<>"'`) && strings.Contains(page, payload) {
				t.Fatalf("%q stands unescaped on %s", payload, target)
			}
			if at := strings.IndexFunc(page, func(r rune) bool { return hidden(r) || r < ' ' && r != '\n' && r != '\t' }); at >= 0 {
				t.Fatalf("%q on %s: hidden character in %q", payload, target, page[max(at-60, 0):min(at+20, len(page))])
			}
		}
	}
}

// reported renders the pages of sources and coverage with a text in every place
// that others set.
func reported(t *testing.T, text string) map[string]string {
	t.Helper()
	hour := newest.Truncate(time.Hour)
	place := coverage.Place{Account: text, Region: text, Endpoint: text}
	cfg := newFake(agentCall()).config()
	cfg.Backend.Sources = func(context.Context) (Collection, error) {
		return Collection{Stalled: text, Notices: []string{text}, Sources: []Source{{Name: text, Kind: text, Place: text, State: SourceFails, Why: text, Remedy: text,
			Notes: []string{text}, Troubles: []Trouble{{Key: text, Fault: text, Detail: text, Attempts: 1}}}}}, nil
	}
	cfg.Backend.Coverage = func(_ context.Context, from, to time.Time) (Coverage, error) {
		rows := []coverage.Row{{Place: place, Hour: hour, State: coverage.LoggingOff, Why: text, Missing: 3}}
		r := coverage.NewReport(from, to, rows)
		r.Gaps = []coverage.Gap{{Place: place, State: rows[0].State, From: hour, To: hour.Add(time.Hour), Calls: 3, Why: text, Remedy: text}}
		return Coverage{r, []metrics.Status{{Account: text, Region: text, Fault: text, Remedy: text}}}, nil
	}
	cfg.Backend.Inventory = func(context.Context) (Inventory, error) {
		return Inventory{Posture: []inventory.Posture{{Account: text, Region: text, Check: "guardrail", Subject: text, Grade: inventory.Warn, Why: text, Remedy: text}}}, nil
	}
	h := New(cfg)
	out := map[string]string{}
	detail := writeSpan(hour.Add(-time.Hour), hour.Add(time.Hour))
	for name, value := range map[string]string{"account": text, "region": text, "endpoint": text, "hour": instant(hour)} {
		detail.Set(name, value)
	}
	for _, target := range []string{"/sources", "/coverage?range=48h", "/coverage?range=30d", address("/coverage", detail)} {
		w := get(t, h, target)
		if w.Code != http.StatusOK {
			t.Fatalf("%q: %s answers %d", text, target, w.Code)
		}
		out[target] = w.Body.String()
	}
	return out
}

// However many ask at once, and however often, the store is asked once in a while.
func TestTelemetryIsAskedOnceForMany(t *testing.T) {
	var asked, listed atomic.Int64
	cfg := newFake(agentCall()).config()
	status, sources := cfg.Backend.Status, cfg.Backend.Sources
	cfg.Backend.Status = func(ctx context.Context) (Status, error) {
		asked.Add(1)
		return status(ctx)
	}
	cfg.Backend.Sources = func(ctx context.Context) (Collection, error) {
		listed.Add(1)
		return sources(ctx)
	}
	h := NewTelemetry(cfg)
	begun := time.Now()
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() {
			if w := get(t, h, []string{"/metrics", "/readyz"}[i%2]); w.Code != http.StatusOK {
				t.Errorf("status %d", w.Code)
			}
		})
	}
	group.Wait()
	most := 1 + int64(time.Since(begun)/memoTime)
	if asked.Load() > most || listed.Load() > most {
		t.Errorf("the store was asked %d and %d times", asked.Load(), listed.Load())
	}
}
