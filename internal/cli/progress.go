package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"seismo/internal/pipeline"
)

// progress shows how far a run is: a bar with rate and time left on a terminal,
// a plain line every few seconds elsewhere, nothing with --json.
type progress struct {
	once sync.Once
	quit chan struct{}
	done chan struct{}
}

func (p *progress) stop() {
	p.once.Do(func() { close(p.quit) })
	<-p.done
}

func (s *shell) startProgress(meter *pipeline.Meter, files, size int64) *progress {
	p := &progress{quit: make(chan struct{}), done: make(chan struct{})}
	every, tick := 5*time.Second, plainProgress(s.err, meter, files, size)
	switch {
	case s.json:
		tick = func(bool) {}
	case terminalWidth(s.err) > 0:
		every, tick = 100*time.Millisecond, barProgress(s.err, meter, size)
	}
	go func() {
		defer close(p.done)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				tick(false)
			case <-p.quit:
				tick(true)
				return
			}
		}
	}()
	return p
}

func barProgress(w io.Writer, meter *pipeline.Meter, size int64) func(end bool) {
	bar := progressbar.NewOptions64(max(size, 1), progressbar.OptionSetWriter(w), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription("ingest"), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth())
	return func(end bool) {
		c := meter.Counts()
		bar.Describe(fmt.Sprintf("%s calls and events", show("", c.Read)))
		_ = bar.Set64(min(c.Bytes, size))
		if end {
			_ = bar.Clear()
		}
	}
}

func plainProgress(w io.Writer, meter *pipeline.Meter, files, size int64) func(end bool) {
	started := time.Now()
	return func(end bool) {
		if end {
			return
		}
		c := meter.Counts()
		elapsed := time.Since(started).Seconds()
		rate := float64(c.Bytes) / elapsed
		left := "?"
		if rate > 0 {
			left = time.Duration(float64(max(size-c.Bytes, 0)) / rate * float64(time.Second)).Round(time.Second).String()
		}
		fmt.Fprintf(w, "%s of %s objects, %s of %s, %s records, %s/s, %s left\n", show("", c.Objects), show("", files),
			bytesOf(c.Bytes), bytesOf(size), show("", c.Read), bytesOf(int64(rate)), left)
	}
}

// bytesOf shows a size in MB, as disks and AWS count.
func bytesOf(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1e3)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func atLeastOne(message, hint string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage(message, hint)
		}
		return nil
	}
}

func one(message, hint string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(message, hint)
		}
		return nil
	}
}
