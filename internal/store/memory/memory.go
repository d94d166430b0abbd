// Package memory keeps events in the process: for tests, and as the reference
// that shows what other stores must do. It merges by store.Merge, matches by
// query.Match and counts by query.Eval, with nothing clever in between.
//
// It never writes to disk, and forgets everything when it is closed.
package memory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/store"
)

// Config says how a store keeps things.
type Config struct {
	Keyring *seal.Keyring       // knows who was erased
	Mode    store.Mode          // "" is store.Full
	Mask    func([]byte) []byte // store.Redacted: masks secrets and personal data
}

// Store keeps events in memory. All methods may be called from several
// goroutines.
type Store struct {
	cfg     Config
	columns []store.Column

	mu          sync.RWMutex
	records     []event.Event // typed columns of every record that is kept
	known       map[string]store.Standing
	documents   map[string][]document
	rows        []store.Row // the records, merged
	ledger      map[string]store.Entry
	quarantined []store.Quarantined
}

// document is what is kept of one record.
type document struct {
	store.Document
	owner    string
	fullness int
	origin   string
}

var (
	_ store.Store   = (*Store)(nil)
	_ store.Archive = (*Store)(nil)
)

// New makes an empty store.
func New(cfg Config) (*Store, error) {
	if cfg.Keyring == nil {
		return nil, errors.New("memory store: no keyring")
	}
	if cfg.Mode == "" {
		cfg.Mode = store.Full
	}
	if cfg.Mode == store.Redacted && cfg.Mask == nil {
		return nil, errors.New("memory store: redacted mode needs a mask")
	}
	return &Store{cfg: cfg, columns: store.Columns(), known: make(map[string]store.Standing),
		documents: make(map[string][]document), ledger: make(map[string]store.Entry)}, nil
}

// Close forgets nothing yet; the store goes with the process.
func (s *Store) Close() error { return nil }

// Append keeps a batch.
func (s *Store) Append(ctx context.Context, b store.Batch) (store.Receipt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := make(map[string]store.Standing)
	for i := range b.Events {
		if st, ok := s.known[b.Events[i].ID]; ok {
			known[b.Events[i].ID] = st
		}
	}
	keep, receipt := store.Sift(b.Events, known)
	records := make([]event.Event, len(keep))
	documents := make([]*document, len(keep))
	for i, at := range keep {
		var err error
		if records[i], documents[i], err = s.record(ctx, b.Events[at]); err != nil {
			return store.Receipt{}, err
		}
	}
	for id, st := range known {
		s.known[id] = st
	}
	for i, d := range documents {
		if d != nil {
			id := records[i].ID
			s.documents[id] = append(s.documents[id], *d)
		}
	}
	s.records = append(s.records, records...)
	s.rows = store.Merge(s.records)
	s.settle(b, receipt)
	return receipt, nil
}

// record is what is kept of one event.
func (s *Store) record(ctx context.Context, e event.Event) (event.Event, *document, error) {
	owner := store.Owner(&e)
	_, err := s.cfg.Keyring.Owner(ctx, owner)
	switch {
	case errors.Is(err, seal.ErrErased):
		store.Anonymize(&e, store.Alias(s.cfg.Keyring, e.Person))
		return store.Typed(s.columns, &e), nil, nil
	case err != nil:
		return e, nil, fmt.Errorf("key of an owner: %w", err)
	case s.cfg.Mode == store.Metadata || e.Record.Raw == nil:
		return store.Typed(s.columns, &e), nil, nil
	}
	d := &document{Document: store.Split(&e), owner: owner,
		fullness: store.Fullness(&e), origin: store.OriginOrder(&e)}
	if s.cfg.Mode == store.Redacted {
		d.Redact(s.cfg.Mask)
	}
	return store.Typed(s.columns, &e), d, nil
}

// settle keeps the ledger and the quarantine.
func (s *Store) settle(b store.Batch, r store.Receipt) {
	for _, e := range store.Count(b.Objects, r) {
		e.First, e.Last = 0, 0
		s.ledger[e.ID] = e
	}
	now := time.Now().UTC()
	for i := range b.Bad {
		q := store.Quarantine(&b.Bad[i], now)
		if slices.ContainsFunc(s.quarantined, func(old store.Quarantined) bool { return old.ID == q.ID }) {
			continue
		}
		switch s.cfg.Mode {
		case store.Metadata:
			q.Bytes = nil
		case store.Redacted:
			q.Bytes = s.cfg.Mask(q.Bytes)
		}
		s.quarantined = append(s.quarantined, q)
	}
	s.quarantined = slices.DeleteFunc(s.quarantined, func(q store.Quarantined) bool {
		return slices.Contains(b.Resolved, q.ID)
	})
}

