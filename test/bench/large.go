package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Limits of the large stores, in seconds.
const (
	reportLimit = 1
	searchLimit = 3
)

// rounds is how often each question is asked.
const rounds = 5

// tenMillion times reports over 10 million calls with their CloudTrail events.
func (b *bench) tenMillion(ctx context.Context) error {
	return b.large(ctx, task{Kind: withTrail, Calls: 10_000_000}, "reports", reportLimit, []string{"report", "cost", "--by", "person"})
}

// oneMillion times searches for a rare word over 1 million calls.
func (b *bench) oneMillion(ctx context.Context) error {
	return b.large(ctx, task{Kind: withSaid, Calls: 1_000_000}, "searches", searchLimit, []string{"search", planted})
}

// large makes a large store, asks it in one process, and then by the command.
func (b *bench) large(ctx context.Context, t task, questions string, limit float64, command []string) error {
	if b.calls > 0 {
		t.Calls = b.calls
	}
	t.Seed, t.Repeat = b.seed, rounds
	t.DB = filepath.Join(b.cache, fmt.Sprintf("%s-%d.duckdb", t.Kind, t.Calls))
	if err := b.fill(ctx, t); err != nil {
		return err
	}
	b.say("%s …", questions)
	t.Name = questions
	list, process, err := runTask[[]timing](ctx, t)
	if err != nil {
		return err
	}
	for _, one := range list {
		what := fmt.Sprintf("over %d calls, in process; %d rows", t.Calls, one.Rows)
		b.result.limit(one.Name+", first", what, one.First, "s", limit)
		if one.Rounds > 1 {
			b.result.figure(one.Name+", best", fmt.Sprintf("of %d rounds; CPU time %.2f s", one.Rounds, one.CPU), one.Best, "s")
		}
	}
	b.result.figure(questions+", peak memory", "most resident memory of that process", float64(process.Peak)/(1<<20), "MiB")
	what := fmt.Sprintf("over %d calls, the whole process", t.Calls)
	return b.command(ctx, "command "+command[0], what, t.DB, command...)
}

// fill makes the store, unless an earlier one may be taken.
func (b *bench) fill(ctx context.Context, t task) error {
	if _, err := os.Stat(t.DB); err == nil && b.reuse {
		b.say("taking %s as it is", t.DB)
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := removeDatabase(t.DB); err != nil {
		return err
	}
	b.say("storing %d calls (%s) …", t.Calls, t.Kind)
	t.Name = "fill"
	done, process, err := runTask[work](ctx, t)
	if err != nil {
		return errors.Join(err, removeDatabase(t.DB))
	}
	what := fmt.Sprintf("to append %d events (%s), seal and merge included", done.Records, t.Kind)
	b.result.figure("append", what, done.Cost.Wall, "s")
	b.result.figure("append, rate", "events appended and merged per second", float64(done.Records)/done.Cost.Wall, "events/s")
	b.result.figure("append, CPU", "user and system time of the same", done.Cost.CPU, "s")
	b.result.figure("fill", fmt.Sprintf("to make the store of %d calls, copies included", t.Calls), process.Wall, "s")
	if info, err := os.Stat(t.DB); err == nil {
		b.result.figure("large database", "size of the file", float64(info.Size())/1e6, "MB")
	}
	return nil
}
