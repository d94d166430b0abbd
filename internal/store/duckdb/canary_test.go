package duckdb_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

// TestCanaries stores a thousand prompts, answers and bad lines with a word of
// their own each, and looks for the words in every file of the data folder: in
// the log before it is written into the database, in the database, and in what a
// sort spills.
func TestCanaries(t *testing.T) {
	dir := t.TempDir()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	const canaries = 1000
	var events []event.Event
	var bad []decode.Item
	for n := range canaries {
		e := storetest.Talk(n, fmt.Sprintf("person%d@example.com", n%9), []string{canary("question", n)}, canary("answer", n))
		e.System, e.Reasoning = canary("system", n), canary("reasoning", n)
		e.ToolCalls = []event.ToolCall{{Name: "run", ID: "t-1", Input: fmt.Appendf(nil, "%q", canary("tool", n))}}
		e.Guardrail.Items = []event.GuardrailItem{{Policy: event.PolicyWord, Match: canary("match", n), Direction: event.DirectionInput}}
		e.Params.Stop = []string{canary("stop", n)}
		events = append(events, e)
		bad = append(bad, decode.Item{Verdict: decode.Bad, Raw: []byte("{" + canary("bad", n)), Reason: decode.BadJSON, SHA256: fmt.Sprint(n)})
	}
	if _, err := s.Append(t.Context(), store.Batch{Events: events, Bad: bad}); err != nil {
		t.Fatal(err)
	}
	look(t, dir, "before the checkpoint")
	word := query.Words{Words: query.Tokens(canary("question", 77))}
	if page, err := s.Search(t.Context(), query.Query{Where: word}); err != nil || len(page.Events) != 1 {
		t.Errorf("the canary itself is found %d times, %v", len(page.Events), err)
	}
	for n := range 50 {
		if _, _, err := s.Record(t.Context(), events[n].ID); err != nil {
			t.Fatal(err)
		}
	}
	look(t, dir, "after a search")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	look(t, dir, "after closing")
}

// canary is a word that nothing else makes.
func canary(kind string, n int) string { return fmt.Sprintf("canary%s%dqzx", kind, n) }

func look(t *testing.T, dir, when string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if at := bytes.Index(text, []byte("canary")); at >= 0 {
			t.Errorf("%s %s has %q", when, filepath.Base(path), text[at:min(at+40, len(text))])
		}
		return nil
	})
	if err != nil || files < 3 {
		t.Fatalf("%s: %d files, %v", when, files, err)
	}
}

// TestErasedBytes looks for the sealed bytes of an erased person: the row has
// none any more.
func TestErasedBytes(t *testing.T) {
	dir := t.TempDir()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	defer s.Close()
	e := storetest.Call(1, "one", "two")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Erase(t.Context(), e.Person); err != nil {
		t.Fatal(err)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Sealed != 0 {
		t.Errorf("%d sealed bytes are left, %v", stats.Sealed, err)
	}
	if erased, err := s.Erase(t.Context(), e.Person); err != nil || erased.Calls != 0 {
		t.Errorf("erasing again: %+v, %v", erased, err)
	}
}
