package sqs

import (
	"errors"
	"fmt"
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

// TestDeletingIsForbidden: while messages can be received and not deleted, Receive
// says so again and again, with the missing permission.
func TestDeletingIsForbidden(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
		w.put("a", "x")
		restore := w.cloud.Fault(standin.Fault{Service: "sqs", Op: "DeleteMessageBatch", Status: 403, Code: "AccessDenied"})
		s := w.source(nil)
		settle(t, w.next(s), nil)
		for range 3 {
			d, err := s.Receive(t.Context())
			var fault *source.Fault
			if d != nil || !errors.As(err, &fault) || fault.Kind != source.Forbidden || fault.Action != "sqs:DeleteMessage" {
				t.Fatalf("Receive: %v, %v", d, err)
			}
			pass(time.Minute)
		}
		restore()
		for w.queue.Len() > 0 { // it came again, and is known
			if d, _ := s.Receive(t.Context()); d != nil {
				settle(t, d, nil)
			}
		}
	})
}
