package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/enrich/mmdb"
	"seismo/internal/pipeline"
	"seismo/internal/simulate"
	"seismo/internal/web"
)

// ServeConfig says what a run shows and collects.
type ServeConfig struct {
	Listen    string           // loopback address of the page
	Telemetry string           // further address of /metrics, /healthz and /readyz; "" is none
	File      *File            // what to collect; nil collects nothing
	Ready     func(url string) // gets the address of the page once it answers
}

// Serve shows the database in the browser, and collects what the file names,
// until ctx ends. Then what was begun is finished and committed.
func Serve(ctx context.Context, cfg Config, opt ServeConfig) error {
	l, err := loopback(opt.Listen)
	if err != nil {
		return err
	}
	cfg.Heal = opt.File != nil // what is lost is read again
	a, err := Open(ctx, cfg)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer a.Close()
	group, ctx := errgroup.WithContext(ctx)
	if opt.File != nil {
		if err := a.collects(ctx, opt.File, group.Go); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if opt.Telemetry != "" {
		if err := a.telemetry(ctx, opt.Telemetry, group.Go); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	go opt.Ready("http://" + l.Addr().String() + "/")
	group.Go(func() error { return a.tend(ctx, opt.File.ages()) })
	group.Go(func() error { return a.serve(ctx, l, a.simulated(ctx)) })
	return group.Wait()
}

// collects starts collecting what the file names.
func (a *App) collects(ctx context.Context, f *File, start func(func() error)) error {
	r := newReach(int64(f.BodyCache))
	cfg := a.cfg
	cfg.opener = r.open
	if err := a.observe(ctx, f, r, &cfg, start); err != nil {
		return err
	}
	if err := a.publishes(ctx, f, r, start); err != nil {
		return err
	}
	a.posts(ctx, f, r, start)
	path, err := NewPath(cfg)
	if err != nil {
		return err
	}
	a.broken = make(chan error, 1)
	start(func() error {
		select {
		case err := <-a.broken:
			return err
		case <-ctx.Done():
			return nil
		}
	})
	a.collector = newCollector(a, path, r, f.sources)
	a.collector.warn(f.Warnings())
	start(func() error { return errors.Join(a.collector.run(ctx), path.Close()) })
	return nil
}

// telemetry answers Prometheus and the like on an address of their own.
func (a *App) telemetry(ctx context.Context, listen string, start func(func() error)) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return &hinted{fmt.Errorf("listen on %s: %w", listen, err), "give telemetry_listen another port"}
	}
	server := web.Server(web.NewTelemetry(web.Config{Backend: a.Backend(), Version: a.cfg.Version, Log: a.cfg.log()}), a.cfg.log())
	start(func() error { return until(ctx, server, l) })
	return nil
}

// loopback listens on an address of this machine only: there is no login yet.
func loopback(listen string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, &hinted{fmt.Errorf("not an address: %s", listen), "write HOST:PORT, such as 127.0.0.1:8321"}
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &hinted{fmt.Errorf("%s is not a loopback address", listen),
			"there is no login, so the page is served on this machine only; reach it through an SSH tunnel"}
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return nil, &hinted{fmt.Errorf("listen on %s: %w", listen, err), "another port will do: --listen 127.0.0.1:0"}
	}
	return l, nil
}

// tryLoopback tells beforehand whether an address can be listened to.
func tryLoopback(listen string) error {
	l, err := loopback(listen)
	if err != nil {
		return err
	}
	return l.Close()
}

func (a *App) serve(ctx context.Context, l net.Listener, simulated bool) error {
	server := web.Server(web.New(web.Config{
		Backend: a.Backend(), Simulated: simulated, Version: a.cfg.Version, Log: a.cfg.log(),
	}), a.cfg.log())
	return until(ctx, server, l)
}

// until serves until ctx ends.
func until(ctx context.Context, server *http.Server, l net.Listener) error {
	server.BaseContext = func(net.Listener) context.Context { return ctx }
	stop := context.AfterFunc(ctx, func() {
		end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(end)
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// DemoConfig says how the demo is made.
type DemoConfig struct {
	Listen string
	Calls  int
	Seed   uint64
	Ready  func(Ready)
}

// Ready tells what the demo shows, once the page answers.
type Ready struct {
	URL    string  `json:"url"`
	DB     string  `json:"db"`
	Calls  int64   `json:"calls,omitzero"`
	Took   float64 `json:"seconds,omitzero"` // until the page could be shown
	Sent   int64   `json:"sent,omitzero"`    // bytes of messages that agents sent
	Kept   int64   `json:"kept,omitzero"`    // bytes that are kept of them
	Saving float64 `json:"saving,omitzero"`  // Sent / Kept
}

// Demo simulates a month, reads it, and serves it until ctx ends. Everything
// lies in a temporary folder, which is removed. The page is listened to only
// once it can answer with the whole month.
func Demo(ctx context.Context, cfg Config, opt DemoConfig) (err error) {
	started := time.Now()
	if err := tryLoopback(opt.Listen); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "seismo-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cfg.DB = filepath.Join(folder, "demo.duckdb")
	if err := company(&cfg, folder); err != nil {
		return err
	}
	a, err := Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	meter := &pipeline.Meter{}
	month := simulate.Config{Seed: opt.Seed, Calls: opt.Calls}
	agents, err := a.ingestSimulated(ctx, month, meter)
	if err != nil {
		return err
	}
	l, err := loopback(opt.Listen)
	if err != nil {
		return err
	}
	go opt.Ready(a.ready(ctx, l, time.Since(started), agents))
	return a.serve(ctx, l, true)
}

// company writes the invented company's map of people and networks.
func company(cfg *Config, folder string) error {
	people, networks := filepath.Join(folder, "people.yaml"), filepath.Join(folder, "networks.mmdb")
	if err := os.WriteFile(people, simulate.PeopleMap(), 0o600); err != nil {
		return err
	}
	data, err := mmdb.Write(simulate.Networks())
	if err != nil {
		return fmt.Errorf("make the demo's networks: %w", err)
	}
	if err := os.WriteFile(networks, data, 0o600); err != nil {
		return err
	}
	cfg.People, cfg.Geo = people, []string{networks}
	return nil
}
