package web

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"time"
)

// answerTime is how long one request of a browser may keep the store busy; a
// command on the local socket bounds itself.
const answerTime = 60 * time.Second

// site is a handler's configuration and templates.
type site struct {
	Config
	local     bool // behind a unix socket: the reader is who the client says
	templates *template.Template
}

func newSite(cfg Config) *site {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Actor == "" {
		cfg.Actor = "browser on loopback"
	}
	return &site{Config: cfg, templates: parseTemplates()}
}

// route is one line of the route table.
type route struct {
	pattern string
	page    bool // HTML for a browser: not offered on the local socket
	serve   func(http.ResponseWriter, *http.Request) error
}

// routes is the whole table. Every answer of /api is JSON, or CSV with
// format=csv where it is a list or a table; an error is {"code","error","hint"}.
//
//	/api/search          q from to limit after oldest, fields (of CSV)
//	/api/aggregate       q from to bucket by measure sort limit
//	/api/calls/{id}      record=true adds what the event was made of, in base64
//	/api/calls/{id}/raw  part=input or output for a body that came from S3
//	/api/sql             {"query","limit"}: one SELECT
//	/api/quarantine      limit
//	/api/status
//	/api/sources
//	/api/coverage        from to: at most 30 days; CSV of the rows
//	/api/inventory
//	/api/findings        limit
func (s *site) routes() []route {
	return append(s.telemetry(), []route{
		{"GET /{$}", true, s.home},
		{"GET /calls", true, s.calls},
		{"GET /sources", true, s.sources},
		{"GET /coverage", true, s.covered},
		{"GET /findings", true, s.findings},
		{"GET /calls/{id}", true, s.call},
		{"GET /static/{file}", true, s.static},
		{"GET /api/search", false, s.apiSearch},
		{"GET /api/aggregate", false, s.apiAggregate},
		{"GET /api/calls/{id}", false, s.apiCall},
		{"GET /api/calls/{id}/raw", false, s.apiRaw},
		{"POST /api/sql", false, s.apiSQL},
		{"GET /api/quarantine", false, s.apiQuarantine},
		{"GET /api/status", false, s.apiStatus},
		{"GET /api/sources", false, s.apiSources},
		{"GET /api/coverage", false, s.apiCoverage},
		{"GET /api/inventory", false, s.apiInventory},
		{"GET /api/findings", false, s.apiFindings},
		{"/api/", false, func(http.ResponseWriter, *http.Request) error { return notHere("this address") }},
		{"/", true, func(http.ResponseWriter, *http.Request) error { return notHere("this page") }},
	}...)
}

func healthy(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	send(w, []byte("ok\n"))
	return nil
}

// handler bounds a route in time and turns its error into an answer of the kind
// the route gives. Routes write nothing before they can no longer fail.
func (s *site) handler(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := r.Context(), func() {}
		if !s.local {
			ctx, cancel = context.WithTimeout(ctx, answerTime)
		}
		defer cancel()
		err := rt.serve(w, r.WithContext(ctx))
		switch {
		case err == nil:
		case errors.Is(err, context.Canceled) && r.Context().Err() != nil:
			// The client has gone; nobody reads an answer.
		case rt.page:
			s.problemPage(w, r, s.explain(err))
		default:
			writeProblem(w, s.explain(err))
		}
	})
}

// readerOf says who reads what was said. Headers are believed only when they
// came over the unix socket.
func (s *site) readerOf(r *http.Request, action string) Reader {
	if !s.local {
		return Reader{Actor: s.Actor, Action: action}
	}
	by := Reader{Actor: header(r, headerActor), Action: header(r, headerAction), Reason: header(r, headerReason)}
	if by.Actor == "" {
		by.Actor = "local socket"
	}
	if by.Action == "" {
		by.Action = action
	}
	return by
}
