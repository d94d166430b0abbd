package sqs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

// TestCase1TestEvents: a try whether the way is open has no Records. In every
// wrapping it is deleted, and nothing is delivered or complained of.
func TestCase1TestEvents(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		for _, form := range []standin.Form{standin.FromS3, standin.FromSNS, standin.RawSNS, standin.EventBridge, standin.TrailSNS, standin.TrailRaw} {
			w.queue.SendTest(form, bucket)
		}
		w.queue.Send(`{"Records":[]}`)
		s := w.source(nil)
		got := w.drain(time.Minute, 1, s)
		if len(got.delivered) > 0 || w.queue.Deleted() != 7 || w.queue.Len() != 0 {
			t.Errorf("delivered %v, deleted %d, left %d", got.delivered, w.queue.Deleted(), w.queue.Len())
		}
		if n := s.Stats(); n.Tests != 6 || n.Ignored != 1 || n.Poison != 0 || strings.Contains(w.logs.String(), "poison") {
			t.Errorf("%+v\n%s", n, w.logs.String())
		}
	})
}

// TestCase3EveryMessageIsRenewed: one object takes three quarters of an hour, and
// nineteen others wait behind it, under a visibility timeout of 30 seconds. A
// second collector on the same queue gets none of them.
func TestCase3EveryMessageIsRenewed(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		for i := range 20 {
			w.put(fmt.Sprintf("%02d.json", i), "x")
		}
		s, rival := w.source(hiddenFor(30*time.Second)), w.source(hiddenFor(30*time.Second))
		first := w.next(s)
		pass(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 44*time.Minute)
		defer cancel()
		for ctx.Err() == nil {
			if d, _ := rival.Receive(ctx); d != nil {
				t.Fatalf("the rival was given %s", d.Object().ID)
			}
		}
		settle(t, first, nil)
		for range 19 {
			d := w.next(s)
			if d.Object().Attempt != 1 {
				t.Errorf("%s was received %d times", d.Object().ID, d.Object().Attempt)
			}
			settle(t, d, nil)
		}
		pass(time.Second)
		if w.queue.Len() != 0 || s.Stats().Deleted != 20 {
			t.Errorf("%d messages are left, %d were deleted", w.queue.Len(), s.Stats().Deleted)
		}
		// Batches of ten, each renewed every 15 seconds: 2 × 4 × 44, and some at the seams.
		if n := w.cloud.Count("sqs", "ChangeMessageVisibilityBatch"); n < 300 || n > 400 {
			t.Errorf("%d calls renewed 20 messages for 44 minutes", n)
		}
	})
}

// TestSlowObject: one object under a visibility timeout of 30 seconds that takes
// minutes to read is read once.
func TestSlowObject(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.put("large.json", strings.Repeat("x", 8<<20))
		w.cloud.Fault(standin.Fault{Service: "s3", Op: "GetObject", Pace: 3 * time.Second})
		begin := time.Now()
		got := w.drain(time.Hour, 4, w.source(hiddenFor(30*time.Second)), w.source(hiddenFor(30*time.Second)))
		for id, n := range got.delivered {
			if n != 1 || len(got.texts[id]) != 8<<20 {
				t.Errorf("%s was delivered %d times, %d bytes", id, n, len(got.texts[id]))
			}
		}
		if took := time.Since(begin); took < 6*time.Minute || len(got.texts) != 1 || w.queue.Len() != 0 {
			t.Errorf("%d objects in %s, %d messages left", len(got.texts), took, w.queue.Len())
		}
	})
}

// TestCase4InvalidReceipt: where a message came back to the queue and somebody
// else has it, renewing stops, and what was committed is committed.
func TestCase4InvalidReceipt(t *testing.T) {
	inWorld(t, standin.QueueOptions{Strict: true}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.put("a.json", "x")
		s := w.source(hiddenFor(time.Minute))
		d := w.next(s)
		w.queue.Expire()
		again := w.next(s) // the same message, received by another loop
		before := w.cloud.Count("sqs", "ChangeMessageVisibilityBatch")
		pass(31 * time.Second) // both receipts are renewed, the old one in vain
		if s.Stats().Lost != 1 {
			t.Fatalf("%d leases lost", s.Stats().Lost)
		}
		pass(10 * time.Minute)
		if n := w.cloud.Count("sqs", "ChangeMessageVisibilityBatch") - before; n > 22 {
			t.Errorf("%d calls in ten minutes: one every half minute is right", n)
		}
		settle(t, d, nil)
		settle(t, again, nil)
		pass(time.Second)
		if again.Object().ID != d.Object().ID || again.Object().Attempt != 2 || w.queue.Len() != 0 {
			t.Errorf("%+v, %d messages left", again.Object(), w.queue.Len())
		}
		pass(10 * time.Minute)
		if n := s.Stats(); n.Held != 0 {
			t.Errorf("%d messages are held still", n.Held)
		}
	})
}

