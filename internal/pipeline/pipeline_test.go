package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
	"seismo/internal/source"
	"seismo/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// object is a delivery out of a text, which remembers how it was settled.
type object struct {
	name, text string
	openErr    error
	bodyErr    error         // ends the body in place of io.EOF
	gate       chan struct{} // Open waits for it
	attempt    int
	cursor     *source.Cursor

	opened  int
	settled []error
}

func (o *object) Object() source.Object {
	return source.Object{ID: o.name, Origin: event.Origin{Key: o.name}, Size: int64(len(o.text)),
		Attempt: o.attempt, Cursor: o.cursor}
}

func (o *object) Open(context.Context) (io.ReadCloser, error) {
	o.opened++
	if o.gate != nil {
		<-o.gate
	}
	if o.bodyErr != nil {
		return io.NopCloser(io.MultiReader(strings.NewReader(o.text), iotest.ErrReader(o.bodyErr))), nil
	}
	return io.NopCloser(strings.NewReader(o.text)), o.openErr
}

func (o *object) Settle(_ context.Context, err error) error {
	o.settled = append(o.settled, err)
	return nil
}

type list struct {
	objects []*object
	next    int
}

func (l *list) Receive(context.Context) (source.Delivery, error) {
	if l.next == len(l.objects) {
		return nil, io.EOF
	}
	l.next++
	return l.objects[l.next-1], nil
}

func (l *list) Close() error { return nil }

// sink keeps what is appended; ids that it has are duplicates.
type sink struct {
	mu      sync.Mutex
	ids     map[string]bool
	ledger  map[string]store.Entry
	batches int
	bad     []decode.Item
	fail    error
	refuse  string // request id of an event that is refused

	troubles []source.Trouble
	cursors  []string
}

var errRefused = errors.New("refused")

func (s *sink) failWith(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func newSink() *sink { return &sink{ids: map[string]bool{}, ledger: map[string]store.Entry{}} }

func (s *sink) Append(_ context.Context, b store.Batch) (r store.Receipt, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return r, s.fail
	}
	if s.refuse != "" && slices.ContainsFunc(b.Events, func(e event.Event) bool { return e.RequestID == s.refuse }) {
		return r, errRefused
	}
	s.troubles = append(s.troubles, b.Troubles...)
	s.batches++
	for _, e := range b.Events {
		isNew := !s.ids[e.ID]
		s.ids[e.ID] = true
		r.New = append(r.New, isNew)
		if isNew {
			r.Stored++
		} else {
			r.Duplicate++
		}
	}
	s.bad = append(s.bad, b.Bad...)
	for _, e := range b.Objects {
		if e.Cursor != nil {
			s.cursors = append(s.cursors, e.Cursor.Value)
		}
		if e.ID == "" {
			continue
		}
		for _, isNew := range r.New[e.First:e.Last] {
			if isNew {
				e.Stored++
			} else {
				e.Duplicate++
			}
		}
		s.ledger[e.ID] = e
	}
	return r, nil
}

func (s *sink) Seen(_ context.Context, ids []string) (map[string]store.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]store.Entry{}
	for _, id := range ids {
		if e, ok := s.ledger[id]; ok {
			found[id] = e
		}
	}
	return found, nil
}

func run(t *testing.T, s *sink, events int, objects ...*object) (pipeline.Counts, error) {
	t.Helper()
	n, err := normalize.New(normalize.Config{})
	if err != nil {
		t.Fatal(err)
	}
	meter := &pipeline.Meter{}
	err = pipeline.Once(t.Context(), pipeline.Config{
		Source: &list{objects: objects}, Decoder: decode.New(decode.DefaultLimits()), Normalize: n.Event,
		Enrich: func(*event.Event) {}, Workers: 2,
	}, s, pipeline.Limits{Events: events}, meter)
	return meter.Counts(), err
}

