package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"seismo/internal/event"
	"seismo/internal/store"
)

// TrailCounts counts CloudTrail events, those included that are shown as part of
// their call.
func (s *Store) TrailCounts(_ context.Context, m store.TrailMatch) ([]store.TrailCount, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	counts := make(map[store.TrailCount]store.TrailCount)
	for i := range s.rows {
		r := &s.rows[i]
		if r.Kind != event.KindTrail || len(m.Names) > 0 && !slices.Contains(m.Names, r.Trail.Name) || !within(r.Time, m.From, m.To) {
			continue
		}
		key := store.TrailCount{Account: r.Account, Region: r.Region, Source: r.Trail.Source, Name: r.Trail.Name,
			Endpoint: r.Endpoint, Outcome: r.Outcome, Hour: r.Time.UTC().Truncate(time.Hour)}
		c, known := counts[key]
		if !known {
			c = key
		}
		c.Events++
		if r.Hidden {
			c.Joined++
		}
		counts[key] = c
	}
	return slices.SortedFunc(maps.Values(counts), func(a, b store.TrailCount) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Region, b.Region), a.Hour.Compare(b.Hour),
			strings.Compare(a.Source, b.Source), strings.Compare(a.Name, b.Name), strings.Compare(a.Endpoint, b.Endpoint),
			strings.Compare(a.Outcome, b.Outcome))
	}), nil
}
