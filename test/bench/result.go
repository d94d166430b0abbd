package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// result is everything that was measured.
type result struct {
	Machine machine   `json:"machine"`
	Corpora []summary `json:"corpora"`
	Stages  []stage   `json:"stages"`
	Figures []figure  `json:"figures"`
}

type machine struct {
	System string `json:"system"`
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
}

// summary describes a corpus, in bytes.
type summary struct {
	Kind     string  `json:"kind"`
	Objects  int     `json:"objects"`
	Records  int64   `json:"records"`
	Raw      int64   `json:"raw_bytes"`
	Packed   int64   `json:"packed_bytes"`
	Median   int     `json:"median_record"`
	P90      int     `json:"p90_record"`
	P99      int     `json:"p99_record"`
	Over50KB float64 `json:"share_over_50kb"`
}

// stage is a corpus gone through once.
type stage struct {
	Name    string `json:"name"`
	Meaning string `json:"meaning"`
	Corpus  string `json:"corpus"`
	Events  int64  `json:"events"`
	Raw     int64  `json:"raw_bytes"`
	Cost    cost   `json:"cost"`

	MBPerSecond    float64 `json:"raw_mb_per_second"`     // of wall time
	MBPerCore      float64 `json:"raw_mb_per_cpu_second"` // of CPU time
	EventsPerCore  float64 `json:"events_per_cpu_second"`
	CPUAgainstJSON float64 `json:"cpu_against_duckdb_texts,omitzero"` // DuckDB's CPU time with texts / this one's
}

func newStage(name, what string, c corpus, used cost) stage {
	mb := float64(c.raw()) / 1e6
	return stage{Name: name, Meaning: what, Corpus: c.Kind, Events: c.records(), Raw: c.raw(), Cost: used,
		MBPerSecond: mb / used.Wall, MBPerCore: mb / used.CPU, EventsPerCore: float64(c.records()) / used.CPU}
}

// figure is one number and what it says.
type figure struct {
	Name    string  `json:"name"`
	Meaning string  `json:"meaning"`
	Value   float64 `json:"value"`
	Unit    string  `json:"unit"`
	Limit   float64 `json:"limit,omitzero"` // the value is to stay below
	Least   float64 `json:"least,omitzero"` // the value is to reach
	Over    bool    `json:"over,omitzero"`  // it misses either
}

func (r *result) figure(name, what string, value float64, unit string) {
	r.Figures = append(r.Figures, figure{Name: name, Meaning: what, Value: value, Unit: unit})
}

func (r *result) limit(name, what string, value float64, unit string, most float64) {
	r.Figures = append(r.Figures, figure{Name: name, Meaning: what, Value: value, Unit: unit, Limit: most, Over: value >= most})
}

func (r *result) least(name, what string, value float64, unit string, least float64) {
	r.Figures = append(r.Figures, figure{Name: name, Meaning: what, Value: value, Unit: unit, Least: least, Over: value < least})
}

// exact is a number that can only be right or wrong.
func (r *result) exact(name, what string, value, want int64) {
	r.Figures = append(r.Figures, figure{Name: name, Meaning: fmt.Sprintf("%s; to be %d", what, want), Value: float64(value), Unit: "", Over: value != want})
}

// describe adds a summary of a corpus.
func (r *result) describe(c corpus) {
	var sizes []int
	for _, o := range c.Objects {
		sizes = append(sizes, o.Sizes...)
	}
	slices.Sort(sizes)
	over, _ := slices.BinarySearch(sizes, 50_000)
	r.Corpora = append(r.Corpora, summary{Kind: c.Kind, Objects: len(c.Objects), Records: c.records(), Raw: c.raw(), Packed: c.size(),
		Median: sizes[len(sizes)/2], P90: sizes[len(sizes)*9/10], P99: sizes[len(sizes)*99/100],
		Over50KB: float64(len(sizes)-over) / float64(len(sizes))})
}

// write writes the result as JSON.
func (r *result) write(file string) error {
	text, err := json.Marshal(r, jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// compare sets the stages of the baseline's corpus against the baseline.
func (r *result) compare() {
	i := slices.IndexFunc(r.Stages, func(s stage) bool { return s.Name == "duckdb "+withTexts })
	for j := range r.Stages {
		if s := &r.Stages[j]; i >= 0 && s.Corpus == r.Stages[i].Corpus {
			s.CPUAgainstJSON = s.MBPerCore / r.Stages[i].MBPerCore
		}
	}
}

// print writes the result as tables.
func (r *result) print(out io.Writer) {
	r.compare()
	fmt.Fprintf(out, "%s, %d cores, %s\n", r.Machine.System, r.Machine.Cores, r.Machine.Go)
	for _, c := range r.Corpora {
		fmt.Fprintf(out, "corpus of %s: %.0f MB raw, %.0f MB gzip (%.2f : 1), %d objects, %d records; record median %d B, p90 %d B, p99 %d B, %.2f %% over 50 KB\n",
			c.Kind, float64(c.Raw)/1e6, float64(c.Packed)/1e6, float64(c.Raw)/float64(c.Packed), c.Objects, c.Records, c.Median, c.P90, c.P99, 100*c.Over50KB)
	}
	t := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	if len(r.Stages) > 0 {
		fmt.Fprintln(t, "\nSTAGE\tMB/S\tMB/CPU-S\tEVENTS/CPU-S\tWALL S\tCPU S\tPEAK MIB\tVS DUCKDB\tWHAT")
	}
	for _, s := range r.Stages {
		against := "-"
		if s.CPUAgainstJSON > 0 {
			against = fmt.Sprintf("%.2f", s.CPUAgainstJSON)
		}
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.0f\t%.2f\t%.2f\t%d\t%s\t%s\n", s.Name, s.MBPerSecond, s.MBPerCore, s.EventsPerCore,
			s.Cost.Wall, s.Cost.CPU, s.Cost.Peak>>20, against, s.Meaning)
	}
	fmt.Fprintln(t, "\nFIGURE\tVALUE\tUNIT\tLIMIT\tWHAT")
	for _, f := range r.Figures {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.Name, f.number(), f.Unit, f.goal(), f.Meaning)
	}
	_ = t.Flush() // what cannot be printed cannot be told either
}

func (f *figure) number() string {
	if f.Value == float64(int64(f.Value)) {
		return fmt.Sprintf("%.0f", f.Value)
	}
	return fmt.Sprintf("%.3g", f.Value)
}

// goal is the limit of a figure in the table, and whether it is missed.
func (f *figure) goal() string {
	text := ""
	switch {
	case f.Limit > 0:
		text = fmt.Sprintf("< %g", f.Limit)
	case f.Least > 0:
		text = fmt.Sprintf(">= %g", f.Least)
	}
	if f.Over {
		text += " MISSED"
	}
	return strings.TrimSpace(text)
}
