package cloudtrail

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/content"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/model"
)

var update = flag.Bool("update", false, "rewrite the golden pages under testdata")

// TestGolden reads each page of testdata: trail.json is one CloudTrail event,
// event.json the event made of it, names as in the vocabulary.
func TestGolden(t *testing.T) {
	for _, path := range pages(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			page, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			ev := read(t, file(page, "trail.json"))
			ev.ID = "" // a digest; what goes into it is tested beside the digest
			got := pretty(t, ev)
			if *update {
				put(page, "event.json", got)
				if err := os.WriteFile(path, txtar.Format(page), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(file(page, "event.json")), string(got)); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		})
	}
}

func pages(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(found) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	return found
}

func reader(t testing.TB, extra ...string) *Reader {
	t.Helper()
	models, err := model.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(content.FS, models, extra)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func read(t testing.TB, raw []byte) event.Event {
	t.Helper()
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	ev, skip, err := reader(t).Event(doc, event.Origin{})
	if err != nil || skip {
		t.Fatalf("skip %v, error %v", skip, err)
	}
	return ev
}

func pretty(t testing.TB, ev event.Event) []byte {
	t.Helper()
	out, err := json.Marshal(ev, json.Deterministic(true), jsontext.WithIndent("  "),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		t.Fatal(err)
	}
	return append(out, '\n')
}

func file(page *txtar.Archive, name string) []byte {
	i := slices.IndexFunc(page.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return page.Files[i].Data
}

func put(page *txtar.Archive, name string, data []byte) {
	page.Files = slices.DeleteFunc(page.Files, func(f txtar.File) bool { return f.Name == name })
	page.Files = append(page.Files, txtar.File{Name: name, Data: data})
}
