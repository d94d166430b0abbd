package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/normalize"
	"seismo/internal/pipeline"
	"seismo/internal/source"
	"seismo/internal/store"
)

// feed is a source that gives what is sent to it, for ever.
type feed struct {
	deliveries chan source.Delivery
	errs       chan error
}

func newFeed() *feed { return &feed{make(chan source.Delivery), make(chan error)} }

func (f *feed) Receive(ctx context.Context) (source.Delivery, error) {
	select {
	case d := <-f.deliveries:
		return d, nil
	case err := <-f.errs:
		return nil, err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (*feed) Close() error { return nil }

// house is a Writer with sources that run into it.
type house struct {
	t      *testing.T
	sink   *sink
	writer *pipeline.Writer
	stop   chan struct{}
	runs   sync.WaitGroup
	ended  chan error
}

func newHouse(t *testing.T, s *sink, limits pipeline.Limits) *house {
	h := &house{t: t, sink: s, writer: pipeline.NewWriter(s, limits), stop: make(chan struct{}), ended: make(chan error, 1)}
	go func() { h.ended <- h.writer.Run(t.Context()) }()
	return h
}

func (h *house) add(name string, src source.Source) *pipeline.Meter {
	n, err := normalize.New(normalize.Config{})
	if err != nil {
		h.t.Fatal(err)
	}
	meter := &pipeline.Meter{}
	h.runs.Go(func() {
		err := pipeline.Run(h.t.Context(), pipeline.Config{
			Name: name, Source: src, Decoder: decode.New(decode.DefaultLimits()), Normalize: n.Event,
			Enrich: func(*event.Event) {}, Workers: 2, Endless: true, Stop: h.stop,
		}, h.writer, meter)
		if err != nil {
			h.t.Errorf("%s: %v", name, err)
		}
	})
	return meter
}

// end stops the sources and waits until what was begun is committed.
func (h *house) end() {
	close(h.stop)
	h.runs.Wait()
	h.writer.Finish()
	if err := <-h.ended; err != nil {
		h.t.Error(err)
	}
}

// settledAs waits until the deliveries are settled, and compares.
func settledAs(t *testing.T, o *object, want error) {
	t.Helper()
	synctest.Wait()
	if len(o.settled) != 1 || !errors.Is(o.settled[0], want) {
		t.Errorf("%s is settled with %v, want %v", o.name, o.settled, want)
	}
}

// TestSameObjectFromTwoSources holds that an object that is listed and notified
// at the same time is read once, and that both hear of the outcome.
func TestSameObjectFromTwoSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, newSink(), pipeline.Limits{})
		listed, notified := newFeed(), newFeed()
		a, b := h.add("list", listed), h.add("queue", notified)
		release := make(chan struct{})
		first := &object{name: "x", text: calls(0, 5), gate: release}
		second := &object{name: "x", text: calls(0, 5)}
		listed.deliveries <- first
		synctest.Wait()
		notified.deliveries <- second
		synctest.Wait()
		close(release)
		time.Sleep(2 * time.Second) //nolint:forbidigo // virtual time
		settledAs(t, first, nil)
		settledAs(t, second, nil)
		if second.opened != 0 {
			t.Error("the object was read twice")
		}
		h.end()
		if a.Counts().Stored != 5 || b.Counts().Known != 1 || b.Counts().Objects != 1 {
			t.Errorf("list: %+v\nqueue: %+v", a.Counts(), b.Counts())
		}
	})
}

// TestDiskFullHoldsReadingBack holds that a full disk stops the reading, loses
// and doubles nothing, is shown, and ends by itself.
func TestDiskFullHoldsReadingBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		h := newHouse(t, s, pipeline.Limits{Persist: true, Bytes: 10 << 10, Held: 20 << 10})
		f := newFeed()
		m := h.add("queue", f)
		s.failWith(fmt.Errorf("write: %w", store.ErrFull))
		var objects []*object
		taken := make(chan int, 1000)
		go func() {
			for i := range 300 {
				o := &object{name: fmt.Sprint("o", i), text: calls(10*i, 10)}
				objects = append(objects, o)
				f.deliveries <- o
				taken <- i
			}
		}()
		time.Sleep(10 * time.Minute) //nolint:forbidigo // virtual time
		synctest.Wait()
		if h.writer.Stalled() == nil || !errors.Is(h.writer.Stalled().Err, store.ErrFull) {
			t.Errorf("stalled: %+v", h.writer.Stalled())
		}
		if c := m.Counts(); c.Bytes > 40<<10 || c.Stored != 0 {
			t.Errorf("it went on reading with a full disk: %+v", c)
		}
		s.failWith(nil)
		time.Sleep(10 * time.Minute) //nolint:forbidigo // virtual time
		synctest.Wait()
		if h.writer.Stalled() != nil || len(taken) != 300 || len(s.ids) != 3000 {
			t.Errorf("after it: %+v, %d taken, %d stored", h.writer.Stalled(), len(taken), len(s.ids))
		}
		h.end()
		for _, o := range objects {
			settledAs(t, o, nil)
		}
	})
}

