package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// testIdentity goes through the identity rule with one call that comes three
// times, its late CloudTrail event, and another call under its request id.
func testIdentity(t *testing.T, open Opener) {
	s := fresh(t, open)
	full := Call(1, "Where is the zebra?", "At home.")
	bare := full
	bare.Body.Input = event.Body{State: event.BodyMissing, Reason: "text logging is off"}
	bare.Body.Output = bare.Body.Input
	bare.Cost = event.Cost{State: event.Unpriced, Reason: "no tokens"}
	bare.Origin = event.Origin{Group: "/aws/bedrock", Stream: "s", EventID: "1"}
	trail := Trail(full, 1)
	other := full
	other.ID, other.Time = "zzz-other", full.Time.Add(time.Minute)

	wantReceipt(t, appendAll(t, s, bare, trail), 2, 0)
	all(t, s, query.Query{})
	wantReceipt(t, appendAll(t, s, full, full, trail, other), 2-1, 3)

	got := all(t, s, query.Query{Oldest: true})
	if len(got) != 2 {
		t.Fatalf("%d events are shown, want the call and the one in conflict with it", len(got))
	}
	call := got[0]
	if call.ID != full.ID || call.Conflict || call.Source.IP != "192.0.2.10" || call.Trail.Name != "Converse" {
		t.Errorf("the call has not the facts of its CloudTrail event: %+v", call)
	}
	if call.Cost.State != event.Priced || call.Cost.Reason != "" || call.Body.Input.Reason != "" {
		t.Errorf("the fuller record does not speak: %+v %+v", call.Cost, call.Body)
	}
	if call.Origin.Key != full.Origin.Key {
		t.Errorf("origin is %+v, want the one in S3", call.Origin)
	}
	if !got[1].Conflict || got[1].Trail.Name != "Converse" {
		t.Errorf("the second call of one request id is not in conflict: %+v", got[1])
	}
	hidden, _, err := s.Record(t.Context(), trail.ID)
	if err != nil || hidden.Trail.ID != trail.Trail.ID {
		t.Errorf("the CloudTrail event itself is gone: %v", err)
	}
}

func wantReceipt(t testing.TB, r store.Receipt, stored, duplicate int) {
	t.Helper()
	if r.Stored != stored || r.Duplicate != duplicate {
		t.Errorf("stored %d, duplicate %d; want %d and %d", r.Stored, r.Duplicate, stored, duplicate)
	}
}

// testAnyOrder holds the store to the model: whatever the order, the batches and
// the repetitions in which records come, the rows are those of store.Merge.
func testAnyOrder(t *testing.T, open Opener) {
	keys := Keyring(t)
	rapid.Check(t, func(rt *rapid.T) {
		records := rapid.SliceOfN(rapid.Custom(record), 1, 14).Draw(rt, "records")
		arrivals := append([]event.Event{}, records...)
		for range rapid.IntRange(0, 6).Draw(rt, "repetitions") {
			arrivals = append(arrivals, rapid.SampledFrom(records).Draw(rt, "again"))
		}
		arrivals = rapid.Permutation(arrivals).Draw(rt, "order")

		s := open(t, Config{Keyring: keys})
		defer s.Close()
		ids := make(map[string]bool)
		for len(arrivals) > 0 {
			n := rapid.IntRange(1, len(arrivals)).Draw(rt, "batch")
			receipt, err := s.Append(t.Context(), store.Batch{Events: arrivals[:n]})
			if err != nil {
				rt.Fatal(err)
			}
			checkReceipt(rt, receipt, arrivals[:n], ids)
			arrivals = arrivals[n:]
			if rapid.Bool().Draw(rt, "read between") {
				if _, err := s.Search(t.Context(), query.Query{}); err != nil {
					rt.Fatal(err)
				}
			}
		}
		checkRows(rt, t, s, records)
	})
}

func checkReceipt(rt *rapid.T, r store.Receipt, batch []event.Event, ids map[string]bool) {
	stored := 0
	for i, e := range batch {
		if r.New[i] == ids[e.ID] {
			rt.Fatalf("event %d of a batch: new is %v", i, r.New[i])
		}
		if !ids[e.ID] {
			stored++
		}
		ids[e.ID] = true
	}
	if r.Stored != stored || r.Stored+r.Duplicate != len(batch) {
		rt.Fatalf("receipt %+v, want %d stored of %d", r, stored, len(batch))
	}
}

func checkRows(rt *rapid.T, t *testing.T, s Opened, records []event.Event) {
	var want []event.Event
	for _, row := range store.Merge(records) {
		if !row.Hidden {
			want = append(want, row.Event)
			continue
		}
		got, _, err := s.Record(t.Context(), row.ID)
		if err != nil {
			rt.Fatalf("hidden event: %v", err)
		}
		if diff := cmp.Diff(row.Event, got); diff != "" {
			rt.Fatalf("hidden event (-want +got):\n%s", diff)
		}
	}
	page, err := s.Search(t.Context(), query.Query{Oldest: true, Limit: 1000})
	if err != nil {
		rt.Fatal(err)
	}
	if diff := cmp.Diff(want, page.Events); diff != "" {
		rt.Fatalf("rows (-want +got):\n%s", diff)
	}
}

