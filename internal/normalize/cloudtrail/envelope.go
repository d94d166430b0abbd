package cloudtrail

import (
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// envelope reads what every CloudTrail event has, whatever its source.
func (t *trail) envelope() {
	ev, doc := &t.ev, t.doc
	ev.Time = instant(doc.Get("eventTime").Str())
	ev.Account = text(doc.Get("recipientAccountId"))
	if ev.Account == "" {
		ev.Account = text(doc.Get("userIdentity", "accountId"))
	}
	ev.Region = doc.Get("awsRegion").Str()
	ev.RequestID = doc.Get("requestID").Str()
	ev.Trail = event.Trail{
		ID:       doc.Get("eventID").Str(),
		Name:     doc.Get("eventName").Str(),
		Source:   t.source,
		Category: t.category(),
		Error:    event.Code(text(doc.Get("errorCode"))),
		Message:  doc.Get("errorMessage").Str(),
		Request:  whole(t.request),
		Response: whole(t.response),
		Extra:    whole(t.extra),
	}
	if readOnly, ok := boolean(doc.Get("readOnly")); ok {
		ev.Trail.ReadOnly = &readOnly
	}
	ev.ID = event.TrailID(ev.Account, ev.Region, ev.Trail.ID, doc.Raw())
}

// category of events older than version 1.07 follows from managementEvent.
func (t *trail) category() string {
	if category := t.doc.Get("eventCategory").Str(); category != "" {
		return category
	}
	switch management, ok := boolean(t.doc.Get("managementEvent")); {
	case !ok:
		return ""
	case management:
		return "Management"
	}
	return "Data"
}

// outcome is a failure when an error code or message was logged. Sign-in and AgentCore
// gateways say it in their answer instead.
func (t *trail) outcome() {
	ev := &t.ev
	ev.Error = ev.Trail.Error
	if t.source == "signin.amazonaws.com" && t.response.Get("ConsoleLogin").Str() == "Failure" {
		ev.Outcome = event.Failure
	}
	if strings.HasPrefix(t.source, "bedrock-agentcore") {
		t.gateway()
	}
	switch {
	case ev.Error != "" || ev.Trail.Message != "":
		ev.Outcome = event.Failure
	case ev.Outcome == "":
		ev.Outcome = event.Success
	}
}

// gateway reads an HTTP status and a JSON-RPC error out of responseElements.
func (t *trail) gateway() {
	code, known := t.response.Get("statusCode").Int()
	if known {
		t.ev.Status = event.Code(text(t.response.Get("statusCode")))
	}
	failed := nested(t.response.Get("body")).Get("error")
	if t.ev.Error == "" {
		t.ev.Error = event.Code(text(failed.Get("code")))
	}
	if t.ev.Error == "" && known && code >= 400 {
		t.ev.Error = t.ev.Status
	}
	if t.ev.Trail.Message == "" {
		t.ev.Trail.Message = failed.Get("message").Str()
	}
}

// instant is the zero time when s is no time, such as a masked one.
func instant(s string) time.Time {
	for _, layout := range [...]string{time.RFC3339, time.DateTime} {
		if at, err := time.Parse(layout, s); err == nil && at.Year() > 0 {
			return at.UTC()
		}
	}
	return time.Time{}
}

// text reads a string, or a number that should have been one.
func text(v jsondoc.Value) string {
	if v.Kind() == jsondoc.Number {
		return string(v.Raw())
	}
	return v.Str()
}

// boolean reads true and false, which some fields spell as strings.
func boolean(v jsondoc.Value) (value, ok bool) {
	switch strings.ToLower(v.Str()) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return v.Bool()
}

func whole(v jsondoc.Value) jsontext.Value {
	if !v.Exists() {
		return nil
	}
	return v.Raw()
}
