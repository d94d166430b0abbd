package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// memoryLimit is the most memory that an ingest may take, however large the
// corpus is; linearLimit how much longer twice as much may take.
const (
	memoryLimit = 600 << 20
	linearLimit = 2.1
)

type bench struct {
	options
	log    io.Writer
	seismo string // the program that is measured
	work   string // temporary folder
	result result
}

func (b *bench) say(format string, args ...any) { fmt.Fprintf(b.log, format+"\n", args...) }

// prepare builds the program as it stands.
func (b *bench) prepare(ctx context.Context) (err error) {
	if err := os.MkdirAll(b.cache, 0o755); err != nil {
		return fmt.Errorf("make the cache folder: %w", err)
	}
	if b.work, err = os.MkdirTemp(b.cache, "run-"); err != nil {
		return fmt.Errorf("make a working folder: %w", err)
	}
	b.seismo = filepath.Join(b.work, "seismo")
	b.result.Machine = machine{runtime.GOOS + "/" + runtime.GOARCH, runtime.NumCPU(), runtime.Version()}
	build := exec.CommandContext(ctx, "go", "build", "-o", b.seismo, "seismo/cmd/seismo")
	build.Stderr = b.log
	if err := build.Run(); err != nil {
		return fmt.Errorf("build seismo: %w", err)
	}
	return nil
}

// corpora measures the two corpora.
func (b *bench) corpora(ctx context.Context) error {
	whole := b.size
	if b.linear {
		whole *= 2
	}
	all, err := b.corpus(ctx, "calls", whole)
	if err != nil {
		return err
	}
	calls := all.first(b.size)
	b.result.describe(calls)
	db := filepath.Join(b.work, "calls.duckdb")
	ingest, err := b.stages(ctx, calls, db)
	if err != nil {
		return err
	}
	if err := b.readers(ctx, calls, db); err != nil {
		return err
	}
	if b.linear {
		if err := b.twice(ctx, all, ingest); err != nil {
			return err
		}
	}
	if b.profile != "" {
		if err := b.profiles(ctx, calls); err != nil {
			return err
		}
	}
	return b.agents(ctx)
}

// corpus makes a corpus in a process of its own.
func (b *bench) corpus(ctx context.Context, kind string, raw int64) (corpus, error) {
	b.say("making the corpus of %s, %d MB, unless it is there …", kind, raw/1e6)
	c, _, err := runTask[corpus](ctx, task{Name: "corpus", Cache: b.cache, Kind: kind, Seed: b.seed, Raw: raw})
	return c, err
}

// list writes a corpus's list of objects for tasks.
func (b *bench) list(c corpus) (string, error) {
	list := filepath.Join(b.work, fmt.Sprintf("%s-%d.json", c.Kind, len(c.Objects)))
	return list, writeCorpus(list, c)
}

// stages measures what is done with a corpus step by step, the baseline between.
func (b *bench) stages(ctx context.Context, c corpus, db string) (ingest stage, err error) {
	list, err := b.list(c)
	if err != nil {
		return ingest, err
	}
	for _, name := range []string{"decode", "normalize"} {
		if err := b.task(ctx, c, task{Name: name, Objects: list}, meaning[name], "GOMAXPROCS=1"); err != nil {
			return ingest, err
		}
	}
	for _, kind := range []string{metadataOnly, withTexts} {
		t := task{Name: "duckdb", Objects: list, DB: filepath.Join(b.work, "baseline.duckdb"), Kind: kind}
		if err := b.task(ctx, c, t, meaning["duckdb "+kind]); err != nil {
			return ingest, err
		}
	}
	return b.ingest(ctx, c, db, "ingest")
}

// meaning says what each stage does.
var meaning = map[string]string{
	"decode":    "gunzip, cut and parse every record; one core",
	"normalize": "the same, and make an event of each record; one core",
	"ingest":    "seismo ingest into a new database: decode, normalize, enrich, seal, store, merge; all cores",

	"duckdb " + metadataOnly: "baseline: DuckDB's read_json of the same files, 9 columns into a table; all cores",
	"duckdb " + withTexts:    "baseline: the same and both bodies as JSON text; all cores",
}

func (b *bench) task(ctx context.Context, c corpus, t task, what string, env ...string) error {
	name := t.Name
	if t.Name == "duckdb" {
		name += " " + t.Kind
	}
	b.say("%s …", name)
	done, process, err := runTask[work](ctx, t, env...)
	if err != nil {
		return err
	}
	if done.Records != c.records() {
		return fmt.Errorf("%s found %d records of %d", name, done.Records, c.records())
	}
	done.Cost.Peak = process.Peak
	b.stage(newStage(name, what, c, done.Cost))
	return nil
}

// stage keeps what was measured, and says it at once: a run takes minutes.
func (b *bench) stage(s stage) {
	b.result.Stages = append(b.result.Stages, s)
	b.say("  %.1f MB/s, %.1f MB/CPU-s, %.1f s, %d MiB at most", s.MBPerSecond, s.MBPerCore, s.Cost.Wall, s.Cost.Peak>>20)
}
