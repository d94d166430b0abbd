package store

import (
	"context"
	"time"
)

// Retention says to what age things are kept; 0 is for ever.
type Retention struct {
	Bodies time.Duration // what was said: records and their messages
	Rows   time.Duration // events, findings, points, quarantine, troubles, the ledger
	Now    time.Time
}

// Since is from when on things are kept; a zero time is for ever.
type Since struct{ Bodies, Rows time.Time }

// Since are the times that follow from the ages. Nothing that was said is kept
// longer than its row.
func (r Retention) Since() Since {
	var s Since
	if r.Rows > 0 {
		s.Rows = r.Now.Add(-r.Rows).UTC().Truncate(time.Second)
	}
	if r.Bodies > 0 {
		s.Bodies = r.Now.Add(-r.Bodies).UTC().Truncate(time.Second)
	}
	if s.Bodies.Before(s.Rows) {
		s.Bodies = s.Rows
	}
	return s
}

// Row tells whether what happened at a time is kept. What has no time is.
func (s Since) Row(t time.Time) bool { return t.IsZero() || !t.Before(s.Rows) }

// Body tells whether what was said at a time is kept.
func (s Since) Body(t time.Time) bool { return t.IsZero() || !t.Before(s.Bodies) }

// Expired is the reason in the ledger for events that were older than what is
// kept when they came.
const Expired = "expired"

// Keeper lets go of what is old.
type Keeper interface {
	// Retain removes what is older than the ages say, beside appends, and can be
	// stopped at any time: the next one goes on. From its start on, events, bodies,
	// findings and points that are older are not taken any more, so that an old
	// object that is listed again brings nothing back; its ledger entry may go.
	Retain(ctx context.Context, r Retention) (Retained, error)
}

// Retained is what a Retain removed.
type Retained struct {
	Events      int64 `json:"events,omitzero"`
	Records     int64 `json:"records,omitzero"` // of which what was said is gone
	Blocks      int64 `json:"blocks,omitzero"`  // of messages that no kept record has
	Objects     int64 `json:"objects,omitzero"` // entries of the ledger
	Quarantined int64 `json:"quarantined,omitzero"`
	Findings    int64 `json:"findings,omitzero"`
	Points      int64 `json:"points,omitzero"`
	Troubles    int64 `json:"troubles,omitzero"`
}

// Forgets tells whether an entry of the ledger may go: its object was read so long
// ago that all of it would be refused when it is read again. That does not hold of
// bad items, which have no time of their own, so that the entry of an object with
// bad items stays.
func Forgets(s Since, e Entry) bool { return !s.Row(e.Done) && e.Quarantined == 0 }
