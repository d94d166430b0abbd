package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"seismo/internal/query"
)

// States of a source.
const (
	SourceReading = "reading" // records came in the last minute
	SourceWaiting = "waiting" // its place answers and has nothing new
	SourceStarts  = "starts"  // its place has not answered yet
	SourceFails   = "fails"   // it cannot work now; Why says why
)

// Source is one place that records come from, as it does now.
type Source struct {
	Name   string    `json:"name"`
	Kind   string    `json:"kind"`  // aws-s3, aws-cloudwatch, aws-cloudtrail, aws-firehose, folder
	Place  string    `json:"place"` // queue, bucket, group; never with a secret
	State  string    `json:"state"`
	Why    string    `json:"why,omitzero"`
	Remedy string    `json:"remedy,omitzero"`
	Since  time.Time `json:"since,omitzero"`  // of SourceFails
	Notes  []string  `json:"notes,omitempty"` // what only its kind has to tell
	Seen   time.Time `json:"seen,omitzero"`   // when its place answered last

	Lag       float64   `json:"lag_seconds"`     // the longest of the last minute, from written at its place to stored
	PerSecond float64   `json:"read_per_second"` // records, over the last minute
	BytesRate float64   `json:"bytes_per_second"`
	Committed time.Time `json:"last_commit,omitzero"`

	// Read = Stored + Duplicate + Skipped + Quarantined, since seismo started.
	Objects     int64 `json:"objects"`
	Known       int64 `json:"known_objects"`
	Bytes       int64 `json:"bytes"`
	Read        int64 `json:"read"`
	Stored      int64 `json:"stored"`
	Duplicate   int64 `json:"duplicate"`
	Skipped     int64 `json:"skipped"`
	Quarantined int64 `json:"quarantined"`

	Failed   int64            `json:"failed_reads"` // objects that could not be read to their end; they come again
	FailedBy map[string]int64 `json:"failed_by,omitempty"`
	Waiting  int64            `json:"waiting,omitzero"`   // objects that wait to be tried again
	Troubles []Trouble        `json:"troubles,omitempty"` // the first of them, at most 50
}

// Untried is how many objects wait to be tried again, those that are not listed
// too.
func (s Source) Untried() int64 { return max(s.Waiting, int64(len(s.Troubles))) }

// Told are the notes that say something beside why the source fails.
func (s Source) Told() []string {
	return slices.DeleteFunc(slices.Clone(s.Notes), func(note string) bool { return s.Why != "" && strings.Contains(note, s.Why) })
}

// Trouble is an object that could not be read yet.
type Trouble struct {
	Key      string    `json:"key"`
	Fault    string    `json:"fault"`
	Detail   string    `json:"detail"`
	Attempts int       `json:"attempts"`
	First    time.Time `json:"first"`
	Next     time.Time `json:"next,omitzero"`
}

// Collection is how collecting does as a whole.
type Collection struct {
	Sources  []Source   `json:"sources"`
	Outgoing []Outgoing `json:"outgoing,omitempty"` // in the order of the configuration
	Stalled  string     `json:"stalled,omitzero"`   // why nothing is written now: the disk is full, …
	Since    time.Time  `json:"stalled_since,omitzero"`
	Notices  []string   `json:"notices,omitempty"` // what the operator should know: a damaged file was moved aside, …
}

// Failing counts the sources that cannot work now.
func (c Collection) Failing() (n int) {
	for _, s := range c.Sources {
		if s.State == SourceFails {
			n++
		}
	}
	return n
}

func (s *site) sources(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "sources", page{Title: "Sources", Nav: "sources", Body: c})
}

func (s *site) collection(r *http.Request) (Collection, error) {
	if s.Sources == nil {
		return Collection{}, notHere("the list of sources")
	}
	c, err := s.Sources(r.Context())
	if err != nil {
		return c, fmt.Errorf("sources: %w", err)
	}
	return c, nil
}

func (s *site) apiSources(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	if wantsCSV(r) {
		return writeCSV(w, "sources.csv", c.table())
	}
	return writeJSON(w, c)
}

// table is the list as rows, for CSV.
func (c Collection) table() query.Table {
	t := query.Table{Columns: []string{"name", "kind", "place", "state", "why", "lag_seconds", "read_per_second", "objects",
		"known_objects", "bytes", "read", "stored", "duplicate", "skipped", "quarantined", "failed_reads"}}
	for _, s := range c.Sources {
		t.Rows = append(t.Rows, []any{s.Name, s.Kind, s.Place, s.State, s.Why, s.Lag, s.PerSecond, s.Objects,
			s.Known, s.Bytes, s.Read, s.Stored, s.Duplicate, s.Skipped, s.Quarantined, s.Failed})
	}
	return t
}

// Sums are the counts of all sources together.
type Sums struct {
	Sources, Failing                              int64
	Read, Stored, Duplicate, Skipped, Quarantined int64
	PerSecond, Lag                                float64
}

// Sums adds up the sources.
func (c Collection) Sums() Sums {
	t := Sums{Sources: int64(len(c.Sources)), Failing: int64(c.Failing())}
	for _, s := range c.Sources {
		t.Read += s.Read
		t.Stored += s.Stored
		t.Duplicate += s.Duplicate
		t.Skipped += s.Skipped
		t.Quarantined += s.Quarantined
		t.PerSecond += s.PerSecond
		t.Lag = max(t.Lag, s.Lag)
	}
	return t
}

// markOf is the colour of a source's state.
func markOf(state string) string {
	switch state {
	case SourceReading, SourceWaiting, OutgoingWell:
		return "ok"
	case SourceFails:
		return "bad"
	}
	return "note"
}

// rate shows a number of records a second.
func rate(perSecond float64) string {
	if perSecond > 0 && perSecond < 10 {
		return fmt.Sprintf("%.1f/s", perSecond)
	}
	return whole(int64(perSecond+0.5)) + "/s"
}

// seconds shows a length of time; nothing is a dash.
func seconds(s float64) string {
	switch {
	case s <= 0:
		return "–"
	case s < 10:
		return fmt.Sprintf("%.1f s", s)
	}
	return time.Duration(s * float64(time.Second)).Round(time.Second).String()
}
