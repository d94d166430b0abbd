package s3

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Deps are what a source needs beside its configuration.
type Deps struct {
	Name    string // of the source in the configuration
	Account *account.Account
	Reader  *Reader        // nil: one of the account's
	Journal source.Journal // nil: nothing was read before
	Log     *slog.Logger
	Now     func() time.Time // nil is time.Now

	// Once ends the source with io.EOF when all that is listed is settled. Span is
	// the part of history that is wanted then.
	Once bool
	Span Span
}

// Source lists a bucket, an access point or a bucket of an S3-compatible
// service, and delivers what was not read yet. Objects are never told apart by
// the time or the order of their keys: each one's state is its own.
//
// Where keys are laid out as AWS does it, only days are listed that can still
// change. A day is closed, and the journal told so, once it is older than
// look_back and all it held is done or kept as trouble.
type Source struct {
	cfg    Config
	deps   Deps
	bucket string
	reader *Reader
	lister lister
	ctx    context.Context // of the workers
	cancel context.CancelFunc
	start  sync.Once
	group  sync.WaitGroup

	mu      sync.Mutex
	changed chan struct{} // closed when something happened
	plan    *plan
}

// New makes a source of a checked configuration. It asks AWS nothing: the first
// Receive does.
func New(_ context.Context, cfg Config, deps Deps) (*Source, error) {
	if cfg.Listed() == "" {
		return nil, errors.New("a queue is not listed")
	}
	if deps.Reader == nil {
		deps.Reader = NewReader(deps.Account, ReaderOptions{Log: deps.Log})
	}
	if deps.Journal == nil {
		deps.Journal = blank{}
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	s := &Source{cfg: cfg, deps: deps, bucket: cfg.Listed(), reader: deps.Reader, lister: deps.Reader, changed: make(chan struct{})}
	s.plan = newPlan(&s.cfg, deps.Once, window{
		span: deps.Span, start: cfg.Start.Time, end: cfg.End.Time, older: cfg.IgnoreOlder.Std(), lookBack: cfg.LookBack.Std(),
	})
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Receive waits for an object that was not read yet. It fails with why the
// bucket cannot be listed, while it cannot.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	s.start.Do(s.run)
	for {
		s.mu.Lock()
		d, told, err := s.next()
		changed := s.changed
		s.mu.Unlock()
		if told {
			return d, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.ctx.Done():
			return nil, io.EOF
		}
	}
}

// next is what Receive says now; told is false when there is nothing to say. It is
// called with the lock held.
func (s *Source) next() (_ source.Delivery, told bool, err error) {
	p := s.plan
	if r := p.mark(); r != nil {
		return s.markOf(r), true, nil
	}
	waiting := len(p.live)+len(p.history) > 0
	if p.fault != nil && (!waiting || s.deps.Now().Sub(p.faultAt) > mostSilence) {
		err, p.fault = p.fault, nil
		return nil, true, err
	}
	if waiting {
		d, err := s.object()
		return d, true, err
	}
	switch {
	case p.finished() && p.fatal != nil:
		return nil, true, p.fatal
	case p.finished():
		return nil, true, io.EOF
	case p.answered && !p.failing():
		p.answered = false
		return nil, true, nil
	}
	return nil, false, nil
}

// mostSilence is how long objects are delivered before it is told that a part of
// the bucket cannot be listed.
const mostSilence = 20 * time.Second

func (s *Source) object() (source.Delivery, error) {
	if err := s.plan.tell(); err != nil {
		return nil, err
	}
	it := s.plan.take()
	for _, ref := range append([]Ref{it.ref}, s.plan.soon(aheadAtOnce)...) {
		s.reader.Ahead(s.ctx, ref)
	}
	s.wake()
	return s.deliveryOf(it), nil
}

func (s *Source) deliveryOf(it *item) source.Delivery {
	object := it.ref.Object()
	object.Attempt = it.attempt
	return &delivery{object: object, ref: it.ref, reader: s.reader, settle: func(_ context.Context, err error) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.plan.settled(it, err, s.deps.Now())
		s.wake()
		return nil
	}}
}

// wake tells all who wait that something happened. It is called with the lock
// held.
func (s *Source) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// Close ends the listing. What was delivered may still be settled.
func (s *Source) Close() error {
	s.cancel()
	s.group.Wait()
	return nil
}

// cursorName is what the cursor of a folder is kept under. Which objects are
// wanted is a part of it, so that a day that was closed while some were left out
// is listed again when they no longer are.
func (s *Source) cursorName(root string) string {
	name := "s3:" + s.bucket + "/" + root
	var parts []string
	for _, sel := range s.cfg.Selectors {
		parts = append(parts, sel.Regex)
	}
	for _, t := range []time.Time{s.cfg.Start.Time, s.cfg.End.Time} {
		if !t.IsZero() {
			parts = append(parts, t.Format(time.RFC3339Nano))
		}
	}
	if s.cfg.IgnoreOlder > 0 {
		parts = append(parts, s.cfg.IgnoreOlder.String())
	}
	if len(parts) == 0 {
		return name
	}
	h := fnv.New64a()
	_, _ = io.WriteString(h, strings.Join(parts, "\x00"))
	return name + "#" + strconv.FormatUint(h.Sum64(), 16)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// blank is the journal of one who has read nothing.
type blank struct{}

func (blank) Done(context.Context, []string) (map[string]bool, error)    { return nil, nil }
func (blank) Cursor(context.Context, string) (string, error)             { return "", nil }
func (blank) Troubles(context.Context, string) ([]source.Trouble, error) { return nil, nil }
