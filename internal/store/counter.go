package store

import (
	"context"
	"time"
)

// Counter counts what searches do not show: CloudTrail events, those included
// that are shown as part of their call.
type Counter interface {
	// TrailCounts counts events by place, hour and name, in this order.
	TrailCounts(ctx context.Context, match TrailMatch) ([]TrailCount, error)
}

// TrailMatch says which CloudTrail events; zero fields match everything.
type TrailMatch struct {
	Names    []string  // values of trail.name: InvokeModel, Converse
	From, To time.Time // From <= time < To
}

// TrailCount is how many CloudTrail events of one kind there were in an hour.
type TrailCount struct {
	Account, Region string
	Hour            time.Time // its beginning, UTC; zero of events without a time
	Source          string    // trail.source: bedrock.amazonaws.com
	Name            string    // trail.name
	Endpoint        string
	Outcome         string
	Events          int64
	Joined          int64 // of these, shown as part of their call
}
