package app

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/event"
	"seismo/internal/pipeline"
	"seismo/internal/simulate"
	"seismo/internal/state"
)

// ingestSimulated reads a simulated month, whose large bodies the simulation
// itself opens. It returns what can tell the agents' saving.
func (a *App) ingestSimulated(ctx context.Context, month simulate.Config, meter *pipeline.Meter) (*saving, error) {
	src := simulate.Source(month)
	defer src.Close()
	cfg := a.cfg
	cfg.opener = src.Body
	path, err := NewPath(cfg)
	if err != nil {
		return nil, err
	}
	agents, seen := &saving{app: simulate.AgentApp}, simulate.Observe(month, src)
	path.watch = func(ev *event.Event) {
		agents.watch(ev)
		seen.Count(ev)
	}
	if err := a.ingest(ctx, path, seen, meter); err != nil {
		return nil, err
	}
	return agents, a.observeSimulated(ctx, seen)
}

// observeSimulated keeps what CloudWatch and the control plane would have said of
// the month.
func (a *App) observeSimulated(ctx context.Context, seen *simulate.Watch) error {
	for part := range slices.Chunk(seen.Points(), 10_000) {
		if err := a.store.AppendPoints(ctx, part); err != nil {
			return err
		}
	}
	looks := map[state.Look][]state.Thing{}
	for _, h := range simulate.Holdings() {
		body, err := json.Marshal(h.Body)
		if err != nil {
			return fmt.Errorf("make the demo's inventory: %w", err)
		}
		l := state.Look{Account: h.Account, Region: h.Region, Kind: h.Kind}
		looks[l] = append(looks[l], state.Thing{ID: h.ID, Body: body})
	}
	for _, at := range []time.Time{seen.Start(), time.Now().UTC().Truncate(time.Second)} {
		for look, things := range looks {
			look.Tried = at
			if err := a.state.Observe(ctx, look, things); err != nil {
				return err
			}
		}
	}
	return a.recall(ctx)
}

// ready tells what the demo holds.
func (a *App) ready(ctx context.Context, l net.Listener, took time.Duration, agents *saving) Ready {
	r := Ready{URL: "http://" + l.Addr().String() + "/", DB: a.cfg.DB, Took: took.Seconds()}
	if st, err := a.store.Stats(ctx); err == nil {
		r.Calls = st.Calls
	}
	if r.Sent, r.Kept = agents.measure(); r.Kept > 0 {
		r.Saving = float64(r.Sent) / float64(r.Kept)
	}
	return r
}
