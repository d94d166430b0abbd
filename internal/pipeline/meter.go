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

// Meter counts a run while it goes on. The zero Meter is ready.
type Meter struct {
	Bytes, Objects, Known atomic.Int64 // bytes as stored; objects ended; of them known from an earlier run
	Read, Stored          atomic.Int64
	Duplicate             atomic.Int64

	mu          sync.Mutex
	skipped     map[string]int64
	quarantined map[string]int64
	unread      []Unread
}

// Unread is an object that could not be read, and why. It is read again when it
// is delivered again.
type Unread struct {
	Object source.Object
	Err    error
}

// Counts is a meter read at one moment. When the run has ended,
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
	return Counts{
		Bytes: m.Bytes.Load(), Objects: m.Objects.Load(), Known: m.Known.Load(),
		Read: m.Read.Load(), Stored: m.Stored.Load(), Duplicate: m.Duplicate.Load(),
		Skipped: sum(m.skipped), Quarantined: sum(m.quarantined),
		SkippedBy: maps.Clone(m.skipped), BadBy: maps.Clone(m.quarantined),
		Unread: slices.Clone(m.unread),
	}
}

func sum(counts map[string]int64) (total int64) {
	for _, n := range counts {
		total += n
	}
	return total
}

func (m *Meter) skip(reason string)       { m.tally(&m.skipped, reason, 1) }
func (m *Meter) quarantine(reason string) { m.tally(&m.quarantined, reason, 1) }

func (m *Meter) tally(counts *map[string]int64, reason string, n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if *counts == nil {
		*counts = map[string]int64{}
	}
	(*counts)[reason] += n
}

// again books an object that the ledger knows: all its events are duplicates,
// what was skipped or bad in it is so again.
func (m *Meter) again(e store.Entry) {
	m.Objects.Add(1)
	m.Known.Add(1)
	m.Bytes.Add(max(e.Size, 0))
	m.Read.Add(e.Read)
	m.Duplicate.Add(e.Read - e.Skipped)
	for reason, n := range e.Skips {
		m.tally(&m.skipped, reason, n)
	}
}

func (m *Meter) failed(o source.Object, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unread = append(m.unread, Unread{o, err})
}

// countingReader adds what is read from an object to the meter.
type countingReader struct {
	io.Reader
	meter *Meter
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.meter.Bytes.Add(int64(n))
	return n, err
}
