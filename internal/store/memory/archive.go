package memory

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"seismo/internal/event"
	"seismo/internal/seal"
	"seismo/internal/store"
)

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
	if len(documents) == 0 && !s.since.Body(e.Time) {
		return e, event.Record{}, store.ErrExpired
	}
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
	s.eraseFindings(store.NamePattern(person), alias)
	s.rows = store.Merge(s.records)
	return erased, nil
}

// eraseFindings takes the name off findings, and what the detector wrote away
// where it holds the name.
func (s *Store) eraseFindings(name *regexp.Regexp, alias string) {
	for id, f := range s.findings {
		for _, text := range []*string{&f.Title, &f.Principal, &f.Resource} {
			*text = name.ReplaceAllLiteralString(*text, alias)
		}
		if name.Match(f.Raw) {
			f.Raw = nil
		}
		s.findings[id] = f
	}
}
