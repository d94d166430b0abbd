package app

import (
	"context"
	"net"
	"time"

	"seismo/internal/pipeline"
	"seismo/internal/simulate"
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
	agents := &saving{app: simulate.AgentApp}
	path.watch = agents.watch
	return agents, a.ingest(ctx, path, src, meter)
}

// ready tells what the demo holds.
func (a *App) ready(ctx context.Context, l net.Listener, took time.Duration, agents *saving) Ready {
	r := Ready{URL: "http://" + l.Addr().String() + "/", DB: a.cfg.DB, Took: took}
	if st, err := a.store.Stats(ctx); err == nil {
		r.Calls = st.Calls
	}
	if r.Sent, r.Kept = agents.measure(); r.Kept > 0 {
		r.Saving = float64(r.Sent) / float64(r.Kept)
	}
	return r
}
