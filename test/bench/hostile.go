package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/go-json-experiment/json"

	"seismo/internal/decode"
	"seismo/test/malformed"
	"seismo/test/standin"
)

const (
	stopLimit    = 2 // seconds until a hostile object is done with
	hostileTries = 3
)

// hostiles are the bombs and a line that is a little too long.
func hostiles() []malformed.Bomb {
	size := decode.DefaultLimits().Line + 2 // one of them the line break
	long := func() string { return malformed.Line(int(size)) }
	return append(malformed.Bombs(), malformed.Bomb{Name: "a line over 64 MiB", Reason: decode.BadTooLong, Make: long})
}

func hostileKey(i int) string { return fmt.Sprintf("%02d/", i) }

// toll is what a hostile object costs beside a small good one.
type toll struct {
	name          string
	seconds, grow float64 // grow in MiB
}

// hostile reads each hostile object from the bucket by an ingest of its own.
func (b *bench) hostile(ctx context.Context) error {
	c, _, err := startCloud(ctx, task{Kind: "hostile"})
	if err != nil {
		return err
	}
	defer c.end()
	wall, peak, err := b.tries(ctx, c, 0, "")
	if err != nil {
		return err
	}
	var tolls []toll
	for i, h := range hostiles() {
		took, most, err := b.tries(ctx, c, i+1, h.Reason)
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
		t := toll{h.Name, took - wall, most - peak}
		tolls = append(tolls, t)
		b.say("  %-30s %.2f s, %.0f MiB more", t.name, t.seconds, t.grow)
	}
	slowest := slices.MaxFunc(tolls, func(x, y toll) int { return int(1e6 * (x.seconds - y.seconds)) })
	largest := slices.MaxFunc(tolls, func(x, y toll) int { return int(x.grow - y.grow) })
	line := tolls[len(tolls)-1]
	tell := func(name string, t toll) {
		what := fmt.Sprintf("%s; an ingest from S3 beside that of one small record, medians of %d", t.name, hostileTries)
		b.result.limit(name, what, t.seconds, "s", stopLimit)
		b.result.figure(name+", memory", "most resident memory beside the same", t.grow, "MiB")
	}
	tell("64 MiB line", line)
	tell(fmt.Sprintf("slowest of %d hostile", len(tolls)), slowest)
	tell(fmt.Sprintf("largest of %d hostile", len(tolls)), largest)
	return nil
}

// tries ingests one object some times, and returns the medians of seconds and MiB.
func (b *bench) tries(ctx context.Context, c *cloud, number int, reason string) (wall, peak float64, err error) {
	var walls, peaks []float64
	for range hostileTries {
		db := filepath.Join(b.work, "hostile.duckdb")
		out, used, err := measure(ctx, keys(), b.seismo, "ingest", "--json", "--db", db, "--yes",
			"s3://"+bucketName+"/"+hostileKey(number), "--endpoint", c.URL, "--region", standin.Region)
		if err != nil {
			return 0, 0, err
		}
		var told []struct {
			BadBy map[string]int64 `json:"quarantined_by"`
		}
		if err := json.Unmarshal(out, &told); err != nil || len(told) != 1 || reason != "" && told[0].BadBy[reason] == 0 {
			return 0, 0, fmt.Errorf("nothing is quarantined as %s: %+v %w", reason, told, err)
		}
		walls, peaks = append(walls, used.Wall), append(peaks, float64(used.Peak)/(1<<20))
		if err := removeDatabase(db); err != nil {
			return 0, 0, err
		}
	}
	return median(walls), median(peaks), nil
}
