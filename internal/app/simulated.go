package app

import (
	"context"
	"net"
	"time"

	"seismo/internal/pipeline"
	"seismo/internal/simulate"
)

// ingestSimulated reads a simulated month, whose large bodies the simulation
// itself opens.
func (a *App) ingestSimulated(ctx context.Context, month simulate.Config, meter *pipeline.Meter) error {
	src := simulate.Source(month)
	defer src.Close()
	cfg := a.cfg
	cfg.opener = src.Body
	return a.ingest(ctx, cfg, src, meter)
}

// ready tells what the demo holds.
func (a *App) ready(ctx context.Context, l net.Listener, took time.Duration) Ready {
	r := Ready{URL: "http://" + l.Addr().String() + "/", DB: a.cfg.DB, Took: took}
	if st, err := a.store.Stats(ctx); err == nil {
		r.Calls = st.Calls
	}
	return r
}
