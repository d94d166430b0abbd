package app

import (
	"context"
	"errors"
	"time"

	"seismo/internal/store"
)

const (
	markEvery   = 5 * time.Second // how often is remembered how far the database has come
	retainEvery = time.Hour
)

// ages are how long the file says that things are kept; without a file, for ever.
func (f *File) ages() store.Retention {
	if f == nil {
		return store.Retention{}
	}
	return store.Retention{Bodies: f.Retention.Bodies.Std(), Rows: f.Retention.Rows.Std()}
}

// tend looks after the database while it is open, until ctx ends: it remembers how
// far it has come and what damage was met, and lets go of what is old. A failure is
// reported and tried again later; it never ends the run.
func (a *App) tend(ctx context.Context, keep store.Retention) error {
	mark, retain := time.NewTicker(markEvery), time.NewTicker(retainEvery)
	defer mark.Stop()
	defer retain.Stop()
	a.retain(ctx, keep)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-mark.C:
			if err := errors.Join(a.Mark(ctx), a.suspect(ctx)); err != nil && ctx.Err() == nil {
				a.cfg.log().Warn("how far the database has come could not be remembered", "error", err)
			}
		case <-retain.C:
			a.retain(ctx, keep)
		}
	}
}

// retain lets go of what is old. It also runs where nothing has an age, so that an
// age that was taken out of the file counts no more.
func (a *App) retain(ctx context.Context, keep store.Retention) {
	keep.Now = time.Now()
	gone, err := a.store.Retain(ctx, keep)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		a.cfg.log().Warn("what is old could not all be removed; it is tried again in an hour", "error", err)
	case gone != store.Retained{}:
		a.cfg.log().Info("removed what is old", "events", gone.Events, "records", gone.Records, "blocks", gone.Blocks,
			"objects", gone.Objects, "quarantined", gone.Quarantined, "findings", gone.Findings, "points", gone.Points)
	}
}

// suspect remembers damage that was met while running. The database goes on as far
// as it can; the next start reads all of it, and begins anew when that is needed.
func (a *App) suspect(ctx context.Context) error {
	damage := a.store.Damage()
	if damage == nil || a.suspected {
		return nil
	}
	a.suspected = true
	a.cfg.log().Error("the database is damaged; start seismo again, and it begins anew and reads what it lost", "error", brief(damage.Error()))
	return a.state.Remember(ctx, factSuspect, brief(damage.Error()))
}
