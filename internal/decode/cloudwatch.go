package decode

import (
	"strings"

	"seismo/internal/jsondoc"
)

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
		return r.bad(p, BadEnvelope, said("a subscription payload without log events"), whole(doc.Raw()))
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
	return r.bad(p, BadEnvelope, said("a log event without a message"), whole(event.Raw()))
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
		return r.bad(p, BadUnknown, said("a row of a query result without @message"), whole(doc.Raw()))
	}
	return r.message(message.Str(), p)
}
