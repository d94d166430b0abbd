package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"seismo/internal/event"
	"seismo/internal/store"
)

// Kinds of large store.
const (
	withTrail = "trail" // calls, each with its CloudTrail event; no text
	withSaid  = "said"  // calls with a short question and answer, sealed
)

// batchEvents is how many events are appended together.
const batchEvents = 4_000

// plantedCalls is how many calls of a store withSaid have the rare word.
const plantedCalls = 3

// copiedCalls is how many calls of a store withTrail are appended; the others
// are copies of them.
const copiedCalls = 100_000

// fillStore appends invented calls to a new store. Its answer counts those that
// went the store's own way.
func fillStore(ctx context.Context, t task) (done work, err error) {
	d, err := openDatabase(ctx, t.DB)
	if err != nil {
		return done, err
	}
	v := &inventor{newWriter(newLexicon(t.Seed), t.Seed, 0), t.Calls}
	watch := startWatch()
	appended := t.Calls
	if t.Kind == withTrail {
		appended = min(appended, copiedCalls)
	}
	for n := 0; n < appended && err == nil; n += batchEvents {
		var stored int
		stored, err = fillBatch(ctx, d, v, n, min(n+batchEvents, appended), t.Kind)
		done.Records += int64(stored)
	}
	err = errors.Join(err, d.Close())
	done.Cost = watch.stop()
	if err != nil || t.Calls == appended {
		return done, err
	}
	times := t.Calls / appended
	return done, multiply(ctx, t.DB, times, days*24*time.Hour/time.Duration(times))
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
	return stored, d.Fold(ctx)
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
