package sqs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seismo/internal/config"
	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestEveryFormDelivers writes keys that are hard to spell, and has each told of
// in every form. However it was found, an object has the identity that a listing
// gives it.
func TestEveryFormDelivers(t *testing.T) {
	keys := []string{
		"AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/20260301T083000Z_0a1b.json.gz",
		"team=red/a b+c.json", "größe/100%.json", "escaped%20already.json", "a&b=c?d#e.json", `quote"back\slash.json`,
	}
	for _, form := range []standin.Form{standin.FromS3, standin.FromSNS, standin.RawSNS, standin.EventBridge, standin.TrailSNS, standin.TrailRaw} {
		t.Run(string(form), func(t *testing.T) {
			inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
				w.cloud.Notify(bucket, "", "", w.queue, form)
				want := map[string]string{}
				for i, key := range keys {
					o := w.put(key, fmt.Sprint("text ", i))
					want[s3.Ref{Bucket: bucket, Key: key, ETag: o.ETag}.ID()] = fmt.Sprint("text ", i)
				}
				got := w.drain(time.Hour, 2, w.source(nil))
				if diff := cmp.Diff(want, got.texts); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if w.queue.Len() != 0 || len(got.faults) > 0 {
					t.Errorf("%d messages are left, faults %v", w.queue.Len(), got.faults)
				}
			})
		})
	}
}

// TestEventBridgeKeyThatWasEscaped: should EventBridge ever escape its keys, the
// object is found all the same.
func TestEventBridgeKeyThatWasEscaped(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		o := w.put("team=red/a b.json", "text")
		escaped := o
		escaped.Key = "team%3Dred/a+b.json"
		w.queue.Send(standin.Notification(standin.EventBridge, standin.Region, escaped))
		got := w.drain(time.Hour, 1, w.source(nil))
		if diff := cmp.Diff(map[string]string{s3.Ref{Bucket: bucket, Key: o.Key, ETag: o.ETag}.ID(): "text"}, got.texts); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

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

// TestWithoutETag: an object whose notification names no etag is asked for
// before it is delivered; while that is forbidden, Receive says so and the
// message stays.
func TestWithoutETag(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		o := w.put("a.json", "text")
		restore := w.cloud.Fault(standin.Fault{Service: "s3", Op: "HeadObject", Status: 403, Code: "AccessDenied"})
		w.queue.Send(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"` + bucket + `"},"object":{"key":"a.json"}}}]}`)
		s := w.source(nil)
		if _, err := s.Receive(t.Context()); kindOf(err) != source.Forbidden {
			t.Fatalf("Receive: %v", err)
		}
		restore()
		d := w.next(s)
		if want := (s3.Ref{Bucket: bucket, Key: "a.json", ETag: o.ETag}).ID(); d.Object().ID != want || d.Object().Size != 4 {
			t.Errorf("%+v; want %s", d.Object(), want)
		}
		settle(t, d, nil)
	})
}

// TestGoneWithoutETag: an object that is gone before anybody knew its etag is
// delivered as gone the third time, for the pipeline to keep a note of it.
func TestGoneWithoutETag(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.queue.Send(`{"s3Bucket":"` + bucket + `","s3ObjectKey":["gone.json.gz"]}`)
		s := w.source(nil)
		d := w.next(s)
		_, err := d.Open(t.Context())
		if kindOf(err) != source.Gone || d.Object().Attempt != 3 || d.Object().ID == "" {
			t.Errorf("attempt %d of %q: %v", d.Object().Attempt, d.Object().ID, err)
		}
		settle(t, d, nil)
		pass(time.Second)
		if w.queue.Len() != 0 {
			t.Error("the message is there still")
		}
	})
}

// TestNamesAreSkipped: keys that never hold records, and those that file_selectors
// leave out, are not read; their messages are deleted.
func TestNamesAreSkipped(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.put("AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/1_input.json.gz", "x")
		w.put("AWSLogs/111122223333/BedrockModelInvocationLogs/amazon-bedrock-logs-permission-check", "")
		w.put("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/01/d.json.gz", "x")
		w.put("other.txt", "x")
		w.put("a.json.gz", "x")
		s := w.source(func(c *s3.Config) { c.Selectors = []s3.Selector{{Regex: `\.gz$`}} })
		got := w.drain(time.Minute, 1, s)
		if len(got.texts) != 1 || s.Stats().Skipped != 4 || w.queue.Len() != 0 {
			t.Errorf("read %v, skipped %d, left %d", got.texts, s.Stats().Skipped, w.queue.Len())
		}
	})
}

// TestOverLimit: while as many messages are in flight as SQS allows, Receive says
// so; then the source goes on by itself.
func TestOverLimit(t *testing.T) {
	inWorld(t, standin.QueueOptions{InFlight: 10}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		for i := range 12 {
			w.put(fmt.Sprint(i), "x")
		}
		holder, s := w.source(nil), w.source(nil)
		held := []source.Delivery{w.next(holder)}
		_, err := s.Receive(t.Context())
		var fault *source.Fault
		if !errors.As(err, &fault) || fault.Kind != source.Throttled || fault.Remedy == "" {
			t.Fatalf("Receive: %v", err)
		}
		for range 9 {
			held = append(held, w.next(holder))
		}
		for _, d := range held {
			settle(t, d, nil)
		}
		_ = holder.Close()
		for range 2 {
			settle(t, w.next(s), nil)
		}
	})
}

// TestBackPressure: when nobody asks for objects, a few messages are held and
// renewed, the others stay where everybody can have them.
func TestBackPressure(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		for i := range 500 {
			w.put(fmt.Sprint(i), "x")
		}
		s := w.source(func(c *s3.Config) { c.Workers = 4 })
		settle(t, w.next(s), nil)
		pass(time.Hour)
		if _, hidden := w.queue.Depth(); hidden > 80 || s.Stats().Waiting > 40 {
			t.Errorf("%d messages are held, %d objects wait", hidden, s.Stats().Waiting)
		}
	})
}

// TestCloseGivesBack: what is committed is deleted, what is not is given back at
// once, and nothing goes on.
func TestCloseGivesBack(t *testing.T) {
	inWorld(t, standin.QueueOptions{Visibility: time.Hour}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		for i := range 15 {
			w.put(fmt.Sprint(i), "x")
		}
		s := w.source(nil)
		settle(t, w.next(s), nil)
		open := w.next(s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if visible, hidden := w.queue.Depth(); visible != 14 || hidden != 0 {
			t.Errorf("%d can be received, %d are hidden", visible, hidden)
		}
		settle(t, open, nil) // too late, and harmless
		if d, err := s.Receive(t.Context()); d != nil || err == nil {
			t.Error("a closed source delivers")
		}
	})
}

// TestThrottledQueue: three calls of ten are refused, of every kind, for as long
// as it takes. Nothing is lost and nothing is read twice.
func TestThrottledQueue(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		for i := range 300 {
			w.put(fmt.Sprint(i), fmt.Sprint(i))
		}
		w.cloud.Fault(standin.Fault{Service: "sqs", Share: 0.3, Seed: 3, Status: 400, Code: "RequestThrottled", Message: "Rate exceeded"})
		got := w.drain(time.Hour, 4, w.source(func(c *s3.Config) {
			c.Workers = 2
			c.VisibilityTimeout = config.Duration(time.Minute)
		}))
		if len(got.texts) != 300 || w.queue.Len() != 0 {
			t.Errorf("%d objects read, %d messages left", len(got.texts), w.queue.Len())
		}
	})
}
