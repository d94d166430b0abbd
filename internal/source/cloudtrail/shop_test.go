package cloudtrail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seismo/internal/config"
	"seismo/internal/decode"
	"seismo/internal/source"
	"seismo/internal/source/cloudtrail"
	"seismo/test/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const bedrock = "bedrock.amazonaws.com"

// shop is a store with its pipeline: it decodes what it receives, keeps it with
// its cursor, and settles it.
type shop struct {
	t       *testing.T
	mu      sync.Mutex     // of the cursors
	stored  map[string]int // commits of an event, by its id
	items   []decode.Item
	objects []source.Object
	cursors map[string]string
	faults  []*source.Fault
	refuse  func(source.Object) error // the commit fails with it
}

func newShop(t *testing.T) *shop {
	return &shop{t: t, stored: map[string]int{}, cursors: map[string]string{}}
}

func (s *shop) Done(context.Context, []string) (map[string]bool, error) { return nil, nil }

func (s *shop) Cursor(_ context.Context, name string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cursors[name], nil
}

func (s *shop) Troubles(context.Context, string) ([]source.Trouble, error) { return nil, nil }

// open makes a source of Bedrock's events in one Region that keeps its cursors in
// the shop.
func (s *shop) open(c *standin.Cloud, change func(*cloudtrail.Config)) *cloudtrail.Source {
	s.t.Helper()
	cfg := cloudtrail.Config{Config: c.Config(), EventSources: []string{bedrock}, Lookback: config.Duration(48 * time.Hour)}
	if change != nil {
		change(&cfg)
	}
	src, err := cloudtrail.New(context.Background(), cfg, cloudtrail.Deps{Name: "lookup", Account: c.Open(s.t, cfg.Config), Journal: s})
	if err != nil {
		s.t.Fatal(err)
	}
	return src
}

// run takes from a source for a time and closes it.
func (s *shop) run(src *cloudtrail.Source, d time.Duration) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	defer src.Close()
	for {
		delivery, err := src.Receive(ctx)
		var fault *source.Fault
		switch {
		case errors.As(err, &fault):
			s.faults = append(s.faults, fault)
		case ctx.Err() != nil:
			return
		case err != nil:
			s.t.Fatal(err)
		default:
			if err := delivery.Settle(ctx, s.commit(delivery)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// commit keeps what a delivery carries, all of it or nothing.
func (s *shop) commit(d source.Delivery) error {
	o := d.Object()
	if s.refuse != nil {
		if err := s.refuse(o); err != nil {
			return err
		}
	}
	if o.Cursor != nil {
		s.mu.Lock()
		s.cursors[o.Cursor.Name] = o.Cursor.Value
		s.mu.Unlock()
		if o.ID != "" {
			s.t.Errorf("a page with a cursor: %+v", o)
		}
		return nil
	}
	body, err := d.Open(context.Background())
	if err != nil {
		return err
	}
	defer body.Close()
	s.objects = append(s.objects, o)
	return decode.New(decode.Limits{}).Decode(context.Background(), body, o.Origin, func(item decode.Item) error {
		s.items = append(s.items, item)
		if item.Verdict == decode.Good {
			s.stored[item.Doc.Get("eventID").Str()]++
		}
		return nil
	})
}

// want holds that exactly these events are stored, each committed once.
func (s *shop) want(ids ...string) {
	s.t.Helper()
	lost, twice := 0, 0
	for _, id := range ids {
		switch n := s.stored[id]; {
		case n == 0:
			lost++
		case n > 1:
			twice++
		}
	}
	if lost+twice > 0 || len(s.stored) != len(ids) {
		s.t.Errorf("of %d events %d are lost and %d came twice; %d are stored", len(ids), lost, twice, len(s.stored))
	}
}

// put makes n events, a second apart, up to a time.
func put(c *standin.Cloud, name, region, eventSource string, until time.Time, n int) []string {
	var ids []string
	var events []standin.TrailEvent
	for i := range n {
		id := fmt.Sprintf("%s-%06d", name, i)
		ids = append(ids, id)
		events = append(events, standin.TrailEvent{ID: id, Source: eventSource, Region: region, Time: until.Add(-time.Duration(i) * time.Second)})
	}
	c.PutTrailEvent(events...)
	return ids
}

var _ io.Closer = (*cloudtrail.Source)(nil)
