package decode

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"strings"

	"seismo/internal/jsondoc"
)

// opener emits what is inside of an envelope.
type opener func(r *run, doc jsondoc.Value, p place) error

// envelopeOf knows the envelopes by their members; nil when doc is none.
func envelopeOf(doc jsondoc.Value) opener {
	has := func(name string, kind jsondoc.Kind) bool { return doc.Get(name).Kind() == kind }
	switch {
	case has("messageType", jsondoc.String) && (has("logEvents", jsondoc.Array) || has("logGroup", jsondoc.String)):
		return (*run).subscription
	case has("awslogs", jsondoc.Object):
		return payload("awslogs", "data")
	case has("kinesis", jsondoc.Object):
		return payload("kinesis", "data")
	case has("CloudTrailEvent", jsondoc.String):
		return carried("CloudTrailEvent")
	case has("detail-type", jsondoc.String) && has("detail", jsondoc.Object):
		return detail
	case has("message", jsondoc.String) || has("message", jsondoc.Object):
		if doc.First("timestamp", "eventId", "id", "ingestionTime", "logStreamName").Exists() {
			return (*run).logEvent
		}
	case has("data", jsondoc.String) && isStreamRecord(doc):
		return payload("data")
	case has("Data", jsondoc.String) && has("PartitionKey", jsondoc.String):
		return payload("Data")
	case isTestNotice(doc):
		return func(r *run, doc jsondoc.Value, p place) error {
			return r.skip(p, SkipTestEvent, int64(len(doc.Raw())))
		}
	}
	for _, name := range [...]string{"Records", "records", "events", "Events", "results", "logEvents"} {
		if list := doc.Get(name); list.Kind() == jsondoc.Array {
			return func(r *run, doc jsondoc.Value, p place) error { return r.each(doc, list, p) }
		}
	}
	return nil
}

// isStreamRecord knows a record of Kinesis or Firehose, or the bare data of one.
func isStreamRecord(doc jsondoc.Value) bool {
	return doc.Len() == 1 ||
		doc.First("recordId", "approximateArrivalTimestamp", "partitionKey", "sequenceNumber").Exists()
}

// isTestNotice knows S3's test event inside SNS or SQS.
func isTestNotice(doc jsondoc.Value) bool {
	for _, text := range [...]jsondoc.Value{doc.Get("Message"), doc.Get("Sns", "Message"), doc.Get("body"), doc.Get("Body")} {
		s := text.Str()
		if !strings.Contains(s, "s3:TestEvent") {
			continue
		}
		inner, err := jsondoc.Parse([]byte(s))
		if err == nil && (inner.Get("Event").Str() == "s3:TestEvent" || isTestNotice(inner)) {
			return true
		}
	}
	return false
}

// subscription opens a payload of a CloudWatch Logs subscription.
func (r *run) subscription(doc jsondoc.Value, p place) error {
	size := int64(len(doc.Raw()))
	if doc.Get("messageType").Str() == "CONTROL_MESSAGE" {
		return r.skip(p, SkipControl, size)
	}
	p.origin.Group = doc.Get("logGroup").Str()
	p.origin.Stream = doc.Get("logStream").Str()
	events := doc.Get("logEvents")
	if events.Kind() != jsondoc.Array {
		return r.bad(p, BadEnvelope, "a subscription payload without log events", whole(doc.Raw()))
	}
	if events.Len() == 0 {
		return r.skip(p, SkipEmpty, size)
	}
	for event := range events.Items() {
		if err := r.logEvent(event, p); err != nil {
			return err
		}
	}
	return nil
}

// logEvent opens one event of a log group, as a subscription, FilterLogEvents
// or GetLogEvents give it. Ids have 56 digits: they are text.
func (r *run) logEvent(event jsondoc.Value, p place) error {
	set(&p.origin.EventID, event.First("id", "eventId"))
	set(&p.origin.Stream, event.Get("logStreamName"))
	switch message := event.Get("message"); message.Kind() {
	case jsondoc.String:
		return r.message(message.Str(), p)
	case jsondoc.Object:
		return r.part(message, p)
	}
	return r.bad(p, BadEnvelope, "a log event without a message", whole(event.Raw()))
}

func set(target *string, v jsondoc.Value) {
	switch v.Kind() {
	case jsondoc.String:
		*target = v.Str()
	case jsondoc.Number:
		*target = string(v.Raw())
	}
}

// isInsightsRow knows a row of a Logs Insights result: a list of named fields.
func isInsightsRow(doc jsondoc.Value) bool {
	for field := range doc.Items() {
		return field.Get("field").Kind() == jsondoc.String && field.Get("value").Exists()
	}
	return false
}

func (r *run) insightsRow(doc jsondoc.Value, p place) error {
	var message jsondoc.Value
	for field := range doc.Items() {
		switch field.Get("field").Str() {
		case "@message":
			message = field.Get("value")
		case "@logStream":
			set(&p.origin.Stream, field.Get("value"))
		case "@log": // account:group
			_, p.origin.Group, _ = strings.Cut(field.Get("value").Str(), ":")
		}
	}
	if message.Kind() != jsondoc.String {
		return r.bad(p, BadUnknown, "a row of a query result without @message", whole(doc.Raw()))
	}
	return r.message(message.Str(), p)
}

// carried opens an envelope that holds the record as JSON in a string.
func carried(name string) opener {
	return func(r *run, doc jsondoc.Value, p place) error { return r.message(doc.Get(name).Str(), p) }
}

// detail opens an event of EventBridge.
func detail(r *run, doc jsondoc.Value, p place) error {
	inner := doc.Get("detail")
	if !isTrail(inner) && inner.Get("schemaType").Str() != "ModelInvocationLog" {
		return r.bad(p, BadUnknown, "an event that carries no known kind of record", whole(doc.Raw()))
	}
	return r.part(inner, p)
}

// payload opens base64 data, which is decoded as an object of its own: it may be
// compressed, and may be anything inside.
func payload(path ...string) opener {
	return func(r *run, doc jsondoc.Value, p place) error {
		data := doc.Get(path...)
		if data.Kind() != jsondoc.String {
			return r.bad(p, BadEnvelope, "an envelope without data", whole(doc.Raw()))
		}
		bytes, err := base64.StdEncoding.DecodeString(data.Str())
		if err != nil {
			return r.bad(p, BadEnvelope, "the data is not base64", whole(doc.Raw()))
		}
		return r.inside(bytes, p)
	}
}

// inside decodes the bytes of a payload. What breaks it does not stop the
// object, unless nothing more may come out at all.
func (r *run) inside(b []byte, p place) error {
	p.inside = true
	in := &meter{r: bytes.NewReader(b), run: r}
	err := r.stream(bufio.NewReaderSize(in, min(64<<10, max(16, len(b)))), p)
	if errors.Is(err, errStop) && !r.spent {
		return nil
	}
	return err
}
