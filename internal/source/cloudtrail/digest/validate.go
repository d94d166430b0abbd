package digest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// Config says what is validated.
type Config struct {
	Shelf  Shelf
	Keys   Keys
	Bucket string
	Prefix string // below which digests are looked for: a trail's prefix, or anything down to a Region's folder
	// Copy says that the files do not lie where CloudTrail wrote them: they are
	// looked for below the same AWSLogs folder as their digest, and a digest
	// whose signature did not come along is checked with the one that the digest
	// after it holds.
	Copy     bool
	Chain    Chain     // which chains; "" is any
	From, To time.Time // of the deliveries; zero From is all there are
	Workers  int       // log files read at once, 0 is 8
	Tell     func(Verdict)
}

// chainsAtOnce is how many chains are walked beside each other. Each is a row of
// small reads that wait for one another.
const chainsAtOnce = 4

const usualWorkers = 8

// ErrTimes is a From that does not lie before To.
var ErrTimes = errors.New("the time to begin at must lie before the time to end at")

// Validate walks every chain below the prefix from its newest digest backwards
// and checks the log files that the digests list. The error is one that keeps
// it from going on; everything else is a verdict, told as it is found. tally
// can be read meanwhile, and may be nil.
func Validate(ctx context.Context, cfg Config, tally *Tally) (Summary, error) {
	if tally == nil {
		tally = &Tally{}
	}
	if !cfg.From.Before(cfg.To) {
		return Summary{}, ErrTimes
	}
	if cfg.Workers <= 0 {
		cfg.Workers = usualWorkers
	}
	v := &validator{cfg: cfg, tally: tally}
	tally.tell = cfg.Tell
	tally.change(func(s *Summary) { s.From, s.To = cfg.From, cfg.To })
	folders, err := v.find(ctx, cfg.Prefix)
	if err != nil {
		return tally.Summary(), fmt.Errorf("look for digests: %w", err)
	}
	err = v.folders(ctx, folders)
	return tally.Summary(), err
}

type validator struct {
	cfg   Config
	tally *Tally
	logs  *hashers

	looked int // folders, in search of digests
}

func (v *validator) folders(ctx context.Context, folders []string) error {
	hashing, stop := context.WithCancel(ctx)
	defer stop()
	v.logs = newHashers(hashing, v)
	group, walking := errgroup.WithContext(ctx)
	group.SetLimit(chainsAtOnce)
	for _, folder := range folders {
		group.Go(func() error { return v.folder(walking, folder) })
	}
	err := group.Wait()
	if err != nil {
		stop()
	}
	v.logs.wait()
	return cmp.Or(err, ctx.Err())
}

// folder validates the chains of one Region's folder.
func (v *validator) folder(ctx context.Context, folder string) error {
	chains, backfills, err := v.list(ctx, v.cfg.Bucket, folder)
	if err != nil {
		return fmt.Errorf("list %s: %w", folder, err)
	}
	for _, c := range slices.SortedFunc(maps.Keys(chains), Chain.compare) {
		v.tally.change(func(s *Summary) { s.Chains++ })
		w := &walk{validator: v, chain: c, place: place{v.cfg.Bucket, folder}, left: chains[c]}
		if err := w.backwards(ctx); err != nil {
			return err
		}
	}
	for _, c := range slices.SortedFunc(maps.Keys(backfills), Chain.compare) {
		w := &walk{validator: v, chain: c, place: place{v.cfg.Bucket, folder}}
		for _, key := range backfills[c] {
			if _, err := w.visit(ctx, key, nil, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// found widens the time that valid digests vouch for, within what was asked for.
func (v *validator) found(d *Digest) {
	from, to := d.Start, d.End
	if from.Before(v.cfg.From) {
		from = v.cfg.From
	}
	if to.After(v.cfg.To) {
		to = v.cfg.To
	}
	v.tally.change(func(s *Summary) {
		if s.FoundFrom.IsZero() || from.Before(s.FoundFrom) {
			s.FoundFrom = from
		}
		if to.After(s.FoundTo) {
			s.FoundTo = to
		}
		if len(d.Logs) == 0 {
			s.Empty++
		}
		if d.Previous.Key == "" {
			s.Starting++
		}
	})
}
