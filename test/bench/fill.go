package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"seismo/internal/event"
	"seismo/internal/store"
)

// Kinds of large store.
const (
	withTrail = "trail" // calls, each with its CloudTrail event; no text
	withSaid  = "said"  // calls with a short question and answer, sealed
)

// batchEvents is how many events are appended together.
const batchEvents = 10_000

// plantedCalls is how many calls of a store withSaid have the rare word.
const plantedCalls = 3

// fillStore appends invented calls to a new store.
func fillStore(ctx context.Context, t task) (done work, err error) {
	d, err := openDatabase(ctx, t.DB)
	if err != nil {
		return done, err
	}
	v := &inventor{newWriter(newLexicon(t.Seed), t.Seed, 0), t.Calls}
	watch := startWatch()
	for n := 0; n < t.Calls && err == nil; n += batchEvents {
		var stored int
		stored, err = fillBatch(ctx, d, v, n, min(n+batchEvents, t.Calls), t.Kind)
		done.Records += int64(stored)
		if n%(50*batchEvents) == 0 {
			fmt.Fprintf(os.Stderr, "%d calls, %.0f s\n", n, watch.stop().Wall)
		}
	}
	err = errors.Join(err, d.Close())
	done.Cost = watch.stop()
	return done, err
}

func fillBatch(ctx context.Context, d *database, v *inventor, from, to int, kind string) (stored int, err error) {
	calls := make([]event.Event, 0, to-from)
	for n := from; n < to; n++ {
		calls = append(calls, v.call(n))
		if kind == withSaid {
			v.say(&calls[n-from], n%(v.calls/plantedCalls) == v.calls/plantedCalls/2)
		}
	}
	batches := [][]event.Event{calls}
	if kind == withTrail {
		trail := make([]event.Event, len(calls))
		for i := range calls {
			trail[i] = v.trail(&calls[i])
		}
		batches = append(batches, trail)
	}
	for _, events := range batches {
		receipt, err := d.Append(ctx, store.Batch{Events: events})
		if err != nil {
			return stored, err
		}
		stored += receipt.Stored
	}
	return stored, nil
}

// removeDatabase removes a database and what lies beside it.
func removeDatabase(file string) error {
	beside, err := filepath.Glob(file + "*")
	if err != nil {
		return err
	}
	for _, name := range beside {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	return nil
}
