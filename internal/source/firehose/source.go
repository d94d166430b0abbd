// Package firehose is an endpoint that Amazon Data Firehose pushes logs to, such
// as what a CloudWatch Logs subscription gives it. A request is answered with
// success only once everything in it is committed, so that whatever is lost on
// the way is sent again.
//
// It never logs or repeats the access key, never keeps more than a bounded
// number of bytes waiting, and never looks into a record.
package firehose

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"seismo/internal/crowd"
	"seismo/internal/source"
)

// Deps are what a Source needs from its house.
type Deps struct {
	Name string           // of the source in the configuration
	Log  *slog.Logger     // nil is silent
	Now  func() time.Time // nil is time.Now
}

// Source listens from the first Receive on and delivers what is pushed. It
// implements source.Source and http.Handler.
type Source struct {
	cfg      Config
	deps     Deps
	key      [sha256.Size]byte // of the access key
	room     *room
	patience time.Duration
	reading  time.Duration // longest time that a request may take to come in
	leaving  time.Duration // the same of what is left of a request that is refused
	crowd    int           // connections that may be open without a request
	pushed   chan *delivery
	failed   chan error
	closing  chan struct{}

	mu       sync.Mutex
	listener net.Listener
	server   *http.Server
	serving  sync.WaitGroup
	closed   bool
	warned   time.Time
}

// New makes a Source of a configuration. It does not listen yet.
func New(_ context.Context, cfg Config, deps Deps) (*Source, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	return &Source{
		cfg: cfg, deps: deps,
		key:      sha256.Sum256([]byte(cfg.AccessKey.Reveal())),
		room:     &room{left: 2*int64(cfg.MaxRequest) + 2*chunk},
		patience: patience,
		reading:  time.Minute,
		leaving:  leaving,
		crowd:    crowd.Most,
		pushed:   make(chan *delivery),
		failed:   make(chan error, 1),
		closing:  make(chan struct{}),
	}, nil
}

func (s *Source) now() time.Time { return s.deps.Now() }

// Receive gives the next request, io.EOF once the source is closed. Any other
// error says why nothing can come now.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	if err := s.listen(ctx); err != nil {
		return nil, err
	}
	select {
	case d := <-s.pushed:
		return d, nil
	case err := <-s.failed:
		return nil, err
	case <-s.closing:
		return nil, io.EOF
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Addr is the address that is listened on, nil before the first Receive.
func (s *Source) Addr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// listen begins to listen unless that was done.
func (s *Source) listen(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener != nil || s.closed {
		return nil
	}
	what := "listen on " + s.cfg.Listen + " for Firehose"
	secure, err := s.cfg.tls()
	if err != nil {
		return &source.Fault{Kind: source.Misconfigured, What: what, Err: err, Remedy: "Check tls_cert and tls_key."}
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.cfg.Listen)
	if err != nil {
		return &source.Fault{Kind: source.Misconfigured, What: what, Err: err, Remedy: "Check listen; another program may use the port."}
	}
	s.listener = listener
	s.server = &http.Server{
		Handler: s, TLSConfig: secure,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       s.reading,
		WriteTimeout:      patience + 2*time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelDebug),
	}
	crowd.Attach(s.server, s.crowd)
	s.serving.Go(func() { s.serve(s.server, listener, secure != nil) })
	s.deps.Log.Info("listening for Firehose", "source", s.deps.Name, "address", listener.Addr().String(), "tls", secure != nil)
	return nil
}

// serve serves until Close. When it stops by itself the next Receive listens
// again.
func (s *Source) serve(server *http.Server, listener net.Listener, secure bool) {
	var err error
	if secure {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return
	}
	s.mu.Lock()
	s.listener, s.server = nil, nil
	s.mu.Unlock()
	select {
	case s.failed <- fmt.Errorf("serve Firehose on %s: %w", s.cfg.Listen, err):
	default:
	}
}

// shutdown is how long answers may take to leave.
const shutdown = 3 * time.Second

// Close stops listening. Requests that wait are told to come again.
func (s *Source) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	server := s.server
	s.mu.Unlock()
	close(s.closing)
	if server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutdown)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		err = server.Close()
	}
	s.serving.Wait()
	return err
}