// Search returns events by their typed columns.
func (s *Store) Search(_ context.Context, q query.Query) (query.Page, error) {
	if err := q.Check(); err != nil {
		return query.Page{}, err
	}
	var after *store.Cursor
	if q.After != "" {
		c, err := store.ParseCursor(q.After)
		if err != nil {
			return query.Page{}, err
		}
		after = &c
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var page query.Page
	for i := range s.rows {
		row := &s.rows[i]
		if !q.Oldest {
			row = &s.rows[len(s.rows)-1-i]
		}
		switch {
		case row.Hidden, !within(row.Time, q.From, q.To), after != nil && !behind(row, *after, q.Oldest), !s.fits(q.Where, &row.Event):
		case len(page.Events) == q.Limit:
			page.Next = store.CursorAt(&page.Events[q.Limit-1]).String()
			return page, nil
		default:
			page.Events = append(page.Events, row.Event)
		}
	}
	return page, nil
}

func within(t, from, to time.Time) bool {
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || !t.IsZero() && t.Before(to))
}

func behind(row *store.Row, c store.Cursor, oldest bool) bool {
	order := store.Older(&row.Event, &event.Event{ID: c.ID, Time: c.Time})
	return oldest && order > 0 || !oldest && order < 0
}

// fits matches one event with what was said in it.
func (s *Store) fits(n query.Node, e *event.Event) bool {
	return query.Match(n, e, func() []string {
		var said []string
		for _, d := range s.documents[e.ID] {
			for _, p := range d.Parts {
				if text := p.Text(); text != "" {
					said = append(said, text)
				}
			}
		}
		return said
	})
}

// Aggregate computes numbers over events.
func (s *Store) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return query.Eval(a, func(yield func(*event.Event) bool) {
		for i := range s.rows {
			if !s.rows[i].Hidden && !yield(&s.rows[i].Event) {
				return
			}
		}
	}, s.fits)
}

// Record rebuilds what an event was made of.
func (s *Store) Record(ctx context.Context, id string) (event.Event, event.Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []event.Event
	for i := range s.rows {
		e := s.rows[i].Event
		if e.ID == id || len(id) >= store.ShortestID && strings.HasPrefix(e.ID, id) {
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		return event.Event{}, event.Record{}, store.ErrNotFound
	}
	e := found[0]
	documents := s.documents[e.ID]
	if len(documents) == 0 {
		return e, event.Record{}, store.NoRecord(&e)
	}
	best := slices.MinFunc(documents, func(a, b document) int {
		if a.fullness != b.fullness {
			return b.fullness - a.fullness
		}
		return strings.Compare(a.origin, b.origin)
	})
	if _, err := s.cfg.Keyring.Owner(ctx, best.owner); errors.Is(err, seal.ErrErased) {
		return e, event.Record{}, store.ErrErased
	}
	r, err := store.Join(best.Skeleton, func(i int) ([]byte, error) {
		if i >= len(best.Parts) {
			return nil, store.ErrSkeleton
		}
		return best.Parts[i].Bytes, nil
	})
	return e, r, err
}

// Seen returns the ledger's entries of objects that are done.
func (s *Store) Seen(_ context.Context, objects []string) (map[string]store.Entry, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	seen := make(map[string]store.Entry)
	for _, id := range objects {
		if e, ok := s.ledger[id]; ok {
			seen[id] = e
		}
	}
	return seen, nil
}

// Quarantine lists bad items, newest first.
func (s *Store) Quarantine(_ context.Context, limit int, withBytes bool) ([]store.Quarantined, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := slices.Clone(s.quarantined)
	slices.SortStableFunc(list, func(a, b store.Quarantined) int {
		if c := b.Time.Compare(a.Time); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	list = list[:min(limit, len(list))]
	for i := range list {
		if !withBytes {
			list[i].Bytes = nil
		}
	}
	return list, nil
}

// Erase removes a person's key and what the person said, and takes the name off
// the rows. It counts the documents as blocks.
func (s *Store) Erase(ctx context.Context, person string) (store.Erased, error) {
	erased := store.Erased{Person: person}
	if person == "" {
		return erased, errors.New("erase: no person is named")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.cfg.Keyring.Erase(ctx, store.PersonOwner(person)); err != nil {
		return erased, fmt.Errorf("erase: %w", err)
	}
	for i := range s.rows {
		if s.rows[i].Person == person && s.rows[i].Kind != event.KindTrail {
			erased.Calls++
		}
	}
	alias := store.Alias(s.cfg.Keyring, person)
	for i := range s.records {
		if s.records[i].Person == person {
			store.Anonymize(&s.records[i], alias)
		}
	}
	for _, list := range s.documents {
		for i := range list {
			if list[i].owner == store.PersonOwner(person) {
				list[i].Parts, list[i].Skeleton = nil, nil
				erased.Blocks++
			}
		}
	}
	s.rows = store.Merge(s.records)
	return erased, nil
}
