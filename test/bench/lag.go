package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"seismo/test/malformed"
)

const (
	arrivalRate   = 20 // healthy objects a second
	arrivalCount  = 1000
	amongHealthy  = 10 // malformed objects for each healthy one
	arrivalRounds = 3
	lagGrowth     = 10     // percent
	healthy       = "good" // in the key of each healthy object
)

// arrivals prepares objects that come at a fixed rate once they are told to.
func (w *world) arrivals(ctx context.Context, count int, mixed bool) {
	type object struct {
		key  string
		body []byte
	}
	var list []object
	kinds := malformed.Kinds()
	for i := range count {
		list = append(list, object{fmt.Sprintf("logs/%06d-%s.json.gz", i, healthy), malformed.Zipped(malformed.Call(i))})
		for j := range amongHealthy {
			if n := i*amongHealthy + j; mixed {
				k := kinds[n%len(kinds)]
				list = append(list, object{fmt.Sprintf("logs/%06d-%d-%s", i, j, k.Name), k.Body(n)})
			}
		}
	}
	w.records = int64(count)
	step := time.Second * time.Duration(count) / time.Duration(arrivalRate*len(list))
	w.arrive = func() {
		began := time.Now()
		for i, o := range list {
			select {
			case <-time.After(time.Until(began.Add(time.Duration(i) * step))):
			case <-ctx.Done():
				return
			}
			w.cloud.PutObject(bucketName, o.key, o.body)
		}
	}
}

// lag measures how long healthy objects take that come alone, and how long among
// ten times as many malformed ones.
func (b *bench) lag(ctx context.Context) error {
	count := arrivalCount
	if b.size < 256<<20 {
		count /= 10
	}
	alone, mixed, growth := []float64{}, []float64{}, []float64{}
	for i := range arrivalRounds {
		one, err := b.arriving(ctx, count, "alone")
		if err != nil {
			return err
		}
		other, err := b.arriving(ctx, count, "mixed")
		if err != nil {
			return err
		}
		alone, mixed = append(alone, one...), append(mixed, other...)
		growth = append(growth, 100*(at(other, 0.99)/at(one, 0.99)-1))
		b.say("  round %d of %d: p99 alone %.3f s, mixed %.3f s", i+1, arrivalRounds, at(one, 0.99), at(other, 0.99))
	}
	what := fmt.Sprintf("from written to its message deleted, which follows the commit by up to 0.2 s; %d objects, %d a second, %d rounds", count, arrivalRate, arrivalRounds)
	b.result.figure("lag alone, p50", what, at(alone, 0.5), "s")
	b.result.figure("lag alone, p99", "the same", at(alone, 0.99), "s")
	what = fmt.Sprintf("the same among %d times as many malformed objects", amongHealthy)
	b.result.figure("lag mixed, p50", what, at(mixed, 0.5), "s")
	b.result.figure("lag mixed, p99", "the same", at(mixed, 0.99), "s")
	b.result.figure("lag growth, p50", "of mixed over alone", 100*(at(mixed, 0.5)/at(alone, 0.5)-1), "%")
	b.result.limit("lag growth, p99", fmt.Sprintf("of mixed over alone; the rounds: %.0f", growth), 100*(at(mixed, 0.99)/at(alone, 0.99)-1), "%", lagGrowth)
	return nil
}

// arriving has objects arrive at a seismo serve and returns the lags in seconds.
func (b *bench) arriving(ctx context.Context, count int, kind string) ([]float64, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, longestServe, fmt.Errorf("it took more than %s", longestServe))
	defer cancel()
	c, _, err := startCloud(ctx, task{Kind: kind, Calls: count})
	if err != nil {
		return nil, err
	}
	defer c.end()
	db := filepath.Join(b.work, kind+".duckdb")
	defer removeDatabase(db)
	s, err := b.startServer(ctx, c, db)
	if err != nil {
		return nil, err
	}
	watched, unwatch := s.while(ctx)
	defer unwatch()
	all := count
	if kind == "mixed" {
		all += count * amongHealthy
	}
	_, err = c.ask(wordGo)
	var state cloudState
	if err == nil {
		state, err = c.until(watched, func(now cloudState) bool { return now.Deleted == all })
	}
	_, errEnd := s.end()
	if err := errors.Join(err, errEnd); err != nil {
		return nil, err
	}
	rows, err := b.count(ctx, db)
	if err == nil && (rows != int64(count) || len(state.Lags) != count) {
		err = fmt.Errorf("%d of %d healthy objects are stored, %d settled", rows, count, len(state.Lags))
	}
	return state.Lags, err
}
