package enrich

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"seismo/internal/event"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestExplain compares sums as people read them with testdata/explain.txtar.
func TestExplain(t *testing.T) {
	const sonnet45 = "anthropic.claude-sonnet-4-5-20250929-v1:0"
	e := enricher(t)
	golden := filepath.Join("testdata", "explain.txtar")
	got := &txtar.Archive{Comment: []byte("What seismo prices explain writes, call by call.\n\n")}
	for _, c := range []struct {
		name string
		ev   *event.Event
	}{
		{"cache", with(call("anthropic.claude-haiku-4-5-20251001-v1:0", 100, 10), cached(1000, 3000, 1000))},
		{"above-200k", with(call(sonnet45, 200_001, 10))},
		{"doubt", with(call("anthropic.claude-3-5-haiku-20241022-v1:0", 1000, 100), geo("eu.anthropic.claude-3-5-haiku-20241022-v1:0"))},
		{"image-by-size", with(call("stability.stable-diffusion-xl-v1", 0, 0), pictures(2,
			`{"input":{"inputBodyJson":{"width":512,"height":512,"steps":30}}}`))},
		{"failed", with(call("m", 1, 1), func(ev *event.Event) { ev.Outcome = event.Failure })},
		{"unpriced", call("example.unknown-v1", 1, 1)},
	} {
		got.Files = append(got.Files, txtar.File{Name: c.name, Data: []byte(e.Book().Explain(e.Price(c.ev)))})
	}
	got.Files = append(got.Files, txtar.File{Name: "not-priced-yet", Data: []byte(e.Book().Explain(event.Cost{}))})
	if *update {
		if err := os.WriteFile(golden, txtar.Format(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := txtar.ParseFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range got.Files {
		if i >= len(want.Files) || want.Files[i].Name != f.Name || trimmed(want.Files[i].Data) != trimmed(f.Data) {
			t.Errorf("%s: got\n%s", f.Name, f.Data)
		}
	}
}

func trimmed(text []byte) string { return strings.TrimSpace(string(text)) }
