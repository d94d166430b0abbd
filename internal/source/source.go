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
	// ID is the stable identity of these bytes, the ledger's key: place, version
	// and size. However the same bytes are found (listed, notified), it is the
	// same. "" is a mark: it is not opened, and only its Cursor is kept.
	ID       string
	Origin   event.Origin
	Size     int64     // bytes as stored, -1 when unknown
	Modified time.Time // when it was written at its place; zero when unknown
	Attempt  int       // how often it was delivered, this time included; 0 is the first time
	Cursor   *Cursor   // where its place stands once this object is committed; nil: unchanged
}

// Cursor is how far a place has been read. It is kept in the same transaction as
// the rows, so that it is never ahead of them.
type Cursor struct {
	Name  string // of the place: "cwl:arn:aws:logs:eu-west-1:111122223333:log-group:bedrock"
	Value string // as the source understands it; JSON as a rule
}

// Delivery is one object or message to read. Settle(nil) says that its rows are
// committed; Settle(err) says that they are not, and the object comes again.
type Delivery interface {
	Object() Object
	// Open opens the bytes. Its error is a *Fault where the place said why.
	Open(ctx context.Context) (io.ReadCloser, error)
	Settle(ctx context.Context, err error) error
}

// Source hands out deliveries. Receive blocks until there is one and returns
// io.EOF when there will be no more. Any other error says why there is none now,
// a *Fault where the place said so; Receive may be called again, and the caller
// waits a while before it does. A nil Delivery without an error says that the
// place answered and has nothing now; a source that polls gives one for each
// poll that found nothing, so that it is seen to be alive. Receive is called by one goroutine, Settle by
// several.
type Source interface {
	Receive(ctx context.Context) (Delivery, error)
	Close() error
}

// Journal is what is known of places from former deliveries. A store is one.
type Journal interface {
	// Done returns those of the objects that need no further reading.
	Done(ctx context.Context, ids []string) (map[string]bool, error)
	// Cursor returns the value that was committed last, "" when there is none.
	Cursor(ctx context.Context, name string) (string, error)
	// Troubles returns the objects of a source that could not be read yet.
	Troubles(ctx context.Context, source string) ([]Trouble, error)
}

// Trouble is an object that could not be read yet. It is forgotten once the
// object is committed or given up.
type Trouble struct {
	Object
	Source   string // name of the source
	Fault    Kind
	Detail   string // a sentence with its remedy; never any content, never a secret
	Attempts int
	First    time.Time
	Last     time.Time
	Next     time.Time // when a listing source tries it again
}
