package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"seismo/internal/cli"
)

// profile says where profiles go and what is run under them.
type profile struct {
	Folder string   `json:"folder,omitzero"`
	Args   []string `json:"args,omitempty"`
}

// profiles runs an ingest once more, in a process of its own, under the
// profiler: cpu.pprof, and heap.pprof as it was when the heap was largest.
func (b *bench) profiles(ctx context.Context, c corpus) error {
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return fmt.Errorf("make the folder of profiles: %w", err)
	}
	b.say("ingest under the profiler …")
	args := append([]string{"ingest", "--json", "--db", filepath.Join(b.work, "profiled.duckdb")}, c.paths()...)
	heap, process, err := runTask[int64](ctx, task{Name: "profile", Profile: profile{b.profile, args}})
	if err != nil {
		return err
	}
	b.result.figure("profiled ingest, Go heap", "most bytes in use by Go; the rest of the memory is DuckDB's and overhead", float64(heap)/(1<<20), "MiB")
	b.result.figure("profiled ingest, peak memory", "most resident memory of that process", float64(process.Peak)/(1<<20), "MiB")
	return nil
}

// profiled runs a command of the program in this process.
func profiled(ctx context.Context, t task) (peak int64, err error) {
	f, err := os.Create(filepath.Join(t.Profile.Folder, "cpu.pprof"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	ctx, stop := context.WithCancel(ctx)
	watched := make(chan int64)
	go func() { watched <- watchHeap(ctx, t.Profile.Folder) }()
	err = pprof.StartCPUProfile(f)
	var out, errs bytes.Buffer
	if err == nil {
		if code := cli.Main(t.Profile.Args, os.Stdin, &out, &errs); code != 0 {
			err = errors.New(errs.String())
		}
		pprof.StopCPUProfile()
	}
	stop()
	return <-watched, err
}

// watchHeap writes the heap profile anew whenever the heap has grown by a tenth,
// and returns the most bytes it had.
func watchHeap(ctx context.Context, folder string) (peak int64) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	written := int64(0)
	for {
		select {
		case <-ctx.Done():
			return peak
		case <-tick.C:
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, int64(m.HeapInuse))
		if peak < written+written/10 {
			continue
		}
		written = peak
		var b bytes.Buffer
		if err := pprof.Lookup("heap").WriteTo(&b, 0); err == nil {
			_ = os.WriteFile(filepath.Join(folder, "heap.pprof"), b.Bytes(), 0o644) // a profile less is no loss
		}
	}
}
