package app

import (
	"context"
	"errors"
	"time"

	"seismo/internal/pipeline"
	"seismo/internal/source"
	"seismo/internal/web"
)

// sources tells how collecting does.
func (a *App) sources(ctx context.Context) (web.Collection, error) {
	var all web.Collection
	if a.incident != nil {
		all.Notices = append(all.Notices, a.incident.String())
	}
	if damage := a.store.Damage(); damage != nil {
		all.Notices = append(all.Notices, "the database is damaged, and is mended at the next start: "+damage.Error())
	}
	all.Outgoing = a.outgoing.shown()
	c := a.collector
	if c == nil {
		return all, nil
	}
	all.Notices = append(all.Notices, c.doubts...)
	if s := c.writer.Stalled(); s != nil {
		all.Stalled, all.Since = s.Err.Error(), s.Since
	}
	for _, l := range c.lines {
		one := shown(l.plan, l.meter.Counts())
		if src := l.open.Load(); src != nil {
			one.Notes = notes(*src)
		}
		troubles, waiting, err := a.store.FirstTroubles(ctx, l.plan.name, mostTroubles)
		if err != nil {
			return all, err
		}
		one.Waiting = waiting
		for _, t := range troubles {
			one.Troubles = append(one.Troubles, web.Trouble{Key: where(t.Object), Fault: string(t.Fault), Detail: t.Detail,
				Attempts: t.Attempts, First: t.First, Next: t.Next})
		}
		all.Sources = append(all.Sources, one)
	}
	return all, nil
}

// mostTroubles is how many troubled objects of a source are shown.
const mostTroubles = 50

func where(o source.Object) string {
	if o.Origin.Bucket != "" {
		return "s3://" + o.Origin.Bucket + "/" + o.Origin.Key
	}
	if o.Origin.Key != "" {
		return o.Origin.Key
	}
	return o.ID
}

// shown is a source as it is now, for the page.
func shown(p plan, c pipeline.Counts) web.Source {
	s := web.Source{Name: p.name, Kind: p.kind, Place: p.place, State: web.SourceStarts, Seen: c.State.Seen,
		Lag: c.State.Lag, PerSecond: c.State.PerSecond, BytesRate: c.State.BytesRate, Committed: c.State.LastCommit,
		Objects: c.Objects, Known: c.Known, Bytes: c.Bytes, Read: c.Read, Stored: c.Stored, Duplicate: c.Duplicate,
		Skipped: c.Skipped, Quarantined: c.Quarantined, Failed: c.Failed}
	for kind, n := range c.FailedBy {
		if s.FailedBy == nil {
			s.FailedBy = map[string]int64{}
		}
		s.FailedBy[string(kind)] = n
	}
	switch {
	case c.State.Fault != nil:
		s.State, s.Since, s.Why = web.SourceFails, c.State.Since, c.State.Fault.Error()
		var hint interface{ Hint() string }
		if errors.As(c.State.Fault, &hint) {
			s.Remedy = hint.Hint()
		}
	case time.Since(c.State.LastCommit) < time.Minute:
		s.State = web.SourceReading
	case !c.State.Seen.IsZero():
		s.State = web.SourceWaiting
	}
	return s
}
