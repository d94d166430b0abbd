package sqs

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/config"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

// kill ends a source as the end of its process does: nothing is given back, and
// nothing that waits is deleted any more.
func (s *Source) kill() {
	s.begin.Do(func() {})
	s.cancel()
	s.shelf.close()
	s.loops.Wait()
	if s.keeper.cancel != nil {
		s.keeper.cancel()
		<-s.keeper.done
		s.keeper.cancel = nil
	}
}

// TestKills ends collectors at any moment, a hundred times, while messages come
// two to five times, three calls of ten fail and every second object is forbidden
// for the moment. In the end everything was committed and the queue is empty.
func TestKills(t *testing.T) {
	inWorld(t, standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 11}, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(11, 11))
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromSNS)
		w.cloud.Fault(standin.Fault{Share: 0.3, Seed: 11, Status: 503, Code: "ServiceUnavailable"},
			standin.Fault{Service: "s3", Op: "GetObject", Share: 0.5, Seed: 12, Status: 403, Code: "AccessDenied"})
		configured := func(c *s3.Config) {
			c.Workers, c.VisibilityTimeout = 4, config.Duration(time.Minute)
		}
		want := map[string]string{}
		var l *ledger
		for round := range 100 {
			for i := range 3 {
				key := fmt.Sprintf("%03d-%d.json", round, i)
				o := w.put(key, key)
				want[s3.Ref{Bucket: bucket, Key: key, ETag: o.ETag}.ID()] = key
			}
			s := w.source(configured)
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.Int64N(int64(20*time.Second))))
			l = run(ctx, l, 4, s)
			cancel()
			s.kill()
		}
		s := w.source(configured)
		got := w.drainInto(l, time.Hour, 4, s)
		if diff := cmp.Diff(want, got.texts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if w.queue.Len() != 0 {
			t.Errorf("%d messages are left", w.queue.Len())
		}
	})
}
