package standin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Transport carries requests to the cloud without a socket or a goroutine, so
// that a testing/synctest bubble can hold both sides.
func (c *Cloud) Transport() http.RoundTripper { return wire{c} }

type wire struct{ cloud *Cloud }

func (w wire) RoundTrip(h *http.Request) (*http.Response, error) {
	if err := h.Context().Err(); err != nil {
		return nil, err
	}
	a, err := w.cloud.serve(h)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, ContentLength: a.length, Request: h,
		Body: &stream{ctx: h.Context(), r: a.body},
	}, nil
}

// ServeHTTP is the cloud for real connections. A body that is cut ends its
// connection.
func (c *Cloud) ServeHTTP(w http.ResponseWriter, h *http.Request) {
	a, err := c.serve(h)
	if err != nil {
		panic(http.ErrAbortHandler) // closes the connection, as a network does
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.length >= 0 {
		w.Header().Set("Content-Length", strconv.FormatInt(a.length, 10))
	}
	w.WriteHeader(a.status)
	if h.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, &stream{ctx: h.Context(), r: a.body}); err != nil {
		if flush, ok := w.(http.Flusher); ok {
			flush.Flush() // what was sent before the cut arrives
		}
		panic(http.ErrAbortHandler)
	}
}

// errDropped is a connection that ended without an answer.
var errDropped = errors.New("connection reset by peer")

// serve answers one call, in the order: delay, what the script does, work.
func (c *Cloud) serve(h *http.Request) (*answer, error) {
	call := Call{Time: time.Now()}
	r, err := c.read(h)
	if err != nil {
		return nil, err
	}
	r.fault = c.judge(r)
	call.Service, call.Op, call.Region, call.AccessKey, call.Subject = r.service, r.op, r.region, r.accessKey, r.subject
	out, err := c.perform(r, call)
	var f *failure
	isFailure := errors.As(err, &f)
	if err != nil && !isFailure {
		c.note(call)
		return nil, err
	}
	a := r.encode(out, f)
	call.Status = a.status
	if f != nil {
		call.Code = f.code
	}
	c.note(call)
	return r.spoil(a), nil
}

// perform does the work of a call, and before or after it what the script says.
func (c *Cloud) perform(r *request, call Call) (out any, err error) {
	if err := r.wait(r.fault.delay); err != nil {
		return nil, err
	}
	script := func() error {
		for _, do := range r.fault.do {
			do(r.http.Context(), call)
		}
		switch {
		case r.fault.drop:
			return errDropped
		case r.fault.err != nil:
			return r.fault.err
		}
		return nil
	}
	if r.fault.late {
		out, err = c.work(r)
		if e := script(); e != nil {
			return nil, e
		}
		return out, err
	}
	if err := script(); err != nil {
		return nil, err
	}
	return c.work(r)
}

func (c *Cloud) note(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
}

func (c *Cloud) work(r *request) (any, error) {
	s, ok := c.services[r.service]
	if !ok {
		return nil, fail(400, "UnknownService", "the stand-in has no %s", r.service)
	}
	op, ok := s.ops[r.op]
	if !ok {
		return nil, fail(400, "UnknownOperationException", "the stand-in's %s has no %q", r.service, r.op)
	}
	if r.service == "s3" {
		c.deliver()
	}
	return op(r)
}

// spoil does to an answer what the script says.
func (r *request) spoil(a *answer) *answer {
	for name, values := range r.fault.header {
		a.header[name] = values
	}
	if r.http.Method == http.MethodHead {
		a.body = http.NoBody
		return a
	}
	if r.fault.pace > 0 {
		a.body = &paced{r: a.body, request: r}
	}
	if r.fault.cut > 0 && r.fault.cut < a.length {
		a.body = &cut{r: a.body, left: r.fault.cut}
	}
	return a
}

// cut reads a part and then breaks.
type cut struct {
	r    io.Reader
	left int64
}

func (b *cut) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// paced waits before each piece.
type paced struct {
	r       io.Reader
	request *request
}

func (b *paced) Read(p []byte) (int, error) {
	if err := b.request.wait(b.request.fault.pace); err != nil {
		return 0, err
	}
	return b.r.Read(p[:min(len(p), 64<<10)])
}

// stream is a body as its caller reads it: it ends with the call's context.
type stream struct {
	ctx    context.Context
	r      io.Reader
	closed bool
}

func (s *stream) Read(p []byte) (int, error) {
	if s.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

func (s *stream) Close() error {
	s.closed = true
	return nil
}