// record draws one record: of few requests, so that most have something to do
// with each other, at times on both sides of a day's distance.
func record(rt *rapid.T) event.Event {
	offset := rapid.SampledFrom([]time.Duration{0, time.Nanosecond, time.Second, time.Hour, 24 * time.Hour,
		24*time.Hour + time.Nanosecond, 24*time.Hour + time.Microsecond, 48 * time.Hour, 49 * time.Hour, 96 * time.Hour}).Draw(rt, "offset")
	at := start.Add(offset)
	if rapid.IntRange(0, 9).Draw(rt, "timeless") == 0 {
		at = time.Time{}
	}
	request := rapid.SampledFrom([]string{"r1", "r1", "r2", ""}).Draw(rt, "request")
	region := rapid.SampledFrom([]string{"us-east-1", "us-east-1", "eu-west-1"}).Draw(rt, "region")
	e := event.Event{Account: "111122223333", Region: region, RequestID: request, Time: at,
		Origin: rapid.SampledFrom(origins).Draw(rt, "origin")}
	if rapid.Bool().Draw(rt, "trail") {
		return trailRecord(rt, e)
	}
	return callRecord(rt, e)
}

var origins = []event.Origin{
	{Bucket: "example-logs", Key: "a.json.gz", Line: ptr(int64(1))},
	{Bucket: "example-logs", Key: "a.json.gz", Line: ptr(int64(2))},
	{Group: "/aws/bedrock", Stream: "s", EventID: "1"},
	{Key: "a.json"},
}

// callRecord draws a call with none, some or all of its bodies. What a record
// says follows from the call and how full it is.
func callRecord(rt *rapid.T, e event.Event) event.Event {
	e.Kind = event.KindCall
	model := rapid.SampledFrom([]string{"m1", "m2"}).Draw(rt, "model")
	e.ModelRef = model
	raw := fmt.Sprintf(`{"model":%q,"time":%d}`, model, e.Time.UnixNano())
	e.ID = event.CallID(event.Envelope{Account: e.Account, Region: e.Region, RequestID: e.RequestID,
		Time: e.Time, ModelRef: model}, []byte(raw))
	e.Principal = "arn:aws:iam::111122223333:role/app-role"
	switch rapid.IntRange(0, 2).Draw(rt, "fullness") {
	case 0:
		e.Body.Input = event.Body{State: event.BodyMissing, Reason: "off"}
		e.Body.Output = e.Body.Input
		e.Cost = event.Cost{State: event.Unpriced, Reason: "no tokens"}
	case 1:
		e.Body.Input = event.Body{State: event.BodyS3, URI: "s3://example-logs/data/x"}
		e.Body.Output = event.Body{State: event.BodyInline}
		e.Tokens = event.Tokens{Output: ptr(int64(3)), Total: ptr(int64(3))}
		e.Cost = event.Cost{State: event.Unpriced, Reason: "no price"}
		e.StopReason = "end_turn"
	case 2:
		e.Body.Input = event.Body{State: event.BodyFetched, URI: "s3://example-logs/data/x"}
		e.Body.Output = event.Body{State: event.BodyInline}
		e.Tokens = event.Tokens{Input: ptr(int64(4)), Output: ptr(int64(3)), Total: ptr(int64(7))}
		e.Cost = event.Cost{State: event.Priced, USD: ptr(0.25)}
		e.StopReason, e.Conversation, e.Turn = "end_turn", "c-1", ptr(int64(2))
		e.ToolsOffered = []string{"b", "a"}
	}
	e.Record.Raw = []byte(raw)
	return e
}

// trailRecord draws a CloudTrail event. Its facts follow from its id.
func trailRecord(rt *rapid.T, e event.Event) event.Event {
	n := rapid.IntRange(1, 3).Draw(rt, "event id")
	e.Kind = event.KindTrail
	e.Trail = event.Trail{ID: fmt.Sprintf("t%d-%s-%s-%d", n, e.RequestID, e.Region, e.Time.UnixNano()), Name: "Converse"}
	e.ID = event.TrailID(e.Account, e.Region, e.Trail.ID, nil)
	e.Source.IP = fmt.Sprintf("192.0.2.%d", n)
	if n == 2 {
		e.UserAgent, e.MFA, e.InferenceRegion = "Boto3/1.34", ptr(true), "us-west-2"
		e.Trail.Request = []byte(`{"modelId":"m1"}`)
	}
	e.Record.Raw = []byte(`{"eventID":"` + e.Trail.ID + `"}`)
	return e
}
