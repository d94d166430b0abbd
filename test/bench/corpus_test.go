package main

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"

	"seismo/internal/app"
	"seismo/internal/decode"
	"seismo/internal/event"
)

// objects makes a beginning of the corpus of calls, once more for each caller.
func objects(t *testing.T, n int) (records [][]byte) {
	t.Helper()
	lex := newLexicon(1)
	for i := range n {
		b, sizes := callRecords(newWriter(lex, 1, uint64(i)), i)
		for _, size := range sizes {
			records = append(records, b[:size])
			b = b[size:]
		}
	}
	return records
}

func TestCorpusIsTheSameAgain(t *testing.T) {
	one, two := objects(t, 2), objects(t, 1)
	if !slices.EqualFunc(one[:len(two)], two, bytes.Equal) {
		t.Error("the same seed makes different records")
	}
	other, _ := callRecords(newWriter(newLexicon(2), 2, 0), 0)
	if bytes.HasPrefix(other, bytes.Join(two[:10], nil)) {
		t.Error("another seed makes the same records")
	}
}

// The mix that the figures are about: see the comment on medianSize.
func TestCorpusMix(t *testing.T) {
	records := objects(t, 8)
	var sizes []int
	streams, rare := 0, 0
	for _, r := range records {
		sizes = append(sizes, len(r))
		if bytes.Contains(r, []byte(`"operation":"ConverseStream"`)) || bytes.Contains(r, []byte(`WithResponseStream"`)) {
			streams++
		}
		rare += bytes.Count(r, []byte(planted))
	}
	slices.Sort(sizes)
	if median := sizes[len(sizes)/2]; median < 4300 || median > 5300 {
		t.Errorf("the median record has %d bytes", median)
	}
	large, _ := slices.BinarySearch(sizes, 50_000)
	if share := float64(len(sizes)-large) / float64(len(sizes)); share < 0.006 || share > 0.014 {
		t.Errorf("%.4f of the records are over 50 KB", share)
	}
	if share := float64(streams) / float64(len(records)); share < 0.30 || share > 0.42 {
		t.Errorf("%.2f of the records are streams", share)
	}
	if rare != 1 {
		t.Errorf("the rare word is there %d times", rare)
	}
	raw := bytes.Join(records, nil)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if ratio := float64(len(raw)) / float64(packed.Len()); ratio < 2.7 || ratio > 3.3 {
		t.Errorf("gzip makes it %.2f times smaller", ratio)
	}
}

// Both corpora are made of calls as the program knows them, with all that a
// report needs.
func TestCorpusIsOfCalls(t *testing.T) {
	path, err := app.NewPath(app.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer path.Close()
	calls, _ := callRecords(newWriter(newLexicon(1), 1, 0), 0)
	agents, _ := agentRecords(newWriter(newLexicon(1), 1, 0), 0)
	for kind, b := range map[string][]byte{"calls": calls, "agents": agents} {
		ids := make(map[string]bool)
		err := path.Decoder.Decode(t.Context(), bytes.NewReader(b), event.Origin{}, func(item decode.Item) error {
			e, err := path.Normalize(t.Context(), item)
			if err != nil {
				return err
			}
			path.Enrich(&e)
			if e.Person == "" || e.Cost.USD == nil || e.Prompt == "" {
				t.Fatalf("a call in %s has no person, cost or prompt: %s %s, cost %q", kind, e.Operation, e.Model, e.Cost.Reason)
			}
			if answered := e.Completion != "" || len(e.Embeddings) > 0; !answered || ids[e.ID] {
				t.Fatalf("a call in %s has no answer, or is there twice: %s %s", kind, e.Operation, e.Model)
			}
			ids[e.ID] = true
			return nil
		})
		if err != nil || len(ids) == 0 {
			t.Errorf("%s: %d calls, %v", kind, len(ids), err)
		}
	}
}

func TestObjectIsKept(t *testing.T) {
	dir := t.TempDir()
	made, err := makeObject(dir, "agents", newWriter(newLexicon(1), 1, 0), 0)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(made.Path); err != nil || info.Size() != made.Size || made.Raw < objectSize || int(made.Records) != len(made.Sizes) {
		t.Errorf("%v, %v, %d raw", info, err, made.Raw)
	}
	again, err := makeObject(dir, "agents", nil, 0) // a nil writer cannot make it anew
	if err != nil || again.Raw != made.Raw || !slices.Equal(again.Sizes, made.Sizes) {
		t.Errorf("not taken from before: %v", err)
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"1GiB": 1 << 30, "64MiB": 64 << 20, "1.5 MB": 1_500_000, "7": 7,
		"": 0, "0": 0, "-1GB": 0, "many": 0, "9e30GiB": 0, "NaN": 0} {
		if got, err := parseSize(text); got != want || (err == nil) != (want > 0) {
			t.Errorf("parseSize(%q) = %d, %v", text, got, err)
		}
	}
}

func TestResultTells(t *testing.T) {
	var r result
	c := corpus{Kind: "calls", Objects: []object{{Raw: 10e6, Records: 1000, Size: 1, Sizes: []int{1}}}}
	r.Stages = []stage{newStage("duckdb texts", "baseline", c, cost{Wall: 1, CPU: 2}), newStage("ingest", "whole", c, cost{Wall: 2, CPU: 1, Peak: 3 << 20})}
	r.limit("memory", "resident", 601, "MiB", 600)
	var out strings.Builder
	r.print(&out)
	if s := r.Stages[1]; s.MBPerSecond != 5 || s.MBPerCore != 10 || s.EventsPerCore != 1000 || s.CPUAgainstJSON != 2 {
		t.Errorf("%+v", s)
	}
	if !strings.Contains(out.String(), "< 600 MISSED") || !strings.Contains(out.String(), "MB/CPU-S") {
		t.Error(out.String())
	}
}
