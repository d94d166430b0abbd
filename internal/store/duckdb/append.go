package duckdb

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"seismo/internal/event"
	"seismo/internal/seal"
	"seismo/internal/store"
)

// Append commits a batch: rows, blocks, documents, ledger, cursors, troubles,
// findings and quarantine, in one transaction. Rows that are alone with their request id, and calls that come with their
// CloudTrail event, go where they belong; others wait in event_open until Fold
// merges them.
func (s *Store) Append(ctx context.Context, b store.Batch) (store.Receipt, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.writable(ctx); err != nil {
		return store.Receipt{}, err
	}
	there, err := s.meet(ctx, b.Events)
	if err != nil {
		return store.Receipt{}, s.met(err)
	}
	keep, receipt := store.Sift(b.Events, there.standing, s.since)
	var findings []event.Finding
	if receipt.Findings, findings, err = s.notice(ctx, b.Findings); err != nil {
		return store.Receipt{}, err
	}
	jobs, err := s.ready(ctx, b.Events, keep)
	if err != nil {
		return store.Receipt{}, err
	}
	st := s.blocks.stage()
	for i := range jobs {
		if j := &jobs[i]; j.key != nil {
			j.skeleton, j.refs = st.add(j.owner, j.key, j.doc)
		}
	}
	if err := st.seal(s.cfg.Keyring); err != nil {
		return store.Receipt{}, fmt.Errorf("seal a batch: %w", err)
	}
	b.Objects = store.Count(b.Objects, receipt)
	w := &writing{batch: &b, stage: st, receipt: receipt, jobs: jobs, findings: findings}
	w.final, w.meeting = there.divide(jobs)
	if err := s.commit(ctx, w); err != nil {
		return store.Receipt{}, fmt.Errorf("store a batch: %w", s.met(err))
	}
	s.blocks.commit(st)
	s.batch++
	s.values.add(store.Columns(), w.final, w.meeting)
	s.pending.Add(int64(len(w.meeting)))
	s.housekeep(ctx)
	return receipt, nil
}

var (
	errReadOnly = errors.New("this store is open for reading only")
	errClosed   = errors.New("this store is closed")
)

// housekeep folds and checkpoints when it is time. The batch is committed, so
// that a failure here is not the batch's; whoever reads next tries again.
func (s *Store) housekeep(ctx context.Context) {
	if s.pending.Load() >= foldRows {
		if err := s.fold(ctx); err != nil {
			s.log.Warn("fold failed", "error", err)
		}
	}
	if err := s.checkpoint(ctx, false); err != nil {
		s.log.Warn("checkpoint failed", "error", err)
	}
}

// job is one event on its way into the tables.
type job struct {
	event *event.Event
	owner string
	key   *seal.Key // nil when nothing that was said is kept
	doc   document

	skeleton uint64
	refs     []uint64
}

type document struct {
	store.Document
	hashes [][hashSize]byte
}

// ready cuts the records of the events that are kept and hashes their parts.
func (s *Store) ready(ctx context.Context, events []event.Event, keep []int) ([]job, error) {
	jobs := make([]job, len(keep))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	const share = 64
	for lo := 0; lo < len(keep); lo += share {
		hi := min(lo+share, len(keep))
		g.Go(func() error {
			for i := lo; i < hi; i++ {
				var err error
				if jobs[i], err = s.job(ctx, &events[keep[i]]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return jobs, g.Wait()
}

func (s *Store) job(ctx context.Context, e *event.Event) (job, error) {
	e = s.cfg.Mode.Keep(e, s.cfg.Mask)
	j := job{event: e, owner: store.Owner(e)}
	key, err := s.cfg.Keyring.Owner(ctx, j.owner)
	switch {
	case errors.Is(err, seal.ErrErased):
		erased := *e
		store.Anonymize(&erased, store.Alias(s.cfg.Keyring, e.Person))
		j.event = &erased
		return j, nil
	case err != nil:
		return j, fmt.Errorf("key of an owner: %w", err)
	case e.Record.Raw == nil || !s.since.Body(e.Time):
		return j, nil
	}
	j.key = key
	j.doc.Document = store.Split(e)
	j.doc.hashes = make([][hashSize]byte, len(j.doc.Parts))
	for i, p := range j.doc.Parts {
		j.doc.hashes[i] = key.Hash(append([]byte{byte(p.Kind)}, p.Bytes...))
	}
	return j, nil
}
