package coverage

import (
	"context"
	"fmt"
	"time"

	"seismo/internal/inventory"
	"seismo/internal/query"
)

// Changes of the logging configuration, as CloudTrail names them.
const (
	turnedOn  = "PutModelInvocationLoggingConfiguration"
	turnedOff = "DeleteModelInvocationLoggingConfiguration"
)

// mostChanges bounds the events that are read, and back how old they may be:
// what CloudTrail itself keeps.
const (
	mostChanges = 10_000
	back        = 90 * 24 * time.Hour
)

// History puts together what is known of logging: what the inventory saw at its
// looks, and the changes in CloudTrail's events that are stored. The snapshot may
// be nil.
func History(ctx context.Context, rows query.Searcher, snap *inventory.Snapshot, from, to time.Time) (func(account, region string) Timeline, error) {
	named := func(name string) query.Node { return query.Compare{Field: "trail.name", Op: query.Equal, Value: name} }
	page, err := rows.Search(ctx, query.Query{
		Where: query.And{query.Or{named(turnedOn), named(turnedOff)}, query.Compare{Field: "outcome", Op: query.Equal, Value: "success"}},
		From:  from.Add(-back), To: to, Limit: mostChanges,
	})
	if err != nil {
		return nil, fmt.Errorf("look for changes of the logging configuration: %w", err)
	}
	type spot struct{ account, region string }
	changes := map[spot]Timeline{}
	for _, e := range page.Events {
		state := On
		if e.Trail.Name == turnedOff {
			state = Off
		}
		at := spot{e.Account, e.Region}
		changes[at] = append(changes[at], Switch{e.Time, state})
	}
	return func(account, region string) Timeline {
		line := Timeline{}
		for _, span := range snap.Logging(account, region) {
			state := Off
			if span.Thing.On {
				state = On
			}
			line = line.Observed(span.First, span.Last, state, span.Current)
		}
		return append(line, changes[spot{account, region}]...).Sorted()
	}, nil
}
