package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

const (
	visibility   = 30 * time.Second // of a message, which is less than the reading takes
	largestGz    = 1 << 30          // bytes of the large object as gzip, unless -size is less
	serveLimit   = 512 << 20        // memory of seismo serve
	longestServe = 15 * time.Minute
)

// largeObject has seismo serve read one object of 1 GiB of which a queue tells.
func (b *bench) largeObject(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, longestServe, fmt.Errorf("it took more than %s", longestServe))
	defer cancel()
	size := min(b.size, largestGz)
	b.say("making up an object of %d MB gzip …", size/1e6)
	c, _, err := startCloud(ctx, task{Kind: "large", Seed: b.seed, Raw: size})
	if err != nil {
		return err
	}
	defer c.end()
	b.say("seismo serve reads it, with a visibility timeout of %s …", visibility)
	db := filepath.Join(b.work, "large.duckdb")
	defer removeDatabase(db)
	s, err := b.startServer(ctx, c, db)
	if err != nil {
		return err
	}
	watched, unwatch := s.while(ctx)
	defer unwatch()
	began := time.Now()
	state, err := c.until(watched, func(now cloudState) bool { return now.Deleted > 0 && now.Left == 0 })
	took := time.Since(began).Seconds()
	used, errEnd := s.end()
	if err := errors.Join(err, errEnd); err != nil {
		return err
	}
	rows, err := b.count(ctx, db)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("object of %d MB gzip", size/1e6)
	b.result.exact(name+", opened", "times it was read from its first byte", state.Gets, 1)
	b.result.exact(name+", received", "receives of its message", int64(state.Received), 1)
	b.result.exact(name+", deleted", "messages deleted", int64(state.Deleted), 1)
	b.result.exact(name+", rows", "calls in the database", rows, state.Records)
	b.result.figure(name+", resumed", "times its connection broke and was taken up again", float64(state.Resumed), "")
	b.result.figure(name+", renewed", fmt.Sprintf("calls that renewed the message, hidden for %s each", visibility), float64(state.Renewed), "")
	b.result.figure(name+", wall", "from the start of seismo to the message's deletion", took, "s")
	b.result.figure(name+", CPU", "of seismo serve", used.CPU, "CPU-s")
	b.result.figure(name+", endpoint", "CPU of the stand-in, which makes the object while it is read", state.CPU, "CPU-s")
	b.result.limit(name+", peak memory", "most resident memory of seismo serve", float64(used.Peak)/(1<<20), "MiB", serveLimit>>20)
	b.say("  %.0f s, %d MiB at most", took, used.Peak>>20)
	return nil
}