// TestCase5DeletedOnlyAfterCommit: a message of three objects is deleted when the
// third is committed, and not when two are; where one fails it comes again, after
// a pause.
func TestCase5DeletedOnlyAfterCommit(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		var objects []standin.Object
		for _, key := range []string{"a", "b", "c"} {
			objects = append(objects, w.put(key, key))
		}
		w.queue.Send(standin.Notification(standin.FromS3, standin.Region, objects...))
		s := w.source(nil)
		a, b, c := w.next(s), w.next(s), w.next(s)
		settle(t, a, nil)
		settle(t, a, nil) // twice is once
		settle(t, c, errors.New("disk full"))
		pass(4 * time.Minute)
		if n := w.cloud.Count("sqs", "DeleteMessageBatch"); n > 0 || w.queue.Len() != 1 {
			t.Fatalf("deleted although b is being read and c failed")
		}
		failedAt := time.Now()
		settle(t, b, nil)
		for range 3 {
			d := w.next(s)
			if wait := time.Since(failedAt); wait < 5*time.Second || wait > 15*time.Second || d.Object().Attempt != 2 {
				t.Errorf("came again after %s, attempt %d", wait, d.Object().Attempt)
			}
			if w.queue.Deleted() != 0 {
				t.Error("deleted before it was committed")
			}
			settle(t, d, nil)
		}
		pass(time.Second)
		if w.queue.Len() != 0 || w.queue.Deleted() != 1 {
			t.Errorf("%d left, %d deleted", w.queue.Len(), w.queue.Deleted())
		}
	})
}

// TestCase7Duplicates: every message is there two to five times, four loops
// receive, and the same object may be told of in two ways. All deliveries of one
// object have one identity, and every copy is deleted.
func TestCase7Duplicates(t *testing.T) {
	inWorld(t, standin.QueueOptions{Copies: [2]int{2, 5}, Shuffle: true, Seed: 7}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.cloud.Notify(bucket, "", "7.json", w.queue, standin.EventBridge)
		w.cloud.Notify(bucket, "", "5.json", w.queue, standin.TrailSNS)
		want := map[string]string{}
		for i := range 200 {
			key := fmt.Sprintf("%03d.json", i)
			o := w.put(key, key)
			want[s3.Ref{Bucket: bucket, Key: key, ETag: o.ETag}.ID()] = key
		}
		copies := w.queue.Len()
		s := w.source(func(c *s3.Config) { c.Workers = 4 })
		got := w.drain(time.Hour, 4, s)
		if diff := cmp.Diff(want, got.texts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		delivered := 0
		for _, n := range got.delivered {
			delivered += n
		}
		if delivered < 2*len(want) || w.queue.Deleted() != copies || len(got.faults) > 0 {
			t.Errorf("%d deliveries, %d of %d copies deleted, faults %v", delivered, w.queue.Deleted(), copies, got.faults)
		}
	})
}

// TestCase8OverwrittenKey: the same key with other bytes is another object. The
// first notification's object cannot be read any more, and says so.
func TestCase8OverwrittenKey(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.put("a.json", "old")
		w.put("a.json", "new")
		s := w.source(nil)
		ids := map[string]bool{}
		for range 2 {
			d := w.next(s)
			ids[d.Object().ID] = true
			in, err := d.Open(t.Context())
			switch {
			case err == nil:
				_ = in.Close()
				if got := text(t, d); got != "new" {
					t.Errorf("read %q", got)
				}
			case kindOf(err) != source.Changed:
				t.Errorf("the old object: %v", err)
			}
			settle(t, d, nil)
		}
		if len(ids) != 2 {
			t.Errorf("identities: %v", ids)
		}
	})
}
