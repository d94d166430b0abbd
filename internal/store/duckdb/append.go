package duckdb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/event"
	"seismo/internal/seal"
	"seismo/internal/store"
)

// Append commits a batch: rows, blocks, documents, ledger and quarantine, in one
// transaction. Rows go to event_open as they come; Fold merges them.
func (s *Store) Append(ctx context.Context, b store.Batch) (store.Receipt, error) {
	if s.cfg.ReadOnly {
		return store.Receipt{}, errReadOnly
	}
	s.write.Lock()
	defer s.write.Unlock()
	if s.db == nil {
		return store.Receipt{}, errClosed
	}
	known, err := s.standing(ctx, b.Events)
	if err != nil {
		return store.Receipt{}, err
	}
	keep, receipt := store.Sift(b.Events, known)
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
	if err := s.commit(ctx, &b, jobs, st, receipt); err != nil {
		return store.Receipt{}, fmt.Errorf("store a batch: %w", err)
	}
	s.blocks.commit(st)
	s.batch++
	s.pending.Add(int64(len(jobs)))
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
	case s.cfg.Mode == store.Metadata || e.Record.Raw == nil:
		return j, nil
	}
	j.key = key
	j.doc.Document = store.Split(e)
	if s.cfg.Mode == store.Redacted {
		j.doc.Redact(s.cfg.Mask)
	}
	j.doc.hashes = make([][hashSize]byte, len(j.doc.Parts))
	for i, p := range j.doc.Parts {
		j.doc.hashes[i] = key.Hash(append([]byte{byte(p.Kind)}, p.Bytes...))
	}
	return j, nil
}

// standing reads what is stored under the ids of a batch. The same id has the
// same time, so that only a narrow range of the table is read.
func (s *Store) standing(ctx context.Context, events []event.Event) (map[string]store.Standing, error) {
	known := make(map[string]store.Standing, len(events))
	if len(events) == 0 {
		return known, nil
	}
	ids := make([]string, len(events))
	var span timeSpan
	for i := range events {
		ids[i] = events[i].ID
		span.include(events[i].Time)
	}
	const query = `SELECT id, coalesce("body.input.state", ''), coalesce("body.output.state", ''),
		coalesce("origin.bucket", ''), coalesce("origin.key", ''), "origin.line", coalesce("origin.etag", ''),
		coalesce("origin.group", ''), coalesce("origin.stream", ''), coalesce("origin.event_id", '')
		FROM %s WHERE id IN (SELECT unnest(?)) AND (%s)`
	for _, table := range []string{"event_open", "event_done"} {
		if table == "event_open" && s.pending.Load() == 0 {
			continue
		}
		rows, err := s.conn.QueryContext(ctx, fmt.Sprintf(query, table, span.sql(0)), ids)
		if err != nil {
			return nil, fmt.Errorf("look for duplicates: %w", err)
		}
		for rows.Next() {
			var id string
			var e event.Event
			o := &e.Origin
			if err := rows.Scan(&id, &e.Body.Input.State, &e.Body.Output.State, &o.Bucket, &o.Key, &o.Line,
				&o.ETag, &o.Group, &o.Stream, &o.EventID); err != nil {
				return nil, errors.Join(fmt.Errorf("look for duplicates: %w", err), rows.Close())
			}
			now := store.StandingOf(&e)
			if before, ok := known[id]; ok {
				now = before.With(now)
			}
			known[id] = now
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, fmt.Errorf("look for duplicates: %w", err)
		}
	}
	return known, nil
}

// timeSpan is the time that some events cover.
type timeSpan struct {
	from, to time.Time
	timeless bool // some have no time
}

func (t *timeSpan) include(at time.Time) {
	switch {
	case at.IsZero():
		t.timeless = true
		return
	case t.from.IsZero():
		t.from, t.to = at, at
	case at.Before(t.from):
		t.from = at
	case at.After(t.to):
		t.to = at
	}
}

// sql is the condition that "time" lies in the span, widened on both sides.
func (t timeSpan) sql(by time.Duration) string {
	condition := "false"
	if !t.from.IsZero() {
		condition = fmt.Sprintf(`"time" BETWEEN %s AND %s`, timestamp(t.from.Add(-by)), timestamp(t.to.Add(by)))
	}
	if t.timeless {
		condition += ` OR "time" IS NULL`
	}
	return condition
}

// timestamp writes a time for SQL, to the microsecond.
func timestamp(t time.Time) string {
	return fmt.Sprintf("make_timestamp(%d)", t.UnixMicro())
}
