package decode_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"golang.org/x/tools/txtar"

	"seismo/internal/decode"
	"seismo/internal/event"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// A page is one object and what comes out of it. Its head says in words what is
// to be seen; lines "key: …", "line: …" and "layers: …" in it set the object's
// key and limits. The object is the files that begin with "in", one after the
// other, compressed as their extensions say, from left to right; ".cut" takes
// the final newline away, ".half" the second half. "@gz64 NAME@" and "@64 NAME@"
// in them stand for the base64 of file NAME, with or without gzip.
func TestPages(t *testing.T) {
	pages, err := filepath.Glob("testdata/pages/*.txtar")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	for _, path := range pages {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			page, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := told(decodeAll(t, limitsOf(t, page), string(object(t, page)), event.Origin{Key: setting(page, "key")}))
			want := file(page, "want")
			if *update {
				set(page, "want", got)
				if err := os.WriteFile(path, txtar.Format(page), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s", diff)
			}
		})
	}
}

var kinds = map[decode.Kind]string{decode.Invocation: "call", decode.Trail: "trail", decode.Insight: "insight", decode.GuardDuty: "guardduty"}

// told writes items as a page shows them.
func told(items []decode.Item) string {
	var b strings.Builder
	for _, item := range items {
		switch item.Verdict {
		case decode.Good:
			b.WriteString("good " + kinds[item.Kind])
		case decode.Skipped:
			b.WriteString("skip " + item.Reason)
		default:
			b.WriteString("bad " + item.Reason)
		}
		if item.Origin.Line != nil {
			fmt.Fprintf(&b, " line %d", *item.Origin.Line)
		}
		if o := item.Origin; o.Group+o.Stream+o.EventID != "" {
			fmt.Fprintf(&b, " group %q stream %q event %q", o.Group, o.Stream, o.EventID)
		}
		if bytes.HasPrefix(item.Raw, []byte("\x1f\x8b")) {
			b.WriteString("\n\t(compressed)")
		} else if item.Verdict != decode.Skipped {
			fmt.Fprintf(&b, "\n\t%s", strings.ReplaceAll(shown(item.Raw), "\n", "\n\t"))
		}
		b.WriteString("\n")
	}
	return b.String()
}

func shown(raw []byte) string {
	if bytes.ContainsFunc(raw, func(r rune) bool { return r < ' ' && r != '\n' || r == '\ufffd' }) {
		return strconv.Quote(string(raw))
	}
	return string(raw)
}

func file(page *txtar.Archive, name string) string {
	for _, f := range page.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func set(page *txtar.Archive, name, text string) {
	for i := range page.Files {
		if page.Files[i].Name == name {
			page.Files[i].Data = []byte(text)
			return
		}
	}
	page.Files = append(page.Files, txtar.File{Name: name, Data: []byte(text)})
}

func setting(page *txtar.Archive, name string) string {
	for line := range strings.Lines(string(page.Comment)) {
		if value, found := strings.CutPrefix(line, name+": "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func limitsOf(t *testing.T, page *txtar.Archive) decode.Limits {
	t.Helper()
	number := func(name string) int {
		text := setting(page, name)
		if text == "" {
			return 0
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return decode.Limits{Line: int64(number("line")), Layers: number("layers"), Expanded: int64(number("expanded"))}
}

var payloads = regexp.MustCompile(`@(gz64|64) (\w+)@`)

func object(t testing.TB, page *txtar.Archive) []byte {
	t.Helper()
	var all []byte
	for _, f := range page.Files {
		base, extensions, _ := strings.Cut(f.Name, ".")
		if !strings.HasPrefix(base, "in") {
			continue
		}
		data := payloads.ReplaceAllFunc(f.Data, func(m []byte) []byte {
			parts := payloads.FindSubmatch(m)
			text := strings.TrimSuffix(file(page, string(parts[2])), "\n")
			if string(parts[1]) == "gz64" {
				text = zip(text)
			}
			return []byte(base64.StdEncoding.EncodeToString([]byte(text)))
		})
		for ext := range strings.SplitSeq(extensions, ".") {
			data = shape(t, ext, data)
		}
		all = append(all, data...)
	}
	return all
}

func shape(t testing.TB, ext string, data []byte) []byte {
	switch ext {
	case "", "json", "txt":
		return data
	case "cut":
		return bytes.TrimSuffix(data, []byte("\n"))
	case "half":
		return data[:len(data)/2]
	case "crlf":
		return bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))
	case "bom":
		return append([]byte("\xef\xbb\xbf"), data...)
	case "zeros":
		return make([]byte, 16)
	case "gz":
		return []byte(zip(string(data)))
	case "zst":
		w, err := zstd.NewWriter(nil)
		if err != nil {
			t.Fatal(err)
		}
		return w.EncodeAll(data, nil)
	}
	t.Fatalf("no such extension: %s", ext)
	return nil
}

func zip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func decodeAll(t testing.TB, limits decode.Limits, in string, origin event.Origin) []decode.Item {
	t.Helper()
	return decodeFrom(t, limits, strings.NewReader(in), origin)
}

func decodeFrom(t testing.TB, limits decode.Limits, r io.Reader, origin event.Origin) []decode.Item {
	t.Helper()
	var items []decode.Item
	err := decode.New(limits).Decode(t.Context(), r, origin, func(item decode.Item) error {
		check(t, item)
		items = append(items, item)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(items) == 0 {
		t.Fatal("an object without any item")
	}
	return items
}

// check holds what is true of every item.
func check(t testing.TB, item decode.Item) {
	t.Helper()
	switch item.Verdict {
	case decode.Good:
		if item.Kind == 0 || item.Reason != "" || string(item.Doc.Raw()) != string(item.Raw) || int64(len(item.Raw)) != item.Size {
			t.Errorf("a good item that is none: %+v", item)
		}
		if from, to := item.Doc.Span(); from != 0 || to != len(item.Raw) {
			t.Errorf("places in a record are counted from its own beginning, not %d", from)
		}
	case decode.Skipped:
		if item.Reason == "" || item.Raw != nil {
			t.Errorf("a skip that is none: %+v", item)
		}
	case decode.Bad:
		if item.Reason == "" || item.Detail == "" || len(item.SHA256) != 64 || len(item.Raw) > decode.KeepBad || int64(len(item.Raw)) > item.Size {
			t.Errorf("a bad item without what quarantine needs: %+v", item)
		}
	}
}
