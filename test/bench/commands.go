package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"seismo/internal/store"
)

// ingest runs the program itself, and checks that every record was stored.
func (b *bench) ingest(ctx context.Context, c corpus, db, name string) (stage, error) {
	b.say("%s of %d MB …", name, c.raw()/1e6)
	args := append([]string{"ingest", "--json", "--db", db}, c.paths()...)
	out, process, err := measure(ctx, nil, b.seismo, args...)
	if err != nil {
		return stage{}, err
	}
	var told []struct{ Stored, Read int64 }
	if err := json.Unmarshal(out, &told, json.MatchCaseInsensitiveNames(true)); err != nil || len(told) != 1 || told[0].Stored != c.records() {
		return stage{}, fmt.Errorf("ingest stored %+v of %d records: %w", told, c.records(), err)
	}
	s := newStage(name, meaning["ingest"], c, process)
	b.stage(s)
	b.result.limit(name+", peak memory", "most resident memory of the process", float64(process.Peak)/(1<<20), "MiB", memoryLimit>>20)
	return s, nil
}

// readers times the commands that read, processes as a whole.
func (b *bench) readers(ctx context.Context, c corpus, db string) error {
	stats, _, err := runTask[store.Stats](ctx, task{Name: "stats", DB: db})
	if err != nil {
		return err
	}
	b.result.figure("database", fmt.Sprintf("size of the file after the ingest of %s", c.Kind), float64(stats.File)/1e6, "MB")
	b.result.figure("database per raw byte", "size of the file for each byte of raw JSON", float64(stats.File)/float64(c.raw()), "ratio")
	if err := b.command(ctx, "report", "cost by person, the whole process", db, "report", "cost", "--by", "person"); err != nil {
		return err
	}
	return b.command(ctx, "search", "a word that stands in one call, the whole process", db, "search", planted)
}

func (b *bench) command(ctx context.Context, name, what, db string, args ...string) error {
	b.say("%s …", name)
	out, process, err := measure(ctx, nil, b.seismo, append(args, "--json", "--db", db)...)
	if err != nil {
		return err
	}
	var rows []any
	if err := json.Unmarshal(out, &rows); err != nil || len(rows) == 0 {
		return fmt.Errorf("%s found nothing: %w", name, err)
	}
	b.result.figure(name, fmt.Sprintf("%s; %d rows", what, len(rows)), process.Wall, "s")
	b.result.figure(name+", CPU", "user and system time of the same", process.CPU, "s")
	b.result.figure(name+", peak memory", "most resident memory of the same", float64(process.Peak)/(1<<20), "MiB")
	return nil
}

// twice ingests the corpus of twice the size.
func (b *bench) twice(ctx context.Context, all corpus, once stage) error {
	s, err := b.ingest(ctx, all, filepath.Join(b.work, "twice.duckdb"), "ingest twice as much")
	if err != nil {
		return err
	}
	grown := all.raw() * 1000 / once.Raw
	b.result.limit("linear, CPU", fmt.Sprintf("CPU time of %.3f times as much, against once", float64(grown)/1000), s.Cost.CPU/once.Cost.CPU, "times", linearLimit)
	b.result.limit("linear, wall", "wall time of the same", s.Cost.Wall/once.Cost.Wall, "times", linearLimit)
	return nil
}

// agents measures how much is saved by storing each message once.
func (b *bench) agents(ctx context.Context) error {
	c, err := b.corpus(ctx, "agents", b.size/4)
	if err != nil {
		return err
	}
	b.result.describe(c)
	db := filepath.Join(b.work, "agents.duckdb")
	if _, err := b.ingest(ctx, c, db, "ingest agents"); err != nil {
		return err
	}
	stats, _, err := runTask[store.Stats](ctx, task{Name: "stats", DB: db})
	if err != nil {
		return err
	}
	b.result.figure("agents, received", "bytes of the records of which text is kept", float64(stats.Received)/1e6, "MB")
	b.result.figure("agents, kept", "bytes kept of them, before compression", float64(stats.Kept)/1e6, "MB")
	b.result.figure("agents, sealed", "the same, compressed and sealed", float64(stats.Sealed)/1e6, "MB")
	b.result.figure("agents, saving", "received / kept: what storing each message once saves", stats.Saving(), "times")
	b.result.figure("agents, database", "size of the file", float64(stats.File)/1e6, "MB")
	return nil
}
