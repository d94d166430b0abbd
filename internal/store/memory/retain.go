package memory

import (
	"context"
	"maps"
	"slices"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Retain removes what is old. It counts no blocks, since there are none.
func (s *Store) Retain(_ context.Context, r store.Retention) (store.Retained, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = r.Since()
	var gone store.Retained
	times := make(map[string]event.Event)
	for i := range s.rows {
		times[s.rows[i].ID] = s.rows[i].Event
	}
	for id := range s.documents {
		if !s.since.Body(times[id].Time) {
			gone.Records += int64(len(s.documents[id]))
			delete(s.documents, id)
		}
	}
	for id := range s.known {
		if !s.since.Row(times[id].Time) {
			gone.Events++
			delete(s.known, id)
		}
	}
	s.records = slices.DeleteFunc(s.records, func(e event.Event) bool { return !s.since.Row(e.Time) })
	s.rows = store.Merge(s.records)
	s.retire(&gone)
	return gone, nil
}

// retire removes what is old of everything that is not an event.
func (s *Store) retire(gone *store.Retained) {
	gone.Objects = drop(s.ledger, func(e store.Entry) bool { return !store.Forgets(s.since, e) })
	gone.Findings = drop(s.findings, func(f event.Finding) bool { return s.since.Row(f.Time) })
	gone.Points = drop(s.points, func(p store.Point) bool { return s.since.Row(p.Start) })
	gone.Troubles = drop(s.troubles, func(t source.Trouble) bool { return s.since.Row(t.Last) })
	before := len(s.quarantined)
	s.quarantined = slices.DeleteFunc(s.quarantined, func(q store.Quarantined) bool { return !s.since.Row(q.Time) })
	gone.Quarantined = int64(before - len(s.quarantined))
}

// drop removes what is not kept, and counts it.
func drop[K comparable, V any](m map[K]V, kept func(V) bool) int64 {
	before := len(m)
	maps.DeleteFunc(m, func(_ K, v V) bool { return !kept(v) })
	return int64(before - len(m))
}