// TestRefusedObjectStopsNoOther holds that an object which the store can not
// take comes again, while those of the same batch are committed.
func TestRefusedObjectStopsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		s.refuse = "r7"
		h := newHouse(t, s, pipeline.Limits{Persist: true})
		f := newFeed()
		h.add("queue", f)
		good, bad, other := &object{name: "a", text: calls(0, 5)}, &object{name: "b", text: calls(5, 5)}, &object{name: "c", text: calls(20, 5)}
		for _, o := range []*object{good, bad, other} {
			f.deliveries <- o
		}
		time.Sleep(time.Minute) //nolint:forbidigo // virtual time
		settledAs(t, good, nil)
		settledAs(t, other, nil)
		settledAs(t, bad, errRefused)
		h.end()
		if _, done := s.ledger["b"]; done || len(s.ids) != 10 {
			t.Errorf("%d rows, ledger %v", len(s.ids), s.ledger)
		}
	})
}

// TestSourceThatFailsIsAskedAgain holds that a fault is shown, the source asked
// again with growing waits, and that an answer clears it.
func TestSourceThatFailsIsAskedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, newSink(), pipeline.Limits{})
		f := newFeed()
		m := h.add("queue", f)
		fault := &source.Fault{Kind: source.Forbidden, What: "receive", Action: "sqs:ReceiveMessage"}
		began := time.Now()
		for range 10 {
			f.errs <- fault
		}
		synctest.Wait()
		if got := m.Counts().State; !errors.Is(got.Fault, fault) || got.Since.After(began.Add(time.Second)) {
			t.Errorf("state %+v", got)
		}
		if waited := time.Since(began); waited < 3*time.Minute || waited > 6*time.Minute {
			t.Errorf("ten tries took %v", waited)
		}
		f.deliveries <- nil // it answers, and has nothing
		synctest.Wait()
		if got := m.Counts().State; got.Fault != nil || got.Seen.IsZero() {
			t.Errorf("state after an answer %+v", got)
		}
		h.end()
	})
}

// TestFaultsOfObjects holds what becomes of objects that cannot be read: one that
// is gone is looked for three times and then has a reason in the quarantine, one
// that changed is skipped, any other is a trouble and comes again for ever.
func TestFaultsOfObjects(t *testing.T) {
	for _, c := range []struct {
		kind    source.Kind
		attempt int
		again   bool
		reason  string
	}{
		{source.Gone, 1, true, ""}, {source.Gone, 2, true, ""}, {source.Gone, 3, false, decode.BadGone},
		{source.Changed, 1, false, decode.SkipChanged}, {source.Refused, 1, false, decode.BadRefused},
		{source.Forbidden, 1, true, ""}, {source.Forbidden, 500, true, ""}, {source.Unreachable, 9, true, ""},
	} {
		s := newSink()
		fault := &source.Fault{Kind: c.kind, What: "read s3://example-logs/a", Remedy: "do this"}
		o := &object{name: "a", openErr: fault, attempt: c.attempt}
		counts, err := run(t, s, 10, o)
		if err != nil {
			t.Fatal(err)
		}
		_, done := s.ledger["a"]
		if again := o.settled[0] != nil; again != c.again || done == c.again || (len(s.troubles) == 1) != c.again {
			t.Errorf("%s, try %d: settled %v, done %v, troubles %v", c.kind, c.attempt, o.settled, done, s.troubles)
		}
		if counts.Read != counts.Quarantined+counts.Skipped || c.reason != "" && counts.BadBy[c.reason]+counts.SkippedBy[c.reason] != 1 {
			t.Errorf("%s, try %d: %+v", c.kind, c.attempt, counts)
		}
		if c.again && s.troubles[0].Next.Sub(s.troubles[0].Last) > time.Hour {
			t.Errorf("%s, try %d: the next try is at %v", c.kind, c.attempt, s.troubles[0].Next)
		}
	}
}

// TestCutBodyComesAgain holds that an object whose body breaks off in the middle
// leaves nothing in the quarantine, and that its rows are there once after the
// second try.
func TestCutBodyComesAgain(t *testing.T) {
	s := newSink()
	whole := calls(0, 10)
	cut := &object{name: "a", text: whole[:len(whole)*2/3], bodyErr: io.ErrUnexpectedEOF}
	counts, err := run(t, s, 100, cut)
	if err != nil || !errors.Is(cut.settled[0], io.ErrUnexpectedEOF) || counts.Failed != 1 || len(s.bad) != 0 {
		t.Fatalf("%v, %v, %+v, bad %v", err, cut.settled, counts, s.bad)
	}
	counts, err = run(t, s, 100, &object{name: "a", text: whole})
	if err != nil || len(s.ids) != 10 || counts.Stored+counts.Duplicate != 10 || s.ledger["a"].Read != 10 {
		t.Errorf("%v, %d rows, %+v, %+v", err, len(s.ids), counts, s.ledger["a"])
	}
}

// TestCursorWithoutObject holds that an object without an id is no ledger entry
// of the meter, and that a known object's cursor is kept all the same.
func TestCursorWithoutObject(t *testing.T) {
	s := newSink()
	mark := &object{cursor: &source.Cursor{Name: "cwl:group", Value: "1"}}
	if c, err := run(t, s, 10, mark); err != nil || c.Objects != 0 || c.Read != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	for value := range 2 {
		o := &object{name: "a", text: calls(0, 2), cursor: &source.Cursor{Name: "cwl:group", Value: fmt.Sprint(value + 2)}}
		if _, err := run(t, s, 10, o); err != nil || o.settled[0] != nil {
			t.Fatal(err, o.settled)
		}
	}
	if !slices.Equal(s.cursors, []string{"1", "2", "3"}) {
		t.Errorf("cursors %v", s.cursors)
	}
}
