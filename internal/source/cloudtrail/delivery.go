package cloudtrail

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// pageOf makes the object and the bytes of a delivery out of events, in the form
// of LookupEvents' own answer.
func pageOf(name, region, eventSource string, events []types.Event) (source.Object, []byte) {
	body := encode(events)
	o := source.Object{
		ID:     paged.ID(name, events, func(e *types.Event) string { return aws.ToString(e.EventId) }),
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

// page has the form of LookupEvents' own answer.
type page struct {
	Events []found `json:"Events"`
}

// found is an event of a page. What CloudTrail left out stays out.
type found struct {
	EventID   *string `json:"EventId,omitzero"`
	EventName *string `json:"EventName,omitzero"`
	Event     *string `json:"CloudTrailEvent,omitzero"`
}

func encode(events []types.Event) []byte {
	p := page{Events: make([]found, len(events))}
	for i, e := range events {
		p.Events[i] = found{e.EventId, e.EventName, e.CloudTrailEvent}
	}
	body, _ := json.Marshal(p, jsontext.AllowInvalidUTF8(true)) // of texts alone: it cannot fail
	return body
}
