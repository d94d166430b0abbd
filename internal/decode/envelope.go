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
	case isLogEvent(doc):
		return (*run).logEvent
	case has("data", jsondoc.String) && isStreamRecord(doc):
		return payload("data")
	case has("rawData", jsondoc.String) && doc.First("attemptsMade", "attemptEndingTimestamp").Exists():
		return payload("rawData") // what Firehose could not deliver
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

// isLogEvent knows an event of a log group that stands by itself. Applications
// log objects with a message and a time of their own making, too.
func isLogEvent(doc jsondoc.Value) bool {
	if k := doc.Get("message").Kind(); k != jsondoc.String && k != jsondoc.Object {
		return false
	}
	return doc.First("eventId", "ingestionTime", "logStreamName").Exists() ||
		doc.Get("timestamp").Kind() == jsondoc.Number && (doc.Len() == 2 || doc.Get("id").Exists()) ||
		doc.Get("message", "schemaType").Exists()
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

// carried opens an envelope that holds the record as JSON in a string.
func carried(name string) opener {
	return func(r *run, doc jsondoc.Value, p place) error { return r.message(doc.Get(name).Str(), p) }
}

// detail opens an event of EventBridge.
func detail(r *run, doc jsondoc.Value, p place) error {
	inner := doc.Get("detail")
	if !isTrail(inner) && !isInsight(inner) && !isGuardDuty(inner) && inner.Get("schemaType").Str() != "ModelInvocationLog" {
		return r.bad(p, BadUnknown, said("an event that carries no known kind of record"), whole(doc.Raw()))
	}
	return r.part(inner, p)
}

// payload opens base64 data, which is decoded as an object of its own: it may be
// compressed, and may be anything inside.
func payload(path ...string) opener {
	return func(r *run, doc jsondoc.Value, p place) error {
		data := doc.Get(path...)
		if data.Kind() != jsondoc.String {
			return r.bad(p, BadEnvelope, said("an envelope without data"), whole(doc.Raw()))
		}
		plain, err := unbase64(data.Str())
		if err != nil {
			return r.bad(p, BadEnvelope, said("the data is not base64"), whole(doc.Raw()))
		}
		return r.inside(plain, p)
	}
}

// unbase64 reads both alphabets, with padding or without.
func unbase64(s string) ([]byte, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "=")
	if strings.ContainsAny(s, "-_") {
		return base64.RawURLEncoding.DecodeString(s)
	}
	return base64.RawStdEncoding.DecodeString(s)
}

// inside decodes the bytes of a payload. What breaks it does not stop the
// object, unless nothing more may come out at all.
func (r *run) inside(b []byte, p place) error {
	p.inside = true
	in := &meter{r: bytes.NewReader(b), run: r}
	err := r.stream(bufio.NewReaderSize(in, min(64<<10, max(16, len(b)))), p)
	if errors.Is(err, errStop) && r.spent == nil {
		return nil
	}
	return err
}
