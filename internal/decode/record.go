package decode

import (
	"bytes"
	"errors"
	"strings"

	"seismo/internal/jsondoc"
)

// value judges one parsed value and emits what is in it. doc must be a document
// of its own, not part of one: it goes out with the item.
func (r *run) value(doc jsondoc.Value, p place) error {
	switch doc.Kind() {
	case jsondoc.Object:
		return r.record(doc, p)
	case jsondoc.Array:
		if isInsightsRow(doc) {
			return r.insightsRow(doc, p)
		}
		return r.each(doc, doc, p)
	}
	return r.bad(p, BadNotObject, said("a record is a JSON object, and this is not"), whole(doc.Raw()))
}

// record judges an object.
func (r *run) record(doc jsondoc.Value, p place) error {
	switch {
	case doc.Get("schemaType").Str() == "ModelInvocationLog":
		return r.good(doc, p, Invocation)
	case isInsight(doc):
		return r.good(doc, p, Insight)
	case isTrail(doc):
		return r.good(doc, p, Trail)
	case isGuardDuty(doc):
		return r.good(doc, p, GuardDuty)
	case doc.Get("Event").Str() == "s3:TestEvent":
		return r.skip(p, SkipTestEvent, int64(len(doc.Raw())))
	case doc.Get("digestStartTime").Exists() && doc.Get("digestEndTime").Exists():
		return r.skip(p, SkipDigest, int64(len(doc.Raw())))
	}
	if open := envelopeOf(doc); open != nil {
		if p.layers >= r.limits.Layers {
			return r.bad(p, BadLayers, said("more layers of envelopes than the limit allows"), whole(doc.Raw()))
		}
		return open(r, doc, p.deeper())
	}
	if isInvocation(doc) {
		return r.good(doc, p, Invocation)
	}
	return r.bad(p, BadUnknown, said("an object that is no known kind of record"), whole(doc.Raw()))
}

// part judges a value inside a document as one of its own.
func (r *run) part(v jsondoc.Value, p place) error {
	raw := bytes.Clone(v.Raw())
	if _, err := r.parser.Prefix(raw, true); err != nil {
		return r.unreadable(raw, p, err)
	}
	return r.value(r.parser.Take(raw), p)
}

// each judges the elements of a list inside doc.
func (r *run) each(doc, list jsondoc.Value, p place) error {
	if p.layers >= r.limits.Layers {
		return r.bad(p, BadLayers, said("more layers of lists than the limit allows"), whole(doc.Raw()))
	}
	if list.Len() == 0 {
		return r.skip(p, SkipEmpty, int64(len(doc.Raw())))
	}
	for item := range list.Items() {
		if err := r.part(item, p.deeper()); err != nil {
			return err
		}
	}
	return nil
}

// message judges the text of a log event: one record, or something to skip.
func (r *run) message(text string, p place) error {
	raw := []byte(strings.TrimSpace(text))
	switch {
	case len(raw) == 0:
		return r.skip(p, SkipEmpty, int64(len(text)))
	case string(raw) == permissionSentence:
		return r.skip(p, SkipPermissionCheck, int64(len(raw)))
	case int64(len(raw)) > r.limits.Line:
		return r.bad(p, BadTooLong, errTooLong, whole(raw))
	}
	n, err := r.parser.Prefix(raw, true)
	if err == nil && n < len(raw) {
		err = &jsondoc.Error{Offset: n, Want: "the end of the text", Err: jsondoc.ErrSyntax}
	}
	if err != nil {
		return r.unreadable(raw, p, err)
	}
	return r.value(r.parser.Take(raw), p)
}

// reasonOf is the reason for which a text cannot be parsed.
func reasonOf(err error) string {
	switch {
	case errors.Is(err, jsondoc.ErrDepth):
		return BadTooDeep
	case errors.Is(err, jsondoc.ErrSyntax):
		return BadJSON
	}
	return BadTooLong
}

func (r *run) unreadable(raw []byte, p place, err error) error {
	return r.bad(p, reasonOf(err), err, whole(raw))
}

// isTrail knows a CloudTrail event. Lambda and S3 events have eventSource and
// eventName too, but theirs name no service's address.
func isTrail(doc jsondoc.Value) bool {
	source := doc.Get("eventSource")
	if strings.HasPrefix(source.Str(), "aws:") || doc.Get("s3").Exists() {
		return false
	}
	if source.Exists() && doc.Get("eventName").Exists() {
		return true
	}
	if !doc.Get("eventVersion").Exists() {
		return false
	}
	return doc.Get("eventName").Exists() || strings.HasPrefix(doc.Get("eventType").Str(), "Aws")
}

// isInsight knows an event of CloudTrail Insights, which tells of no call but of
// an unusual number of calls. Such events lie in files under CloudTrail-Insight,
// and may come among others too.
func isInsight(doc jsondoc.Value) bool {
	return doc.Get("eventCategory").Str() == "Insight" || doc.Get("insightDetails").Kind() == jsondoc.Object
}

// isGuardDuty knows a finding in the form that GuardDuty exports to S3 and sends
// to EventBridge.
func isGuardDuty(doc jsondoc.Value) bool {
	if doc.Get("type").Kind() != jsondoc.String || doc.Get("id").Kind() != jsondoc.String {
		return false
	}
	return doc.Get("service", "serviceName").Str() == "guardduty" || strings.Contains(doc.Get("arn").Str(), ":guardduty:")
}

// isInvocation knows a record of the invocation log that does not name itself,
// as made by hand or by tools on the way: it says which model or operation it
// is about or has the log's bodies, and has enough of the log's other fields.
func isInvocation(doc jsondoc.Value) bool {
	model := doc.Get("modelId").Kind() == jsondoc.String
	bodies := hasBody(doc.Get("input"), "input") || hasBody(doc.Get("output"), "output")
	operation := isOperation(doc.Get("operation").Str())
	if !model && !bodies && !operation {
		return false
	}
	known := 0
	for _, name := range [...]string{"modelId", "operation", "input", "output", "requestId", "timestamp",
		"accountId", "region", "identity", "errorCode", "schemaVersion"} {
		if doc.Get(name).Exists() {
			known++
		}
	}
	return known >= 3 || bodies && known >= 2
}

func hasBody(side jsondoc.Value, prefix string) bool {
	for _, rest := range [...]string{"BodyJson", "BodyS3Path", "TokenCount", "ContentType"} {
		if side.Get(prefix + rest).Exists() {
			return true
		}
	}
	return false
}

func isOperation(name string) bool {
	return strings.HasPrefix(name, "InvokeModel") || strings.HasPrefix(name, "Converse")
}
