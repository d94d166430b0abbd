package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Done returns those of the objects that need no further reading.
func (s *Store) Done(_ context.Context, ids []string) (map[string]bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	done := make(map[string]bool)
	for _, id := range ids {
		if _, ok := s.ledger[id]; ok {
			done[id] = true
		}
	}
	return done, nil
}

// Cursor returns the value that was committed last, "" when there is none.
func (s *Store) Cursor(_ context.Context, name string) (string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.cursors[name], nil
}

// Troubles returns the objects of a source, or of all when none is named, that
// could not be read yet: the one to be tried next first.
func (s *Store) Troubles(_ context.Context, name string) ([]source.Trouble, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []source.Trouble
	for _, t := range s.troubles {
		if name == "" || t.Source == name {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b source.Trouble) int {
		return cmp.Or(a.Next.Compare(b.Next), strings.Compare(a.ID, b.ID), strings.Compare(a.Source, b.Source))
	})
	return list, nil
}

// notice tells which findings of a batch are new, and which of them to write.
func (s *Store) notice(findings []event.Finding) ([]bool, []event.Finding) {
	known := make(map[string]time.Time)
	kept := make([]event.Finding, len(findings))
	for i, f := range findings {
		if before, ok := s.findings[f.ID]; ok {
			known[f.ID] = before.Time
		}
		kept[i] = s.cfg.Mode.KeepFinding(f, s.cfg.Mask)
	}
	return store.Notice(kept, known, s.since)
}

// Findings lists findings, newest first, without what the detector wrote.
func (s *Store) Findings(_ context.Context, limit int) ([]event.Finding, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	list := slices.SortedFunc(maps.Values(s.findings), func(a, b event.Finding) int {
		return cmp.Or(b.Time.Compare(a.Time), strings.Compare(a.ID, b.ID))
	})
	list = list[:min(limit, len(list))]
	for i := range list {
		list[i].Raw = nil
	}
	return list, nil
}

// Finding returns one finding with what the detector wrote, or store.ErrNotFound.
func (s *Store) Finding(_ context.Context, id string) (event.Finding, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if f, ok := s.findings[id]; ok {
		return f, nil
	}
	return event.Finding{}, store.ErrNotFound
}

// pointKey is what a later point replaces.
type pointKey struct {
	account, region, namespace, metric, dims, stat string
	start                                          int64
	period                                         time.Duration
}

func keyOf(p store.Point) pointKey {
	dims, _ := json.Marshal(p.Dims, json.Deterministic(true))
	return pointKey{p.Account, p.Region, p.Namespace, p.Metric, string(dims), p.Stat, p.Start.UnixMicro(), p.Period}
}

// AppendPoints keeps points. A point of the same series and time replaces the
// former one.
func (s *Store) AppendPoints(_ context.Context, points []store.Point) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range points {
		if len(p.Dims) == 0 {
			p.Dims = nil
		}
		if !s.since.Row(p.Start) {
			continue
		}
		s.points[keyOf(p)] = p
	}
	return nil
}

// Points returns the points that match, by time and then by series.
func (s *Store) Points(_ context.Context, m store.PointMatch) ([]store.Point, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []store.Point
	for _, p := range s.points {
		if m.Fits(p) {
			list = append(list, p)
		}
	}
	slices.SortFunc(list, func(a, b store.Point) int {
		x, y := keyOf(a), keyOf(b)
		return cmp.Or(cmp.Compare(x.start, y.start), strings.Compare(x.account, y.account),
			strings.Compare(x.region, y.region), strings.Compare(x.namespace, y.namespace),
			strings.Compare(x.metric, y.metric), strings.Compare(x.dims, y.dims), strings.Compare(x.stat, y.stat),
			cmp.Compare(x.period, y.period))
	})
	return list, nil
}
