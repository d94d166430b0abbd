package bedrock

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/tools/txtar"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// FuzzCall feeds whole records. Whatever they hold, there is an event that can
// be written as JSON and that keeps the rules of meaning.
func FuzzCall(f *testing.F) {
	for _, page := range pages(f) {
		f.Add(file(page, "record.json"))
	}
	reader := testReader(f, nil)
	f.Fuzz(func(t *testing.T, raw []byte) {
		doc, err := jsondoc.Parse(raw)
		if err != nil || doc.Kind() != jsondoc.Object {
			return
		}
		ev, err := reader.Call(context.Background(), doc, raw, event.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		checkRules(t, ev)
	})
}

func FuzzConverse(f *testing.F)          { fuzzFamilies(f, converse()) }
func FuzzAnthropic(f *testing.F)         { fuzzFamilies(f, anthropicMessages()) }
func FuzzClaudeCompletions(f *testing.F) { fuzzFamilies(f, claudeCompletions()) }

func checkRules(t *testing.T, ev event.Event) {
	t.Helper()
	if _, err := json.Marshal(ev, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)); err != nil {
		t.Errorf("the event is no JSON: %v", err)
	}
	if ev.Vendor == "arn" || ev.Time.Location() != time.UTC {
		t.Errorf("vendor %q, time %v", ev.Vendor, ev.Time)
	}
	if total := sum(ev.Tokens.Input, ev.Tokens.CacheRead, ev.Tokens.CacheWrite, ev.Tokens.Output); total != nil && *total != *ev.Tokens.Total {
		t.Errorf("total %d, sum of the parts %d", *ev.Tokens.Total, *total)
	}
	for _, n := range []*int64{ev.Tokens.Input, ev.Tokens.CacheRead, ev.Tokens.CacheWrite, ev.Tokens.Output} {
		if n != nil && *n < 0 {
			t.Errorf("a count of %d", *n)
		}
	}
	if ev.Latency.MS != nil && *ev.Latency.MS <= 0 {
		t.Errorf("a latency of %v", *ev.Latency.MS)
	}
	if acted := slices.ContainsFunc(ev.Guardrail.Items, acts); acted && (ev.Guardrail.Intervened == nil || !*ev.Guardrail.Intervened) {
		t.Error("a guardrail's item acted and the guardrail did not intervene")
	}
}

func pages(t testing.TB) []*txtar.Archive {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	var all []*txtar.Archive
	for _, path := range paths {
		page, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page)
	}
	return all
}
