package cwlogs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seismo/internal/config"
	"seismo/internal/decode"
	"seismo/internal/source"
	"seismo/internal/source/cwlogs"
	"seismo/test/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shop is a store with its pipeline: it decodes what it receives, keeps it with
// its cursor, and settles it.
type shop struct {
	t *testing.T

	mu      sync.Mutex
	stored  map[string]int // deliveries of an event, by its id
	items   []decode.Item
	objects []source.Object
	cursors map[string]string
	faults  []*source.Fault
	runs    int
	refuse  func(source.Object) error // the commit fails with it
	lose    func() bool               // whether the process dies with this delivery
	now     func() time.Time
	broken  error // the journal fails with it
}

// errJournal is a shop's broken journal.
var errJournal = errors.New("the store is away")

func newShop(t *testing.T) *shop {
	return &shop{t: t, stored: map[string]int{}, cursors: map[string]string{}}
}

func (s *shop) Done(context.Context, []string) (map[string]bool, error) { return nil, nil }

func (s *shop) Cursor(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[name], s.broken
}

func (s *shop) Troubles(context.Context, string) ([]source.Trouble, error) { return nil, nil }

// open makes a source that keeps its cursors in the shop.
func (s *shop) open(c *standin.Cloud, change func(*cwlogs.Config)) *cwlogs.Source {
	s.t.Helper()
	cfg := cwlogs.Config{Config: c.Config()}
	change(&cfg)
	src, err := cwlogs.New(context.Background(), cfg, cwlogs.Deps{Name: "logs", Account: c.Open(s.t, cfg.Config), Journal: s, Now: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

// run takes from a source for a time, or to its end, and closes it.
func (s *shop) run(src *cwlogs.Source, d time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	defer src.Close()
	s.runs++
	for {
		delivery, err := src.Receive(ctx)
		var fault *source.Fault
		switch {
		case errors.As(err, &fault):
			s.mu.Lock()
			s.faults = append(s.faults, fault)
			s.mu.Unlock()
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return
		case errors.Is(err, errJournal):
		case err != nil:
			s.t.Fatal(err)
		case err == nil && s.lose != nil && s.lose():
			return
		case err == nil:
			if err := delivery.Settle(ctx, s.commit(delivery)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

func (s *shop) commit(d source.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := d.Object()
	if s.refuse != nil {
		if err := s.refuse(o); err != nil {
			return err
		}
	}
	body, err := d.Open(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	if o.ID != "" {
		s.objects = append(s.objects, o)
		err = decode.New(decode.Limits{}).Decode(context.Background(), body, o.Origin, func(item decode.Item) error {
			s.items = append(s.items, item)
			s.stored[item.Origin.EventID]++
			return nil
		})
	}
	if o.Cursor != nil {
		s.cursors[o.Cursor.Name] = o.Cursor.Value
	}
	return errors.Join(err, body.Close())
}

// want fails unless exactly these events came, each once. A process that was
// started again may deliver again what its store then knows.
func (s *shop) want(ids ...string) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	lost := 0
	for _, id := range ids {
		if s.stored[id] == 0 {
			lost++
		}
		if s.stored[id] > 1 && s.runs == 1 {
			s.t.Errorf("event %s came %d times", strings.TrimLeft(id, "0"), s.stored[id])
		}
	}
	if lost > 0 || len(s.stored) != len(ids) {
		s.t.Errorf("%d of %d events lost; %d ids stored", lost, len(ids), len(s.stored))
	}
}

func (s *shop) names() []string { return slices.Sorted(maps.Keys(s.cursors)) }

// record is a call as Bedrock logs it.
func record(n int) string {
	return fmt.Sprintf(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-01-01T00:00:00Z",`+
		`"accountId":"111122223333","region":"us-east-1","requestId":"00000000-0000-4000-8000-%012d","operation":"Converse",`+
		`"modelId":"anthropic.claude-sonnet-4-6","input":{"inputTokenCount":3},"output":{"outputTokenCount":4}}`, n)
}

// put adds calls to a group, one a second from a time on.
func put(c *standin.Cloud, arn string, from time.Time, n int) []string {
	var events []standin.LogEvent
	for i := range n {
		events = append(events, standin.LogEvent{Time: from.Add(time.Duration(i) * time.Second), Message: record(i)})
	}
	return c.PutLog(arn, events...)
}

func named(name string) func(*cwlogs.Config) {
	return func(cfg *cwlogs.Config) { cfg.GroupName = name }
}

func seconds(n int) config.Duration { return config.Duration(time.Duration(n) * time.Second) }

// elapse lets a bubble's time pass.
func elapse(d time.Duration) { <-time.After(d) }
