// Package store says what a store of events is, and holds what all stores
// share: the identity rule, the cutting of records into messages that are kept
// once, and the text of a record that can be searched.
//
// It never knows a database: implementations are sub-rooms, and all of them
// pass storetest.
package store

import (
	"context"
	"errors"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
)

// Store keeps events. Append is safe for one caller at a time; reading is safe
// beside it.
type Store interface {
	query.Searcher
	// Append commits the batch in one transaction, or nothing of it.
	Append(ctx context.Context, b Batch) (Receipt, error)
	Close() error
}

// Archive is what a store keeps beside the rows it searches.
type Archive interface {
	// Record returns what an event was made of, or ErrNotFound, ErrErased or
	// ErrNotKept. A unique beginning of an id of at least 6 characters is enough.
	Record(ctx context.Context, id string) (event.Event, event.Record, error)
	// Seen returns the ledger's entries of those objects that are done.
	Seen(ctx context.Context, objects []string) (map[string]Entry, error)
	// Quarantine lists bad items, newest first, at most limit; with bytes when asked.
	Quarantine(ctx context.Context, limit int, withBytes bool) ([]Quarantined, error)
	// Erase makes everything a person said unreadable and takes the name off
	// the rows.
	Erase(ctx context.Context, person string) (Erased, error)
}

// Gallery lists the findings that are kept.
type Gallery interface {
	// Findings lists findings, newest first, at most limit, without Raw.
	Findings(ctx context.Context, limit int) ([]event.Finding, error)
	// Finding returns one with Raw, as far as the mode keeps it, or ErrNotFound.
	Finding(ctx context.Context, id string) (event.Finding, error)
}

// Errors that callers branch on.
var (
	ErrNotFound = errors.New("no such event")
	ErrErased   = errors.New("erased: the person's key was removed")
	// ErrExpired says that the age has passed to which what was said is kept.
	ErrExpired = errors.New("not kept any more: it is older than what was said is kept")
	// ErrFull says that the disk has no room; the same Append works once it has.
	ErrFull    = errors.New("no room left on the disk")
	ErrNotKept = errors.New("not kept: the store is in metadata mode, which keeps no text")
)

// Batch is what is committed together.
type Batch struct {
	Events   []event.Event
	Bad      []decode.Item // verdict Bad
	Objects  []Entry       // ledger entries of objects that end in this batch
	Resolved []string      // quarantine ids that a retry has put right
	Findings []event.Finding
	Troubles []source.Trouble // objects that could not be read; each replaces what was known of it
}

// Empty says that there is nothing to commit.
func (b *Batch) Empty() bool {
	return len(b.Events)+len(b.Bad)+len(b.Objects)+len(b.Resolved)+len(b.Findings)+len(b.Troubles) == 0
}

// Receipt says what became of a batch's events.
type Receipt struct {
	Stored    int
	Duplicate int    // events already stored, or twice in the batch
	Expired   int    // events older than what is kept
	New       []bool // by event, in the batch's order: stored, not duplicate
	Old       []bool // by event: expired
	Findings  []bool // by finding, likewise
}

// Entry is one object in the ledger. Read = Stored + Duplicate + Skipped + Quarantined.
type Entry struct {
	source.Object
	Read, Stored, Duplicate, Skipped, Quarantined int64

	// First and Last name this object's events in the batch, Events[First:Last].
	// Append adds what becomes of them to Stored and Duplicate before it writes
	// the entry; events of former batches are counted there already.
	First, Last int
	// FirstFinding and LastFinding do so for Batch.Findings.
	FirstFinding, LastFinding int
	Skips                     map[string]int64 // by reason
	Done                      time.Time
}

// Quarantined is one bad item as kept.
type Quarantined struct {
	ID     string       `json:"id"`
	Time   time.Time    `json:"time"` // when it was read
	Reason string       `json:"reason"`
	Detail string       `json:"detail,omitzero"`
	Origin event.Origin `json:"origin"`
	SHA256 string       `json:"sha256"`
	Size   int64        `json:"size"`
	Bytes  []byte       `json:"-"` // at most decode.KeepBad
}

// Erased says what an erasure took away.
type Erased struct {
	Person string `json:"person"`
	Calls  int64  `json:"calls"` // rows whose name was taken off
	Blocks int64  `json:"blocks"`
}

// Mode is how much of what was said is kept.
type Mode string

// The modes.
const (
	Full     Mode = "full"     // all of it, sealed
	Redacted Mode = "redacted" // sealed, with secrets and personal data masked first
	Metadata Mode = "metadata" // nothing that was said
)
