// Package web serves seismo's pages and its HTTP API: JSON and CSV come from
// the handlers that the pages share their numbers with. Client speaks the same
// API to another process over a unix socket, so that a command finds the same
// answers whoever holds the database.
//
// It never imports a store's implementation, never changes anything on a GET,
// never shows what was said as HTML or Markdown (only as text), asks no other
// origin for anything, and holds no state between requests.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"seismo/internal/crowd"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// Backend is what pages and API ask. Every func may be nil: what it would
// answer is then said to be missing here (404).
type Backend struct {
	query.Searcher
	// Call returns one event whole, with its messages, and what it was made of.
	// The reading is audited before Call returns. A unique beginning of the id of
	// at least 6 characters is enough. Errors wrap store.ErrNotFound, ErrErased or
	// ErrNotKept.
	Call func(ctx context.Context, id string, by Reader) (event.Event, event.Record, error)
	// SQL runs one read-only SELECT and returns at most limit rows; 0 is the
	// store's own limit.
	SQL func(ctx context.Context, text string, limit int) (query.Table, error)
	// Quarantine lists what could not be read, newest first.
	Quarantine func(ctx context.Context, limit int) ([]store.Quarantined, error)
	Status     func(ctx context.Context) (Status, error)
	// Sources tells how collecting does, source by source.
	Sources func(ctx context.Context) (Collection, error)
	// Findings lists what detectors noticed, newest first, without what they wrote.
	Findings func(ctx context.Context, limit int) ([]event.Finding, error)
	// Coverage holds the counts of a span against one another.
	Coverage func(ctx context.Context, from, to time.Time) (Coverage, error)
	// Inventory tells what the accounts hold, as it was last seen.
	Inventory func(ctx context.Context) (Inventory, error)
}

// Reader is who reads what was said, for the audit.
type Reader struct {
	Actor  string // a person or process: "browser on loopback", "alice (cli)"
	Action string // what was done: "page", "api", "raw"
	Reason string // as given by the reader; may be empty
}

// Status says what the store holds and does.
type Status struct {
	DB          string     `json:"db"`   // path of the database file
	Mode        store.Mode `json:"mode"` // how much of what was said is kept
	Calls       int64      `json:"calls"`
	Trail       int64      `json:"trail"` // CloudTrail events stored, those merged into their call included
	Quarantined int64      `json:"quarantined"`
	Newest      time.Time  `json:"newest,omitzero"` // time of the newest event
	Oldest      time.Time  `json:"oldest,omitzero"` // time of the oldest event
	Ingest      Ingest     `json:"ingest,omitzero"`
	Version     string     `json:"version,omitzero"`
}

// Ingest says whether records are being read right now.
type Ingest struct {
	Running bool      `json:"running"`
	Started time.Time `json:"started,omitzero"`
	Objects int64     `json:"objects,omitzero"` // objects finished so far
	Read    int64     `json:"read,omitzero"`    // records read so far
	Stored  int64     `json:"stored,omitzero"`
	Error   string    `json:"error,omitzero"` // why the last ingest stopped; never any content
}

// Config is what the pages need to be served.
type Config struct {
	Backend
	Simulated bool             // the data was made by seismo itself: every page says so
	Version   string           // shown at the foot of every page
	Hosts     []string         // names and addresses beside loopback that requests may be addressed to
	Actor     string           // who reads through the pages, for the audit; "" is "browser on loopback"
	Now       func() time.Time // nil is time.Now
	Log       *slog.Logger     // nil is silent; it never gets a line that holds what was said
}

// New returns the pages and the API for a browser. It asks nobody to log in, so
// it must be listened to on loopback only: the caller refuses other addresses.
// Requests addressed to a name that is neither loopback nor in Hosts are
// refused, which keeps a foreign page from reaching it by DNS rebinding, and so
// are cross-origin requests that could change something.
func New(cfg Config) http.Handler {
	s := newSite(cfg)
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.pattern, s.handler(r))
	}
	return s.guard(http.NewCrossOriginProtection().Handler(mux))
}

// NewLocal returns the API alone, for a unix socket that only the file's owner
// can open. It trusts what Client says about who is reading, which New never
// does.
func NewLocal(cfg Config) http.Handler {
	s := newSite(cfg)
	s.local = true
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		if !r.page {
			mux.Handle(r.pattern, s.handler(r))
		}
	}
	return s.recovered(mux)
}

// Server returns an HTTP server for handler with timeouts and header limits that
// slow or endless requests run into, and a bound on connections that send none.
// The caller sets BaseContext and listens; ConnState and ConnContext are taken.
func Server(handler http.Handler, log *slog.Logger) *http.Server {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    256 << 10, // the longest query, percent-encoded
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	crowd.Attach(server, crowd.Most)
	return server
}
