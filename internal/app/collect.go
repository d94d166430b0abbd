package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"seismo/internal/config"
	"seismo/internal/pipeline"
	"seismo/internal/source"
)

// collector runs the sources of a file into the store, each by itself: one that
// cannot work is shown and tried again while the others go on.
type collector struct {
	app    *App
	path   *Path
	reach  *reach
	writer *pipeline.Writer
	lines  []*line
	stop   chan struct{}
	doubts []string // what of the file is hardly meant
}

// line is one source as it runs.
type line struct {
	plan  plan
	meter pipeline.Meter
	open  atomic.Pointer[source.Source] // as it runs now
}

func newCollector(a *App, path *Path, r *reach, plans []plan) *collector {
	c := &collector{app: a, path: path, reach: r, stop: make(chan struct{}),
		writer: pipeline.NewWriter(&sink{app: a}, pipeline.Limits{Persist: true})}
	for _, p := range plans {
		l := &line{plan: p}
		l.meter.Told = l.tell(a.cfg.log())
		c.lines = append(c.lines, l)
	}
	return c
}

// warn keeps what of the file is hardly meant for the page, and logs it.
func (c *collector) warn(list []*config.Fault) {
	for _, f := range list {
		c.doubts = append(c.doubts, f.Error()+"; "+f.Remedy)
		c.app.cfg.log().Warn("the configuration may not be what is meant", "what", f.Error(), "remedy", f.Remedy)
	}
}

// mostTold is how often at most the log tells of a source that fails and works by turns.
const mostTold = time.Minute

// tell writes to the log when a source begins to fail, and when it works again;
// what else there is to say of it is on the page.
func (l *line) tell(log *slog.Logger) func(error) {
	var mu sync.Mutex
	var last time.Time
	failing := false
	return func(fault error) {
		mu.Lock()
		defer mu.Unlock()
		switch now := time.Now(); {
		case fault == nil && failing:
			failing = false
			log.Warn("a source works again", "source", l.plan.name)
		case fault != nil && !failing && now.Sub(last) >= mostTold:
			failing, last = true, now
			var hinted interface{ Hint() string }
			remedy := ""
			if errors.As(fault, &hinted) {
				remedy = hinted.Hint()
			}
			log.Warn("a source cannot work now, and is tried again", "source", l.plan.name, "error", fault, "remedy", remedy)
		}
	}
}

// patienceAtEnd is how long what was begun may take once seismo is to end.
const patienceAtEnd = 8 * time.Second

// run collects until ctx ends; then what was begun is finished, for at most
// patienceAtEnd, and committed.
func (c *collector) run(ctx context.Context) error {
	hard, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stopping := context.AfterFunc(ctx, func() {
		close(c.stop)
		time.AfterFunc(patienceAtEnd, cancel)
	})
	defer stopping()
	var group errgroup.Group
	group.Go(func() error { return c.writer.Run(hard) })
	var sources sync.WaitGroup
	for _, l := range c.lines {
		sources.Go(func() { c.keep(hard, l) })
	}
	group.Go(func() error {
		sources.Wait()
		c.writer.Finish()
		return nil
	})
	err := group.Wait()
	if hard.Err() != nil && ctx.Err() != nil {
		return nil // the rest comes again
	}
	return err
}

// Waits before a source that broke is begun anew.
const (
	firstAgain = time.Second
	mostAgain  = time.Minute
)

// keep runs one source for as long as it is wanted.
func (c *collector) keep(ctx context.Context, l *line) {
	for wait := firstAgain; ; wait = min(2*wait, mostAgain) {
		err := c.once(ctx, l)
		if ctx.Err() != nil || c.stopping() || err == nil {
			return
		}
		l.meter.Down(err)
		select {
		case <-time.After(wait):
		case <-c.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}

func (c *collector) once(ctx context.Context, l *line) (err error) {
	src, err := l.plan.cfg.open(ctx, c.deps(l))
	if err != nil {
		return err
	}
	l.open.Store(&src)
	defer func() { err = errors.Join(err, src.Close()) }()
	cfg := c.path.config(l.plan.name, src)
	cfg.Workers, cfg.Endless, cfg.Stop = l.plan.workers, true, c.stop
	return pipeline.Run(ctx, cfg, c.writer, &l.meter)
}

func (c *collector) stopping() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

func (c *collector) deps(l *line) deps { return deps{l.plan.name, c.app, c.reach, c.app.store} }
