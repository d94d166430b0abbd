package store

import "seismo/internal/event"

// Standing is what a store knows of an id when a record with that id comes
// again: enough to tell whether the new one adds anything.
type Standing struct {
	Input, Output int // BodyRank of what is stored
	Origin        event.Origin
}

// StandingOf is the standing of a row.
func StandingOf(e *event.Event) Standing {
	return Standing{BodyRank(e.Body.Input.State), BodyRank(e.Body.Output.State), e.Origin}
}

// Adds tells whether a row with another standing is worth keeping: it has more
// of a body, or comes from the place that is named of two.
func (s Standing) Adds(other Standing) bool {
	return other.Input > s.Input || other.Output > s.Output || CompareOrigin(other.Origin, s.Origin) < 0
}

// With is the standing of both together.
func (s Standing) With(other Standing) Standing {
	s.Input, s.Output = max(s.Input, other.Input), max(s.Output, other.Output)
	if CompareOrigin(other.Origin, s.Origin) < 0 {
		s.Origin = other.Origin
	}
	return s
}

// Sift tells which events of a batch are to be kept: the new ones, and those of
// the duplicates that add something. Known holds the standing of the ids that
// are stored, and is brought up to date. What is older than since is not kept.
func Sift(events []event.Event, known map[string]Standing, since Since) (keep []int, r Receipt) {
	for i := range events {
		id, now := events[i].ID, StandingOf(&events[i])
		before, duplicate := known[id]
		old := !since.Row(events[i].Time)
		r.New = append(r.New, !duplicate && !old)
		r.Old = append(r.Old, old)
		switch {
		case old:
			r.Expired++
		case !duplicate:
			r.Stored++
			keep = append(keep, i)
			known[id] = now
		case before.Adds(now):
			r.Duplicate++
			keep = append(keep, i)
			known[id] = before.With(now)
		default:
			r.Duplicate++
		}
	}
	return keep, r
}

// OriginOrder is text that sorts records as CompareOrigin does.
func OriginOrder(e *event.Event) string { return originOrder(e.Origin) }
