// Package crowd bounds the connections of an HTTP server that have not sent a
// request, for addresses that anybody may reach. It never ends a connection whose
// request is under way.
package crowd

import (
	"container/list"
	"context"
	"net"
	"net/http"
	"sync"
)

// Most is how many connections may well be open without a request under way.
const Most = 1024

// Attach has at most so many connections of a server wait without a request. It
// takes ConnState and ConnContext and wraps the handler; call it last.
func Attach(server *http.Server, most int) { newCrowd(most).attach(server) }

// crowd bounds the connections that have not sent a request: when there are too
// many, the one that has waited longest is closed. Slow clients crowd out one
// another, and never a browser that sends what it has to say at once.
type crowd struct {
	most int

	mu      sync.Mutex
	order   *list.List // of net.Conn, the longest waiting first
	waiting map[net.Conn]*list.Element
}

type connKey struct{}

func newCrowd(most int) *crowd {
	return &crowd{most: most, order: list.New(), waiting: map[net.Conn]*list.Element{}}
}

// attach makes server report its connections to the crowd.
func (c *crowd) attach(server *http.Server) {
	next := server.Handler
	server.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew, http.StateIdle:
			c.enter(conn)
		case http.StateClosed, http.StateHijacked:
			c.leave(conn)
		}
	}
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			c.leave(conn)
			if r.ProtoMajor == 1 {
				// The server may wait for the rest of a body that nobody read. On later
				// protocols a connection has other requests under way.
				defer c.enter(conn)
			}
		}
		next.ServeHTTP(w, r)
	})
}

func (c *crowd) enter(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.waiting[conn] != nil {
		return
	}
	c.waiting[conn] = c.order.PushBack(conn)
	if c.order.Len() <= c.most {
		return
	}
	longest := c.order.Remove(c.order.Front()).(net.Conn)
	delete(c.waiting, longest)
	_ = longest.Close() // its own goroutine reports the end
}

func (c *crowd) leave(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.waiting[conn]; at != nil {
		c.order.Remove(at)
		delete(c.waiting, conn)
	}
}
