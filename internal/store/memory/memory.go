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
	"maps"
	"slices"
	"sync"
	"time"

	"seismo/internal/event"
	"seismo/internal/seal"
	"seismo/internal/source"
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
	cursors     map[string]string
	troubles    map[store.TroubleKey]source.Trouble
	findings    map[string]event.Finding
	points      map[pointKey]store.Point
	since       store.Since
}

// document is what is kept of one record.
type document struct {
	store.Document
	owner    string
	fullness int
	origin   string
}

var (
	_ store.Store    = (*Store)(nil)
	_ store.Archive  = (*Store)(nil)
	_ store.Gallery  = (*Store)(nil)
	_ store.Series   = (*Store)(nil)
	_ store.Keeper   = (*Store)(nil)
	_ store.Counter  = (*Store)(nil)
	_ source.Journal = (*Store)(nil)
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
		documents: make(map[string][]document), ledger: make(map[string]store.Entry),
		cursors: make(map[string]string), troubles: make(map[store.TroubleKey]source.Trouble),
		findings: make(map[string]event.Finding), points: make(map[pointKey]store.Point)}, nil
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
	keep, receipt := store.Sift(b.Events, known, s.since)
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
	var findings []event.Finding
	receipt.Findings, findings = s.notice(b.Findings)
	for _, f := range findings {
		s.findings[f.ID] = f
	}
	s.settle(b, receipt)
	return receipt, nil
}

// record is what is kept of one event.
func (s *Store) record(ctx context.Context, e event.Event) (event.Event, *document, error) {
	e = *s.cfg.Mode.Keep(&e, s.cfg.Mask)
	owner := store.Owner(&e)
	_, err := s.cfg.Keyring.Owner(ctx, owner)
	switch {
	case errors.Is(err, seal.ErrErased):
		store.Anonymize(&e, store.Alias(s.cfg.Keyring, e.Person))
		return store.Typed(s.columns, &e), nil, nil
	case err != nil:
		return e, nil, fmt.Errorf("key of an owner: %w", err)
	case e.Record.Raw == nil || !s.since.Body(e.Time):
		return store.Typed(s.columns, &e), nil, nil
	}
	d := &document{Document: store.Split(&e), owner: owner,
		fullness: store.Fullness(&e), origin: store.OriginOrder(&e)}
	return store.Typed(s.columns, &e), d, nil
}

// settle keeps the ledger, the cursors, the troubles and the quarantine.
func (s *Store) settle(b store.Batch, r store.Receipt) {
	for _, e := range store.Kept(store.Count(b.Objects, r)) {
		s.ledger[e.ID] = e
	}
	maps.Copy(s.cursors, store.Cursors(b.Objects))
	s.troubles = store.Worry(s.troubles, b)
	now := time.Now().UTC()
	for i := range b.Bad {
		q := store.Quarantine(&b.Bad[i], now)
		if slices.ContainsFunc(s.quarantined, func(old store.Quarantined) bool { return old.ID == q.ID }) {
			continue
		}
		if !s.cfg.Mode.KeepsBad() {
			q.Bytes = nil
		}
		s.quarantined = append(s.quarantined, q)
	}
	s.quarantined = slices.DeleteFunc(s.quarantined, func(q store.Quarantined) bool {
		return slices.Contains(b.Resolved, q.ID)
	})
}
