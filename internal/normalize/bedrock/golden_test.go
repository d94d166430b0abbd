package bedrock

import (
	"bytes"
	"context"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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

// TestGolden reads each page of testdata: record.json is one log record, files
// under s3/ are objects of the bucket with the rest of their name, and
// event.json is the event, names as in the vocabulary.
func TestGolden(t *testing.T) {
	pages, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, path := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			page, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := golden(t, page)
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

func golden(t *testing.T, page *txtar.Archive) []byte {
	t.Helper()
	ev := readRecord(t, file(page, "record.json"), opener(page))
	ev.ID = "" // a digest; what goes into it is tested beside the digest
	return pretty(t, ev)
}

// readRecord makes the event of one record.
func readRecord(t testing.TB, raw []byte, open Opener) event.Event {
	t.Helper()
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	reader := testReader(t, open)
	ev, err := reader.Call(context.Background(), doc, raw, event.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

func testReader(t testing.TB, open Opener) *Reader {
	t.Helper()
	models, err := model.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	return &Reader{Models: models, Open: open, Limit: 1 << 20}
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

// opener serves the page's files under s3/.
func opener(page *txtar.Archive) Opener {
	return func(_ context.Context, uri string) (io.ReadCloser, error) {
		name := "s3/" + strings.TrimPrefix(uri, "s3://")
		for _, f := range page.Files {
			if f.Name == name {
				return io.NopCloser(bytes.NewReader(f.Data)), nil
			}
		}
		return nil, fs.ErrNotExist
	}
}

func file(page *txtar.Archive, name string) []byte {
	for _, f := range page.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

func put(page *txtar.Archive, name string, data []byte) {
	for i, f := range page.Files {
		if f.Name == name {
			page.Files[i].Data = data
			return
		}
	}
	page.Files = append(page.Files, txtar.File{Name: name, Data: data})
}
