package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/go-json-experiment/json"

	"seismo/internal/query"
	"seismo/internal/store"
)

// problem is an error as a client sees it.
type problem struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`  // one of the code constants: what a program branches on
	Message string `json:"error"` // what went wrong, for people
	Hint    string `json:"hint,omitzero"`
}

func (p *problem) Error() string { return p.Message }

// Unwrap gives the store's own errors back at the far end of the API.
func (p *problem) Unwrap() error {
	switch p.Code {
	case codeNotFound:
		return store.ErrNotFound
	case codeErased:
		return store.ErrErased
	case codeNotKept:
		return store.ErrNotKept
	case codeExpired:
		return store.ErrExpired
	case codeTimeout:
		return context.DeadlineExceeded
	}
	return nil
}

const (
	codeBadRequest = "bad_request"
	codeBadQuery   = "bad_query"
	codeNotFound   = "not_found"
	codeErased     = "erased"
	codeNotKept    = "not_kept"
	codeExpired    = "expired"
	codeNoRoute    = "no_route"
	codeTooLarge   = "too_large"
	codeTimeout    = "timeout"
	codeInternal   = "internal"
)

func unreadable(name, want string) *problem {
	return &problem{http.StatusBadRequest, codeBadRequest, "cannot read " + name, "Give " + want + "."}
}

func badQuery(err error) *problem {
	p := &problem{http.StatusBadRequest, codeBadQuery, err.Error(),
		`Examples: model:claude* person:alice tokens.output>5000 "ignore previous" -outcome:success`}
	var syntax *query.SyntaxError
	if errors.As(err, &syntax) {
		p.Message = fmt.Sprintf("query, character %d: %s", syntax.Pos, syntax.Message)
		p.Hint = firstOf(syntax.Hint, p.Hint)
	}
	return p
}

func notHere(what string) *problem {
	return &problem{http.StatusNotFound, codeNoRoute, what + " is not available here", ""}
}

// explain makes a problem of any error. What a client is not told is logged.
func (s *site) explain(err error) *problem {
	var known *problem
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, store.ErrNotFound):
		return &problem{http.StatusNotFound, codeNotFound, "no such event",
			"Ids come from a search; a unique beginning of at least 6 characters is enough."}
	case errors.Is(err, store.ErrErased):
		return &problem{http.StatusGone, codeErased, "erased: the person's key was removed",
			"What was said cannot be read any more; counts and costs stay."}
	case errors.Is(err, store.ErrNotKept):
		return &problem{http.StatusNotFound, codeNotKept, "not kept: the store is in metadata mode, which keeps no text", ""}
	case errors.Is(err, store.ErrExpired):
		return &problem{http.StatusGone, codeExpired, store.ErrExpired.Error(), "The age is retention.bodies in the configuration; counts and costs stay."}
	case errors.Is(err, store.ErrCursor):
		return &problem{http.StatusBadRequest, codeBadRequest, "cannot read after", "Give the next of the page before, or leave it out."}
	case errors.As(err, &large):
		return &problem{http.StatusRequestEntityTooLarge, codeTooLarge,
			fmt.Sprintf("the request is larger than %s", size(large.Limit)), ""}
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{http.StatusServiceUnavailable, codeTimeout, "the answer took too long",
			"Narrow the time range or the query."}
	}
	s.Log.Error("request failed", "err", err)
	p := &problem{http.StatusInternalServerError, codeInternal, "seismo could not answer; its log says why", ""}
	if s.local {
		p.Message = err.Error()
	}
	return p
}

func writeProblem(w http.ResponseWriter, p *problem) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(p.Status)
	_ = json.MarshalWrite(w, p)
}
