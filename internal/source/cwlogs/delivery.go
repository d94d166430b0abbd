package cwlogs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/source"
)

// delivery is some events of one page, or nothing but a cursor. It can be opened
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

// pageOf makes the object and the bytes of a delivery out of events. The bytes
// have the form of FilterLogEvents' own answer.
func pageOf(g *group, events []types.FilteredLogEvent) (source.Object, []byte) {
	body := encode(events)
	ids := sha256.New()
	var newest int64
	for _, e := range events {
		ids.Write([]byte(idOf(&e)))
		ids.Write([]byte{'\n'})
		newest = max(newest, aws.ToInt64(e.IngestionTime))
	}
	o := source.Object{
		ID:     "cwl:" + g.arn + "#" + hex.EncodeToString(ids.Sum(nil)[:16]),
		Origin: event.Origin{Group: g.name},
		Size:   int64(len(body)),
	}
	if newest > 0 {
		o.Modified = time.UnixMilli(newest).UTC()
	}
	return o, body
}

// idOf is an event's id. Where an emulator gives none, what the event says stands
// for it: without an id two events must not be taken for one.
func idOf(e *types.FilteredLogEvent) string {
	if id := aws.ToString(e.EventId); id != "" {
		return id
	}
	return fmt.Sprint(aws.ToString(e.LogStreamName), aws.ToInt64(e.Timestamp), aws.ToInt64(e.IngestionTime), aws.ToString(e.Message))
}

// encode writes {"events":[…]}. What CloudWatch left out stays out.
func encode(events []types.FilteredLogEvent) []byte {
	var b bytes.Buffer
	e := jsontext.NewEncoder(&b, jsontext.AllowInvalidUTF8(true))
	w := writer{e}
	w.token(jsontext.BeginObject)
	w.token(jsontext.String("events"))
	w.token(jsontext.BeginArray)
	for _, event := range events {
		w.token(jsontext.BeginObject)
		w.text("eventId", event.EventId)
		w.text("logStreamName", event.LogStreamName)
		w.number("timestamp", event.Timestamp)
		w.number("ingestionTime", event.IngestionTime)
		w.text("message", event.Message)
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

func (w writer) number(name string, value *int64) {
	if value != nil {
		w.token(jsontext.String(name))
		w.token(jsontext.Int(*value))
	}
}
