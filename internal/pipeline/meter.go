package pipeline

import (
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"seismo/internal/source"
	"seismo/internal/store"
)

// Meter counts a run while it goes on: bytes as they are read, everything else
// once it is committed, so that the counts add up however the run ends. The
// zero Meter is ready.
type Meter struct {
	bytes atomic.Int64

	mu     sync.Mutex
	counts Counts
}

// Unread is an object that could not be read, and why. It is read again when it
// is delivered again.
type Unread struct {
	Object source.Object
	Err    error
}

// Counts is a meter read at one moment.
// Read = Stored + Duplicate + Skipped + Quarantined.
type Counts struct {
	Bytes       int64            `json:"bytes"` // as stored, compressed where it is
	Objects     int64            `json:"objects"`
	Known       int64            `json:"known_objects"` // read in an earlier run
	Read        int64            `json:"read"`
	Stored      int64            `json:"stored"`
	Duplicate   int64            `json:"duplicate"`
	Skipped     int64            `json:"skipped"`
	Quarantined int64            `json:"quarantined"`
	SkippedBy   map[string]int64 `json:"skipped_by,omitempty"`     // reason: count
	BadBy       map[string]int64 `json:"quarantined_by,omitempty"` // reason: count
	Unread      []Unread         `json:"-"`
}

// Counts reads the meter.
func (m *Meter) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts
	c.Bytes = m.bytes.Load()
	c.SkippedBy, c.BadBy, c.Unread = maps.Clone(c.SkippedBy), maps.Clone(c.BadBy), slices.Clone(c.Unread)
	return c
}

// tally counts the pieces of a batch.
type tally struct {
	read         int64
	skipped, bad map[string]int64 // by reason
}

// book adds a committed batch, in which some objects end.
func (m *Meter) book(t tally, r store.Receipt, objects int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &m.counts
	c.Objects += int64(objects)
	c.Read += t.read
	c.Stored += int64(r.Stored)
	c.Duplicate += int64(r.Duplicate)
	for reason, n := range t.skipped {
		c.Skipped += n
		count(&c.SkippedBy, reason, n)
	}
	for reason, n := range t.bad {
		c.Quarantined += n
		count(&c.BadBy, reason, n)
	}
}

// again books an object that the ledger knows: all its events are duplicates,
// and so is what was bad in it; what was skipped is so again.
func (m *Meter) again(e store.Entry) {
	m.bytes.Add(max(e.Size, 0))
	m.book(tally{read: e.Read, skipped: e.Skips}, store.Receipt{Duplicate: int(e.Read - e.Skipped)}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Known++
}

func (m *Meter) failed(o source.Object, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Unread = append(m.counts.Unread, Unread{o, err})
}

func count(counts *map[string]int64, reason string, n int64) {
	if *counts == nil {
		*counts = map[string]int64{}
	}
	(*counts)[reason] += n
}

// countingReader adds what is read from an object to the meter.
type countingReader struct {
	io.Reader
	meter *Meter
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.meter.bytes.Add(int64(n))
	return n, err
}
