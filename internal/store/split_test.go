package store_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

func join(d store.Document) (event.Record, error) {
	return store.Join(d.Skeleton, func(i int) ([]byte, error) {
		if i >= len(d.Parts) {
			return nil, store.ErrSkeleton
		}
		return d.Parts[i].Bytes, nil
	})
}

func TestSplit(t *testing.T) {
	for _, e := range storetest.Records() {
		got, err := join(store.Split(&e))
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		if diff := cmp.Diff(e.Record, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", e.ID, diff)
		}
	}
}

// TestSharedParts sends a conversation of a growing number of turns, with the
// cache marker on the last one each time, as coding agents do. Each turn must add
// its own parts only.
func TestSharedParts(t *testing.T) {
	for name, marked := range map[string]func(text string, last bool) string{
		"anthropic": func(text string, last bool) string {
			if last {
				return `{"role":"user","content":[{"type":"text","text":"` + text + `","cache_control":{"type":"ephemeral"}}]}`
			}
			return `{"role":"user","content":[{"type":"text","text":"` + text + `"}]}`
		},
		"anthropic, marker first": func(text string, last bool) string {
			if last {
				return `{"role":"user","content":[{"cache_control":{"type":"ephemeral"},"type":"text","text":"` + text + `"}]}`
			}
			return `{"role":"user","content":[{"type":"text","text":"` + text + `"}]}`
		},
		"converse": func(text string, last bool) string {
			if last {
				return `{"role":"user","content":[{"text":"` + text + `"},{"cachePoint":{"type":"default"}}]}`
			}
			return `{"role":"user","content":[{"text":"` + text + `"}]}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(map[string]bool)
			for turns := 1; turns <= 8; turns++ {
				var messages []string
				for i := range turns {
					messages = append(messages, marked(strings.Repeat("turn ", i+1), i == turns-1))
				}
				e := storetest.Call(turns, "", "")
				e.Record.Raw = []byte(`{"input":{"inputBodyJson":{"max_tokens":9,"messages":[` + strings.Join(messages, ",") + `],"system":"Be brief."}}}`)
				d := store.Split(&e)
				got, err := join(d)
				if err != nil || !bytes.Equal(got.Raw, e.Record.Raw) {
					t.Fatalf("turn %d: %v\n%s\n%s", turns, err, got.Raw, e.Record.Raw)
				}
				fresh := 0
				for _, p := range d.Parts {
					if key := string(p.Bytes); !seen[key] {
						seen[key] = true
						fresh++
					}
				}
				if want := 1; turns > 1 && fresh != want {
					t.Errorf("turn %d adds %d parts, want %d", turns, fresh, want)
				}
			}
		})
	}
}

func TestPartText(t *testing.T) {
	for body, want := range map[string]string{
		`{"role":"user","content":[{"type":"text","text":"hello"}]}`:                        "hello\n",
		`{"toolUse":{"toolUseId":"t1","name":"run","input":{"type":"ls","id":"x"}}}`:        "run\nls\nx\n",
		`"{\"type\":\"ls\",\"n\":[\"a\\nb\",1,null]}"`:                                      "ls\na\nb\n",
		`{"source":{"data":"AAAA","media_type":"image/png"},"text":"see"}`:                  "see\n",
		`{"image":"` + strings.Repeat("iVBORw0K", 40) + `","x":"data:image/png;base64,AA"}`: "",
		`"{not json"`: "{not json\n",
		`[1,true]`:    "",
	} {
		if got := (store.Part{Kind: store.PartJSON, Bytes: []byte(body)}).Text(); got != want {
			t.Errorf("%s gives %q, want %q", body, got, want)
		}
	}
	if got := (store.Part{Kind: store.PartOpaque, Bytes: []byte(`"x"`)}).Text(); got != "" {
		t.Errorf("an opaque part gives %q", got)
	}
}

func FuzzSplit(f *testing.F) {
	for _, e := range storetest.Records() {
		f.Add(e.Record.Raw, e.Record.BodyInput, e.Record.BodyOutput)
	}
	f.Fuzz(func(t *testing.T, raw, in, out []byte) {
		e := event.Event{Kind: event.KindCall, Completion: "x", Record: event.Record{Raw: raw, BodyInput: in, BodyOutput: out}}
		d := store.Split(&e)
		got, err := join(d)
		if err != nil || !bytes.Equal(got.Raw, raw) || !bytes.Equal(got.BodyInput, in) || !bytes.Equal(got.BodyOutput, out) {
			t.Fatalf("%v\n%q\n%q", err, got.Raw, raw)
		}
		for _, p := range d.Parts {
			bare := store.Part{Kind: p.Kind, Bytes: p.Bytes}
			if p.Text() != bare.Text() {
				t.Fatalf("text from the tree %q, from the bytes %q", p.Text(), bare.Text())
			}
		}
	})
}

func FuzzJoin(f *testing.F) {
	for _, e := range storetest.Records() {
		f.Add(store.Split(&e).Skeleton)
	}
	f.Fuzz(func(t *testing.T, skeleton []byte) {
		_, err := store.Join(skeleton, func(i int) ([]byte, error) {
			if i > 20 {
				return nil, store.ErrSkeleton
			}
			return []byte(`{"a":[0,1]}`), nil
		})
		if err != nil && !errors.Is(err, store.ErrSkeleton) {
			t.Fatal(err)
		}
	})
}

func TestCursor(t *testing.T) {
	e := storetest.Call(1, "", "")
	for _, c := range []store.Cursor{{ID: "x y"}, store.CursorAt(&e), {Time: e.Time.Add(1), ID: ""}} {
		got, err := store.ParseCursor(c.String())
		if err != nil || !got.Time.Equal(c.Time) || got.ID != c.ID {
			t.Errorf("%v is read as %v, %v", c, got, err)
		}
	}
	for _, bad := range []string{"?", "AAAA", "MQ"} {
		if _, err := store.ParseCursor(bad); !errors.Is(err, store.ErrCursor) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
