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

func trusting(names ...string) func(*s3.Config) {
	return func(c *s3.Config) { c.Buckets = names }
}

// refusedBy tells whether a delivery is refused, and by which fault.
func refusedBy(t *testing.T, d source.Delivery) *source.Fault {
	t.Helper()
	_, err := d.Open(t.Context())
	var fault *source.Fault
	if !errors.As(err, &fault) || fault.Kind != source.Refused || fault.Remedy == "" || !strings.HasPrefix(d.Object().ID, refusedID) {
		t.Fatalf("%s is not refused: %v", d.Object().ID, err)
	}
	return fault
}

// TestOtherBucketsAreNotAskedFor: messages in every form that name a bucket of
// somebody else have nothing asked of S3, are delivered as refused and deleted
// after that was committed, once, and not before.
func TestOtherBucketsAreNotAskedFor(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		const foreign = "somebodys-secrets"
		w.cloud.Bucket(foreign, standin.Region)
		secret := w.cloud.PutObject(foreign, "AWSLogs/x.json.gz", []byte(secretText))
		folder := w.cloud.PutObject(foreign, "AWSLogs/data/", nil) // one that is skipped elsewhere
		forms := []standin.Form{standin.FromS3, standin.FromSNS, standin.RawSNS, standin.EventBridge, standin.TrailSNS, standin.TrailRaw}
		for _, form := range forms {
			w.queue.Send(standin.Notification(form, standin.Region, secret))
		}
		w.queue.Send(standin.Notification(standin.FromS3, standin.Region, folder))
		s := w.source(trusting("example-logs", "other-logs"))
		for i := range len(forms) + 1 {
			d := w.next(s)
			fault := refusedBy(t, d)
			if o := d.Object(); o.Origin.Bucket != foreign || len(fault.Carried) > 0 || strings.Contains(fault.Remedy, "x.json") || !strings.Contains(fault.Remedy, foreign) {
				t.Errorf("%+v: %s", o, fault.Remedy)
			}
			if i == 0 {
				settle(t, d, errors.New("disk full")) // nothing is in quarantine yet
				pass(time.Second)
				if w.queue.Deleted() != 0 {
					t.Error("deleted before it was committed")
				}
				d = w.next(s)
			}
			settle(t, d, nil)
		}
		got := w.drain(time.Hour, 1, s)
		if len(got.texts) > 0 || w.queue.Len() != 0 {
			t.Errorf("read %v, %d messages left", got.texts, w.queue.Len())
		}
		for _, op := range []string{"GetObject", "HeadObject", "ListObjectsV2", "HeadBucket"} {
			if n := w.cloud.Count("s3", op); n != 0 {
				t.Errorf("%d calls of %s for a bucket that is not trusted", n, op)
			}
		}
		if n := s.Stats(); n.Refused < int64(len(forms)+1) || len(n.RefusedIn) != 1 || n.RefusedIn[0] != foreign || n.Poison != 0 {
			t.Errorf("%+v", n)
		}
	})
}

// TestTrustedBucketsAreRead: in one message that names both, the trusted object is
// read and the other is refused.
func TestTrustedBucketsAreRead(t *testing.T) {
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.cloud.Bucket("elsewhere", standin.Region)
		w.queue.Send(standin.Notification(standin.FromS3, standin.Region, w.put("a", "text"), w.cloud.PutObject("elsewhere", "b", []byte("x"))))
		s := w.source(trusting("arn:aws:s3:::" + bucket))
		read, refused := 0, 0
		for range 2 {
			d := w.next(s)
			if d.Object().Origin.Bucket == bucket {
				read++
				if got := text(t, d); got != "text" {
					t.Errorf("read %q", got)
				}
			} else {
				refused++
				refusedBy(t, d)
			}
			settle(t, d, nil)
		}
		pass(time.Second)
		if read != 1 || refused != 1 || w.queue.Len() != 0 {
			t.Errorf("%d read, %d refused, %d messages left", read, refused, w.queue.Len())
		}
	})
}

// TestRecordsInMessagesAreAskedFor: whoever names buckets has to say that records
// in messages count too; without that they are kept, and not read as records, also
// where they hide in a message that cannot be understood.
func TestRecordsInMessagesAreAskedFor(t *testing.T) {
	const record = `{"detail-type":"AWS API Call via CloudTrail","source":"aws.bedrock","detail":{"eventName":"Converse"}}`
	const mixed = `{"Records":[{"eventSource":"bedrock.amazonaws.com","eventName":"Converse"},{"else":1}]}`
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.queue.Send(record)
		w.queue.Send(mixed)
		s := w.source(func(c *s3.Config) {
			trusting(bucket)(c)
			quarantine(c)
		})
		for range 2 {
			d := w.next(s)
			if kept := string(refusedBy(t, d).Carried); kept != record && kept != mixed {
				t.Errorf("kept %q", kept)
			}
			settle(t, d, nil)
		}
		pass(time.Second)
		if n := s.Stats(); w.queue.Len() != 0 || n.Unasked != 1 || n.Poison != 1 {
			t.Errorf("%d messages left, %+v", w.queue.Len(), n)
		}
	})
	inWorld(t, standin.QueueOptions{}, func(t *testing.T, w *world) {
		w.queue.Send(record)
		yes := true
		d := w.next(w.source(func(c *s3.Config) { c.Buckets, c.MessageRecords = []string{bucket}, &yes }))
		if got := text(t, d); got != record {
			t.Errorf("read %q", got)
		}
		settle(t, d, nil)
	})
}
