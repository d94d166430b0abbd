// Package source says what a place is that records come from, and what it
// delivers: an object or message that is opened, read, and settled once its
// rows are committed. Sub-rooms hold the places themselves.
//
// It never decodes what it delivers and never deletes anything before Settle.
package source

import (
	"context"
	"io"
	"time"

	"seismo/internal/event"
)

// Object identifies the exact bytes of one delivery.
type Object struct {
	ID       string // stable identity of these bytes: place, version, size; the ledger's key
	Origin   event.Origin
	Size     int64     // bytes as stored, -1 when unknown
	Modified time.Time // zero when unknown
}

// Delivery is one object or message to read. Settle(nil) says that its rows are
// committed; Settle(err) says that they are not, and the object comes again.
type Delivery interface {
	Object() Object
	Open(ctx context.Context) (io.ReadCloser, error)
	Settle(ctx context.Context, err error) error
}

// Source hands out deliveries. Receive blocks until there is one and returns
// io.EOF when there will be no more.
type Source interface {
	Receive(ctx context.Context) (Delivery, error)
	Close() error
}
