package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"

	"seismo/test/standin"
)

const (
	keepSpeed   = 0.8 // of reading from disk
	smallCount  = 5000
	smallFolder = "small"
)

// speed reads the same objects from disk and from an S3 endpoint, in turn.
func (b *bench) speed(ctx context.Context) error {
	c, err := b.corpus(ctx, "calls", b.size)
	if err != nil {
		return err
	}
	b.result.describe(c)
	if err := b.race(ctx, c, "objects", keepSpeed); err != nil {
		return err
	}
	b.say("making %d small objects …", smallCount)
	small, _, err := runTask[corpus](ctx, task{Name: "small", Cache: filepath.Join(b.work, smallFolder), Seed: b.seed, Calls: smallCount})
	if err != nil {
		return err
	}
	b.result.describe(small)
	return b.race(ctx, small, "small objects", 0)
}

// lane is one of the two ways: what each of its runs took.
type lane struct {
	args          []string
	wall, cpu, at []float64 // at: CPU of the endpoint
	peak          int64
}

func (b *bench) race(ctx context.Context, c corpus, name string, least float64) error {
	folder, err := b.linked(c)
	if err != nil {
		return err
	}
	list, err := b.list(c)
	if err != nil {
		return err
	}
	endpoint, before, err := startCloud(ctx, task{Kind: "files", Objects: list})
	if err != nil {
		return err
	}
	defer endpoint.end()
	disk := &lane{args: []string{folder}}
	s3 := &lane{args: []string{"s3://" + bucketName + "/logs/", "--yes", "--endpoint", endpoint.URL, "--region", standin.Region}}
	for i := range rounds {
		for _, l := range []*lane{disk, s3} {
			if err := b.lap(ctx, c, l); err != nil {
				return err
			}
			now, err := endpoint.ask(wordState)
			if err != nil {
				return err
			}
			l.at = append(l.at, now.CPU-before.CPU)
			before = now
		}
		b.say("  %s, round %d of %d: disk %.2f s, S3 %.2f s and %.2f s of the endpoint's CPU", name, i+1, rounds, disk.wall[i], s3.wall[i], s3.at[i])
	}
	b.compared(c, name, disk, s3, least)
	return nil
}

// lap ingests a corpus once.
func (b *bench) lap(ctx context.Context, c corpus, l *lane) error {
	db := filepath.Join(b.work, "lap.duckdb")
	defer removeDatabase(db)
	args := append([]string{"ingest", "--json", "--db", db}, l.args...)
	out, used, err := measure(ctx, keys(), b.seismo, args...)
	if err != nil {
		return err
	}
	var told []struct{ Stored int64 }
	if err := json.Unmarshal(out, &told, json.MatchCaseInsensitiveNames(true)); err != nil || len(told) != 1 || told[0].Stored != c.records() {
		return fmt.Errorf("ingest stored %+v of %d records: %w", told, c.records(), err)
	}
	l.wall, l.cpu, l.peak = append(l.wall, used.Wall), append(l.cpu, used.CPU), max(l.peak, used.Peak)
	return nil
}

func (b *bench) compared(c corpus, name string, disk, s3 *lane, least float64) {
	for _, l := range []struct {
		*lane
		name, what string
	}{{disk, "from disk", "seismo ingest of a folder"}, {s3, "from S3", "seismo ingest of the same objects in a bucket of the stand-in"}} {
		used := cost{Wall: median(l.wall), CPU: median(l.cpu), Peak: l.peak}
		b.stage(newStage(name+" "+l.name, fmt.Sprintf("%s; medians of %d, in turn", l.what, rounds), c, used))
	}
	ratio := median(disk.wall) / median(s3.wall)
	what := "speed from S3 / speed from disk, the whole processes; the endpoint shares the cores"
	if least > 0 {
		b.result.least(name+", S3 against disk", what, ratio, "ratio", least)
	} else {
		b.result.figure(name+", S3 against disk", what, ratio, "ratio")
	}
	b.result.figure(name+", spread", fmt.Sprintf("lowest and highest of the pairs: %.2f to %.2f", ratios(disk, s3, 0), ratios(disk, s3, 1)), ratios(disk, s3, 1)-ratios(disk, s3, 0), "")
	b.result.figure(name+", endpoint", "CPU of the stand-in in a run", median(s3.at), "CPU-s")
	b.result.figure(name+", CPU for S3", "CPU of seismo from S3 / from disk", median(s3.cpu)/median(disk.cpu), "times")
	spare := median(s3.wall) - median(s3.at)/float64(b.result.Machine.Cores)
	b.result.figure(name+", endpoint elsewhere", "the ratio if the endpoint's CPU, spread over all cores, were taken off: an estimate", median(disk.wall)/spare, "ratio")
}

// ratios are those of the pairs, sorted: the one at a share.
func ratios(disk, s3 *lane, share float64) float64 {
	var list []float64
	for i := range s3.wall {
		list = append(list, disk.wall[i]/s3.wall[i])
	}
	return at(list, share)
}

// linked is a folder with the objects of a corpus and nothing else.
func (b *bench) linked(c corpus) (string, error) {
	folder := filepath.Join(b.work, "linked-"+c.Kind)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	for _, o := range c.Objects {
		if err := os.Link(o.Path, filepath.Join(folder, filepath.Base(o.Path))); err != nil {
			return "", err
		}
	}
	return folder, nil
}

// makeSmall writes objects of one record each, about 2 KB as gzip.
func makeSmall(folder string, seed uint64, count int) (corpus, error) {
	c := corpus{Kind: "small"}
	err := os.MkdirAll(folder, 0o755)
	lex := newLexicon(seed)
	for i := range count {
		b := newWriter(lex, seed, uint64(i)).record(nil, int64(i))
		o := object{Path: filepath.Join(folder, fmt.Sprintf("%05d.json.gz", i)), Raw: int64(len(b)), Records: 1, Sizes: []int{len(b)}}
		text, errPack := packed(b)
		o.Size = int64(len(text))
		if err = errors.Join(err, errPack, os.WriteFile(o.Path, text, 0o644)); err != nil {
			return c, err
		}
		c.Objects = append(c.Objects, o)
	}
	return c, nil
}