// calls are n records of one object, the ids of which begin at from.
func calls(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"schemaType":"ModelInvocationLog","timestamp":"2026-03-01T08:30:01Z","accountId":"111122223333",`+
			`"region":"us-east-1","requestId":"r%d","operation":"Converse","modelId":"amazon.nova-micro-v1:0"}`+"\n", from+i)
	}
	return b.String()
}

// TestCountsAddUp reads small and large objects, bad pieces, skips and
// duplicates through batches of every size, and looks that the identity holds,
// for the run and in the ledger for every object.
func TestCountsAddUp(t *testing.T) {
	for _, events := range []int{1, 3, 7, 1000} {
		s := newSink()
		objects := []*object{
			{name: "a", text: calls(0, 10)},
			{name: "b", text: calls(5, 10) + "{broken\n\n"},
			{name: "empty", text: ""},
			{name: "c", text: "Permissions are correctly set for Amazon Bedrock logs.\n" + calls(100, 2)},
		}
		c, err := run(t, s, events, objects...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Read != c.Stored+c.Duplicate+c.Skipped+c.Quarantined {
			t.Errorf("batches of %d: counts do not add up: %+v", events, c)
		}
		if c.Stored != 17 || c.Duplicate != 5 || c.Quarantined != 1 || len(s.ids) != 17 || c.Objects != 4 {
			t.Errorf("batches of %d: %+v", events, c)
		}
		for _, o := range objects {
			e := s.ledger[o.name]
			if e.Read != e.Stored+e.Duplicate+e.Skipped+e.Quarantined {
				t.Errorf("batches of %d: the ledger of %s does not add up: %+v", events, o.name, e)
			}
			if diff := cmp.Diff([]error{nil}, o.settled); diff != "" {
				t.Errorf("%s was settled so (-want +got):\n%s", o.name, diff)
			}
		}
		again, err := run(t, s, events, objects...)
		if err != nil || again.Stored != 0 || again.Known != 4 || again.Read != c.Read ||
			again.Read != again.Duplicate+again.Skipped {
			t.Errorf("read again: %+v, %v", again, err)
		}
	}
}

// TestFailedAppendSettlesNothing holds that what is not committed is not
// settled as done, and that the run says why it ended.
func TestFailedAppendSettlesNothing(t *testing.T) {
	s := newSink()
	s.fail = errors.New("disk full")
	o := &object{name: "a", text: calls(0, 10)}
	_, err := run(t, s, 4, o)
	if !errors.Is(err, s.fail) {
		t.Fatalf("the run ended with %v", err)
	}
	for _, settled := range o.settled {
		if settled == nil {
			t.Error("an object was settled as done, and its rows are not committed")
		}
	}
	if len(s.ledger) > 0 {
		t.Errorf("the ledger has %v", s.ledger)
	}
}

// TestUnreadableObjectStopsNothing holds that an object that cannot be opened is
// told and comes again, while its neighbours are read.
func TestUnreadableObjectStopsNothing(t *testing.T) {
	s := newSink()
	denied := &object{name: "denied", openErr: errors.New("access denied")}
	c, err := run(t, s, 4, &object{name: "a", text: calls(0, 3)}, denied, &object{name: "b", text: calls(10, 3)})
	if err != nil || c.Stored != 6 {
		t.Fatalf("%+v, %v", c, err)
	}
	if len(c.Unread) != 1 || c.Unread[0].Object.ID != "denied" || len(denied.settled) != 1 || denied.settled[0] == nil {
		t.Errorf("unread: %v, settled %v", c.Unread, denied.settled)
	}
	if _, done := s.ledger["denied"]; done {
		t.Error("an object that was not read stands in the ledger")
	}
}

// TestBatchesAreBounded holds that a large object spans batches.
func TestBatchesAreBounded(t *testing.T) {
	s := newSink()
	if _, err := run(t, s, 10, &object{name: "a", text: calls(0, 95)}); err != nil {
		t.Fatal(err)
	}
	if s.batches != 10 {
		t.Errorf("95 events in batches of 10 came in %d", s.batches)
	}
}
