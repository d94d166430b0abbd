package pipeline

import (
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"seismo/internal/source"
	"seismo/internal/store"
)

// Meter counts one source while it is read: bytes as they are read, everything
// else once it is committed, so that the counts add up however the run ends. The
// zero Meter is ready.
type Meter struct {
	// Told, where it is set before the run, hears each time why the source cannot
	// work, and nil when it works again.
	Told func(fault error)

	bytes atomic.Int64

	mu     sync.Mutex
	counts Counts
	pace   pace
}

// Unread is an object that could not be read, and why. It is read again when it
// is delivered again.
type Unread struct {
	Object source.Object
	Err    error
}

// mostUnread is how many unread objects a meter names; it counts all of them.
const mostUnread = 1000

// Counts is a meter read at one moment.
// Read = Stored + Duplicate + Skipped + Quarantined.
type Counts struct {
	Bytes       int64                 `json:"bytes"` // as stored, compressed where it is
	Objects     int64                 `json:"objects"`
	Known       int64                 `json:"known_objects"` // read before, or at the same time by another way
	Read        int64                 `json:"read"`
	Stored      int64                 `json:"stored"`
	Duplicate   int64                 `json:"duplicate"`
	Skipped     int64                 `json:"skipped"`
	Quarantined int64                 `json:"quarantined"`
	SkippedBy   map[string]int64      `json:"skipped_by,omitempty"`     // reason: count
	BadBy       map[string]int64      `json:"quarantined_by,omitempty"` // reason: count
	Failed      int64                 `json:"failed_reads"`             // objects that were not read to their end; they come again
	FailedBy    map[source.Kind]int64 `json:"failed_by,omitempty"`
	Unsettled   int64                 `json:"unsettled"` // committed, but the source could not be told; known when it comes again
	Unread      []Unread              `json:"-"`         // the newest failed objects
	State       State                 `json:"state"`
}

// State says how a source does now.
type State struct {
	Seen       time.Time `json:"seen,omitzero"`   // when its place answered last
	Fault      error     `json:"-"`               // why nothing comes now; nil when all is well
	Since      time.Time `json:"since,omitzero"`  // of the fault
	Lag        float64   `json:"lag_seconds"`     // the longest of the last minute, from written at its place to committed
	PerSecond  float64   `json:"read_per_second"` // records, over the last minute
	BytesRate  float64   `json:"bytes_per_second"`
	LastCommit time.Time `json:"last_commit,omitzero"`
}

// Counts reads the meter.
func (m *Meter) Counts() Counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.counts
	c.Bytes = m.bytes.Load()
	c.SkippedBy, c.BadBy, c.FailedBy = maps.Clone(c.SkippedBy), maps.Clone(c.BadBy), maps.Clone(c.FailedBy)
	c.Unread = slices.Clone(c.Unread)
	c.State.Lag, c.State.PerSecond, c.State.BytesRate = m.pace.read(time.Now())
	return c
}

// tally counts the pieces of an object.
type tally struct {
	read         int64
	skipped, bad map[string]int64 // by reason
}

func (t *tally) add(o tally) {
	t.read += o.read
	for reason, n := range o.skipped {
		count(&t.skipped, reason, n)
	}
	for reason, n := range o.bad {
		count(&t.bad, reason, n)
	}
}

// book adds what a committed batch has of an object.
func (m *Meter) book(p *part) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.counts.State.LastCommit = now
	m.pace.add(now, p.tally.read, p.bytesRead(), lag(now, p))
	m.sum(p.tally, p.receipt)
}

func (m *Meter) sum(t tally, r store.Receipt) {
	c := &m.counts
	c.Read += t.read
	c.Stored += int64(r.Stored)
	c.Duplicate += int64(r.Duplicate)
	if n := int64(r.Expired); n > 0 {
		c.Skipped += n
		count(&c.SkippedBy, store.Expired, n)
	}
	for reason, n := range t.skipped {
		c.Skipped += n
		count(&c.SkippedBy, reason, n)
	}
	for reason, n := range t.bad {
		c.Quarantined += n
		count(&c.BadBy, reason, n)
	}
}

// done counts an object that is read and committed whole.
func (m *Meter) done(e store.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.ID != "" {
		m.counts.Objects++
	}
}

// again books an object that the ledger knows: all its events are duplicates,
// and so is what was bad in it; what was skipped is so again.
func (m *Meter) again(e store.Entry) {
	m.bytes.Add(max(e.Size, 0))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Objects++
	m.counts.Known++
	m.sum(tally{read: e.Read, skipped: e.Skips}, store.Receipt{Duplicate: int(e.Read - e.Skipped)})
}

// shared counts an object that another delivery brought at the same time.
func (m *Meter) shared() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Objects++
	m.counts.Known++
}

// failed counts an object that was not read to its end; a nil err says that it
// does not come again.
func (m *Meter) failed(o source.Object, kind source.Kind, err error) {
	if err == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Failed++
	if m.counts.FailedBy == nil {
		m.counts.FailedBy = map[source.Kind]int64{}
	}
	m.counts.FailedBy[kind]++
	if len(m.counts.Unread) == mostUnread {
		m.counts.Unread = slices.Delete(m.counts.Unread, 0, mostUnread/2)
	}
	m.counts.Unread = append(m.counts.Unread, Unread{o, err})
}

func (m *Meter) unsettled(error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Unsettled++
}

// Down says why the source gives nothing now.
func (m *Meter) Down(err error) {
	m.mu.Lock()
	s := &m.counts.State
	if s.Fault == nil {
		s.Since = time.Now().UTC()
	}
	s.Fault = err
	m.mu.Unlock()
	if m.Told != nil {
		m.Told(err)
	}
}

// up says that the source's place answered.
func (m *Meter) up() {
	m.mu.Lock()
	s := &m.counts.State
	again := s.Fault != nil
	s.Seen, s.Fault, s.Since = time.Now().UTC(), nil, time.Time{}
	m.mu.Unlock()
	if again && m.Told != nil {
		m.Told(nil)
	}
}

func count(counts *map[string]int64, reason string, n int64) {
	if *counts == nil {
		*counts = map[string]int64{}
	}
	(*counts)[reason] += n
}

// countingReader adds what is read from an object to the meter, and keeps the
// error that ended it.
type countingReader struct {
	io.Reader
	meter *Meter
	err   error
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.meter.bytes.Add(int64(n))
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}
