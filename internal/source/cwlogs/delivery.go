package cwlogs

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// pageOf makes the object and the bytes of a delivery out of events. The bytes
// have the form of FilterLogEvents' own answer.
func pageOf(g *group, events []types.FilteredLogEvent) (source.Object, []byte) {
	body := encode(events)
	var newest int64
	for _, e := range events {
		newest = max(newest, aws.ToInt64(e.IngestionTime))
	}
	o := source.Object{
		ID:     paged.ID("cwl:"+g.arn, events, idOf),
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

// page has the form of FilterLogEvents' own answer.
type page struct {
	Events []line `json:"events"`
}

// line is an event of a page. What CloudWatch left out stays out.
type line struct {
	EventID       *string `json:"eventId,omitzero"`
	Stream        *string `json:"logStreamName,omitzero"`
	Timestamp     *int64  `json:"timestamp,omitzero"`
	IngestionTime *int64  `json:"ingestionTime,omitzero"`
	Message       *string `json:"message,omitzero"`
}

func encode(events []types.FilteredLogEvent) []byte {
	p := page{Events: make([]line, len(events))}
	for i, e := range events {
		p.Events[i] = line{e.EventId, e.LogStreamName, e.Timestamp, e.IngestionTime, e.Message}
	}
	body, _ := json.Marshal(p, jsontext.AllowInvalidUTF8(true)) // of texts and numbers alone: it cannot fail
	return body
}
