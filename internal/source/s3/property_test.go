package s3

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"seismo/internal/config"
	"seismo/internal/source"
)

// heap is a bucket in memory that gives small pages, and keys that arrive while
// it is listed.
type heap struct {
	keys    map[string]Ref
	arrives map[string]time.Time
	page    int
}

func (h *heap) list(_ context.Context, bucket, prefix, delimiter, token string) (page, error) {
	var names []string // of keys and folders
	for key, at := range h.arrives {
		if at.After(time.Now()) || !strings.HasPrefix(key, prefix) {
			continue
		}
		if i := strings.Index(key[len(prefix):], "/"); delimiter != "" && i >= 0 {
			key = key[:len(prefix)+i+1]
		}
		if key > token {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	var p page
	for i, name := range names {
		if i == h.page {
			p.next = names[i-1]
			break
		}
		if ref, ok := h.keys[name]; ok {
			p.objects = append(p.objects, listed{Ref: ref})
		} else {
			p.folders = append(p.folders, name)
		}
	}
	return p, nil
}

// book is a journal that tells when something is delivered that is done.
type book struct {
	mu       sync.Mutex
	done     map[string]bool
	cursors  map[string]string
	troubles map[string]source.Trouble
}

func (b *book) Done(_ context.Context, ids []string) (map[string]bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	found := map[string]bool{}
	for _, id := range ids {
		if b.done[id] {
			found[id] = true
		}
	}
	return found, nil
}

func (b *book) Cursor(_ context.Context, name string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.cursors[name], nil
}

func (b *book) Troubles(context.Context, string) (list []source.Trouble, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.troubles {
		list = append(list, t)
	}
	return list, nil
}

const (
	lateness = 3 * time.Hour
	often    = 20 * time.Minute
)

// scene is one history of a bucket: which key arrives when, and what goes wrong.
type scene struct {
	heap     *heap
	restarts []time.Duration
	until    time.Duration
	failing  float64 // share of deliveries that fail
	seed     uint64
	layout   string
	order    string
}

func drawScene(t *rapid.T) scene {
	begin := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // when a bubble begins
	h := &heap{keys: map[string]Ref{}, arrives: map[string]time.Time{}, page: rapid.IntRange(1, 5).Draw(t, "page")}
	for i := range rapid.IntRange(1, 40).Draw(t, "keys") {
		account := rapid.SampledFrom([]string{"111122223333", "o-abc/444455556666"}).Draw(t, "account")
		region := rapid.SampledFrom([]string{"us-east-1", "eu-west-1"}).Draw(t, "region")
		service := rapid.SampledFrom([]string{bedrockLogs, "CloudTrail"}).Draw(t, "service")
		hour := rapid.IntRange(-40*24, 16).Draw(t, "hour")
		at := begin.Add(time.Duration(hour) * time.Hour)
		folder, end := at.Format("2006/01/02/"), at.Truncate(dayLength).Add(dayLength)
		if service == bedrockLogs {
			folder, end = at.Format("2006/01/02/15/"), at.Add(time.Hour)
		}
		key := fmt.Sprintf("team/AWSLogs/%s/%s/%s/%s%03d.json.gz", account, service, region, folder, rapid.IntRange(0, 999).Draw(t, "name"))
		late := time.Duration(rapid.Int64Range(0, int64(end.Add(lateness).Sub(at))).Draw(t, "late"))
		if _, twice := h.keys[key]; twice {
			continue
		}
		h.keys[key] = Ref{Bucket: "b", Key: key, ETag: fmt.Sprint(i), Size: 1, Modified: at.Add(late)}
		h.arrives[key] = at.Add(late)
	}
	s := scene{heap: h, until: 2 * dayLength, seed: rapid.Uint64().Draw(t, "seed"),
		failing: rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "failing"),
		layout:  rapid.SampledFrom([]string{LayoutAuto, LayoutAuto, LayoutFlat}).Draw(t, "layout"),
		order:   rapid.SampledFrom([]string{NewestFirst, OldestFirst}).Draw(t, "order")}
	for range rapid.IntRange(0, 4).Draw(t, "restarts") {
		s.restarts = append(s.restarts, time.Duration(rapid.Int64Range(0, int64(3*dayLength/2)).Draw(t, "restart")))
	}
	slices.Sort(s.restarts)
	s.restarts = append(s.restarts, s.until)
	return s
}

// play runs the scene and says what is wrong with what came of it.
func (s scene) play() error {
	random := rand.New(rand.NewPCG(s.seed, 1))
	b := &book{done: map[string]bool{}, cursors: map[string]string{}, troubles: map[string]source.Trouble{}}
	begin := time.Now()
	for _, at := range s.restarts {
		ctx, cancel := context.WithDeadline(context.Background(), begin.Add(at))
		err := s.run(ctx, b, random)
		cancel()
		if err != nil {
			return err
		}
	}
	for key, ref := range s.heap.keys {
		if !b.done[ref.ID()] {
			return fmt.Errorf("never committed: %s, which arrived at %s", key, s.heap.arrives[key])
		}
	}
	return nil
}

// run is one process: it ends without settling all that it received.
func (s scene) run(ctx context.Context, b *book, random *rand.Rand) error {
	cfg := Config{BucketARN: "bbb", LookBack: config.Duration(lateness), ListInterval: config.Duration(often),
		Workers: 1 + random.IntN(3), Layout: s.layout, Order: s.order}
	if err := cfg.Check(); err != nil {
		return err
	}
	src, err := New(ctx, cfg, Deps{Name: "x", Journal: b, Reader: NewReader(nil, ReaderOptions{Ahead: -1})})
	if err != nil {
		return err
	}
	src.lister = s.heap
	defer src.Close()
	var open []source.Delivery
	for {
		d, err := src.Receive(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if d != nil {
			id := d.Object().ID
			if done, _ := b.Done(ctx, []string{id}); id != "" && done[id] {
				return errors.New("delivered after its commit: " + id)
			}
			open = append(open, d)
		}
		for len(open) > 0 && random.IntN(3) > 0 {
			i := random.IntN(len(open))
			s.settle(ctx, b, open[i], random)
			open = slices.Delete(open, i, i+1)
		}
		if len(open) > 0 && random.IntN(2) == 0 {
			<-time.After(time.Duration(random.Int64N(int64(time.Hour))))
		}
	}
}

func (s scene) settle(ctx context.Context, b *book, d source.Delivery, random *rand.Rand) {
	_ = d.Settle(ctx, s.commit(b, d.Object(), random))
}

// commit does what a store does with an object that was read, or failed.
func (s scene) commit(b *book, o source.Object, random *rand.Rand) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o.Cursor != nil {
		b.cursors[o.Cursor.Name] = o.Cursor.Value
	}
	switch chance := random.Float64(); {
	case o.ID == "" || chance > s.failing:
		b.done[o.ID] = true
		delete(b.troubles, o.ID)
	case chance > s.failing/2:
		b.troubles[o.ID] = source.Trouble{Object: o, Attempts: o.Attempt, Next: time.Now().Add(time.Minute)}
		return &source.Fault{Kind: source.Unreachable}
	default:
		return errors.New("the store failed")
	}
	return nil
}

// TestAnyKeysInAnyOrderAreDeliveredOnce holds the promise of the listing: every
// object whose key appears within look_back is delivered, whatever the order of
// keys and arrivals, through failures and restarts; and none after it was
// committed.
func TestAnyKeysInAnyOrderAreDeliveredOnce(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := drawScene(rt)
		var wrong error
		synctest.Test(t, func(*testing.T) { wrong = s.play() })
		if wrong != nil {
			rt.Fatal(wrong)
		}
	})
}
