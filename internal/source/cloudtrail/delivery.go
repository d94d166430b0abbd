package cloudtrail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/source"
)

// delivery is what is new in one page, or nothing but a cursor. It can be opened
// more than once and is settled once.
type delivery struct {
	object source.Object
	body   []byte
	once   sync.Once
	settle func(ok bool)
}

func (d *delivery) Object() source.Object { return d.object }

func (d *delivery) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(d.body)), nil
}

func (d *delivery) Settle(_ context.Context, err error) error {
	d.once.Do(func() { d.settle(err == nil) })
	return nil
}

// pageOf makes the object and the bytes of a delivery out of events, in the form
// of LookupEvents' own answer.
func pageOf(name, region, eventSource string, events []types.Event) (source.Object, []byte) {
	body := encode(events)
	ids := sha256.New()
	for _, e := range events {
		ids.Write([]byte(aws.ToString(e.EventId) + "\n"))
	}
	o := source.Object{
		ID:     name + "#" + hex.EncodeToString(ids.Sum(nil)[:16]),
		Origin: originOf(region, eventSource),
		Size:   int64(len(body)),
	}
	if at := aws.ToTime(events[0].EventTime); !at.IsZero() {
		o.Modified = at.UTC()
	}
	return o, body
}

// originOf says where an event came from that lies in no file.
func originOf(region, eventSource string) event.Origin {
	return event.Origin{Key: "LookupEvents/" + region + "/" + eventSource}
}

// encode writes {"Events":[{"EventId":…,"CloudTrailEvent":…}]}. What CloudTrail
// left out stays out.
func encode(events []types.Event) []byte {
	var b bytes.Buffer
	w := writer{jsontext.NewEncoder(&b, jsontext.AllowInvalidUTF8(true))}
	w.token(jsontext.BeginObject)
	w.token(jsontext.String("Events"))
	w.token(jsontext.BeginArray)
	for _, e := range events {
		w.token(jsontext.BeginObject)
		w.text("EventId", e.EventId)
		w.text("EventName", e.EventName)
		w.text("CloudTrailEvent", e.CloudTrailEvent)
		w.token(jsontext.EndObject)
	}
	w.token(jsontext.EndArray)
	w.token(jsontext.EndObject)
	return b.Bytes()
}

// writer leaves out the errors of an encoder: into memory, and in this order,
// there are none.
type writer struct{ *jsontext.Encoder }

func (w writer) token(t jsontext.Token) { _ = w.WriteToken(t) }

func (w writer) text(name string, value *string) {
	if value != nil {
		w.token(jsontext.String(name))
		w.token(jsontext.String(*value))
	}
}
