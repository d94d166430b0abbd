package test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source/s3"
	"seismo/internal/source/sqs"
)

// TestBodyThatComesLate holds that a large body which lands after its record is
// added to the row that was stored without it, by listing and by queue; and that
// a body which never comes is not waited for without end.
func TestBodyThatComesLate(t *testing.T) {
	for _, way := range []string{"listing", "queue"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { lateBody(t, way) })
		})
	}
}

func lateBody(t *testing.T, way string) {
	w := newWeather(t)
	go func() { w.ended <- w.writer.Run(context.Background()) }()
	reader := s3.NewReader(w.account, s3.ReaderOptions{})
	cfg := s3.Config{BucketARN: "arn:aws:s3:::notified"}
	if way == "queue" {
		cfg = s3.Config{QueueURL: w.queue.URL}
	}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	folder := "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/" + now.Format("2006/01/02/15/")
	put := func(id string) {
		w.cloud.PutObject("notified", folder+now.Format("20060102T150405Z_")+id+".json",
			[]byte(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"`+now.Format(time.RFC3339)+`","accountId":"111122223333",`+
				`"region":"us-east-1","requestId":"`+id+`","operation":"Converse","modelId":"amazon.nova-micro-v1:0","input":{"inputContentType":"application/json",`+
				`"inputBodyS3Path":"s3://notified/`+folder+`data/`+id+`_input.json"}}`))
	}
	put("a1")
	put("b2")
	if way == "queue" {
		src, err := sqs.New(t.Context(), cfg, sqs.Deps{Name: way, Account: w.account, Reader: reader, Journal: w.store})
		if err != nil {
			t.Fatal(err)
		}
		w.addWith(t, way, src, reader.Bodies(nil, 0))
	} else {
		src, err := s3.New(t.Context(), cfg, s3.Deps{Name: way, Account: w.account, Reader: reader, Journal: w.store})
		if err != nil {
			t.Fatal(err)
		}
		w.addWith(t, way, src, reader.Bodies(nil, 0))
	}
	time.Sleep(30 * time.Second)
	for _, id := range []string{"a1", "b2"} {
		if got := w.body(t, id); got.State != event.BodyS3 {
			t.Errorf("%s before its body is there: %+v", id, got)
		}
	}
	w.cloud.PutObject("notified", folder+"data/a1_input.json", []byte(`{"messages":[{"role":"user","content":[{"text":"hello"}]}]}`))
	time.Sleep(2 * time.Hour)
	if got := w.body(t, "a1"); got.State != event.BodyFetched {
		t.Errorf("a1 with its body there: %+v", got)
	}
	if got := w.body(t, "b2"); got.State == event.BodyFetched {
		t.Errorf("b2, which has none: %+v", got)
	}
	if n := w.queue.Len(); way == "queue" && n != 0 {
		t.Errorf("%d messages are left", n)
	}
	troubles, err := w.store.Troubles(t.Context(), way)
	if err != nil || len(troubles) != 0 {
		t.Errorf("still waited for: %+v, %v", troubles, err)
	}
	if c := w.meters[way].Counts(); c.Stored != 2 || c.Read != c.Stored+c.Duplicate+c.Skipped+c.Quarantined {
		t.Errorf("%+v", c)
	}
	w.end()
}

// body is what the one row of a request says of its input body.
func (w *weather) body(t *testing.T, requestID string) event.Body {
	t.Helper()
	q, err := query.Parse("request_id:" + requestID)
	if err != nil {
		t.Fatal(err)
	}
	page, err := w.store.Search(t.Context(), query.Query{Where: q})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%d rows of %s, %v", len(page.Events), requestID, err)
	}
	return page.Events[0].Body.Input
}
