package sqs

import (
	"errors"
	"strings"
	"testing"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
	"seismo/test/standin"
)

const secretText = "nobody may see this"

func quarantine(c *s3.Config) { c.OnPoison = s3.PoisonQuarantine }

// TestCase6PoisonIsLeft: a message that cannot be understood is left for the
// queue's own dead-letter queue, counted and said in the log, without a word of it.
// What a message tells beside that is read.
func TestCase6PoisonIsLeft(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		dead := w.cloud.CreateQueue("dead", standin.QueueOptions{})
		w.queue = w.cloud.CreateQueue("logs-2", standin.QueueOptions{DeadLetter: dead, MaxReceive: 5})
		w.put("good", "text")
		w.queue.Send(secretText)
		w.queue.Send(`{"Records":[{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"` + bucket + `"},"object":{"key":"good"}}},{"` + secretText + `":1}]}`)
		s := w.source(nil)
		got := w.drain(2*time.Hour, 1, s)
		if len(got.texts) != 1 || w.queue.Deleted() != 0 || dead.Len() != 2 {
			t.Errorf("read %v, deleted %d, dead %d", got.texts, w.queue.Deleted(), dead.Len())
		}
		for _, err := range got.faults {
			var fault *source.Fault
			if !errors.As(err, &fault) || fault.Kind != source.Unknown || fault.Remedy == "" || strings.Contains(err.Error(), secretText) {
				t.Errorf("shown as %v", err)
			}
		}
		if n := s.Stats().Poison; n != 10 || len(got.faults) != 10 || !strings.Contains(w.logs.String(), "poison message") {
			t.Errorf("%d receipts counted\n%s", n, w.logs.String())
		}
		if strings.Contains(w.logs.String(), secretText) {
			t.Error("the log repeats the message")
		}
	})
}

// TestCase6PoisonIsLeftForGood: without a dead-letter queue the message stays in
// the queue, and comes at longer and longer intervals.
func TestCase6PoisonIsLeftForGood(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.queue.Send(secretText)
		s := w.source(nil)
		w.drain(24*time.Hour, 1, s)
		if n := s.Stats().Poison; w.queue.Len() != 1 || n < 90 || n > 110 {
			t.Errorf("%d messages left after %d receipts in a day", w.queue.Len(), n)
		}
	})
}

// TestCase6PoisonIsQuarantined: where the user says so, the body is delivered, and
// the message is deleted after that was committed, not before.
func TestCase6PoisonIsQuarantined(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.queue.Send(secretText)
		s := w.source(quarantine)
		d := w.next(s)
		if text(t, d) != secretText || !strings.HasPrefix(d.Object().ID, "sqs:") || d.Object().Origin.Key == "" {
			t.Errorf("%+v", d.Object())
		}
		settle(t, d, errors.New("disk full"))
		pass(time.Second)
		if w.queue.Deleted() != 0 {
			t.Fatal("deleted without a commit")
		}
		d = w.next(s)
		settle(t, d, nil)
		pass(time.Second)
		if w.queue.Len() != 0 || w.queue.Deleted() != 1 {
			t.Errorf("%d left", w.queue.Len())
		}
	})
}

// TestCase6FailsTooOften: an object that fails for a reason of its own each time
// makes its message poison; one that fails because of the world around it does not,
// however often: it is neither deleted nor given up.
func TestCase6FailsTooOften(t *testing.T) {
	for _, c := range []struct {
		name    string
		kind    source.Kind
		instead bool
	}{{"of its own", source.Unknown, true}, {"forbidden", source.Forbidden, false}, {"throttled", source.Throttled, false}} {
		t.Run(c.name, func(t *testing.T) {
			inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
				w.cloud.Notify(bucket, "", "", w.queue, standin.FromS3)
				o := w.put("a", "x")
				s := w.source(quarantine)
				for attempt := 1; attempt <= 5; attempt++ {
					d := w.next(s)
					if d.Object().ID != (s3.Ref{Bucket: bucket, Key: "a", ETag: o.ETag}).ID() || d.Object().Attempt != attempt {
						t.Fatalf("attempt %d: %+v", attempt, d.Object())
					}
					settle(t, d, &source.Fault{Kind: c.kind})
				}
				d := w.next(s)
				if got := strings.HasPrefix(d.Object().ID, "sqs:"); got != c.instead {
					t.Errorf("after five failures: %+v", d.Object())
				}
				if w.queue.Deleted() != 0 {
					t.Error("deleted without a commit")
				}
				settle(t, d, nil)
				pass(time.Second)
				if w.queue.Len() != 0 {
					t.Error("the message is there still")
				}
			})
		})
	}
}

// TestRecordsInMessages: messages that are records themselves are delivered as
// they are, and are the same when they come twice or through a topic.
func TestRecordsInMessages(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		const finding = `{"detail-type":"GuardDuty Finding","source":"aws.guardduty","detail":{"id":"1"}}`
		w.queue.Send(finding)
		w.queue.Send(finding)
		w.queue.Send(`{"Type":"Notification","Message":"` + strings.ReplaceAll(finding, `"`, `\"`) + `"}`)
		w.queue.Send(`{"detail-type":"AWS API Call via CloudTrail","detail":{"eventName":"Converse"}}`)
		got := w.drain(time.Minute, 1, w.source(nil))
		if len(got.texts) != 2 || w.queue.Len() != 0 {
			t.Errorf("read %v, %d left", got.texts, w.queue.Len())
		}
		for id, text := range got.texts {
			if text == finding && got.delivered[id] != 3 {
				t.Errorf("the finding was delivered %d times", got.delivered[id])
			}
		}
	})
}
