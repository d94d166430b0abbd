package bedrock

import (
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/arn"
)

// envelope reads everything of the record but the bodies.
func (c *call) envelope(raw []byte) {
	ev, doc := &c.ev, c.doc
	ev.Time = instant(doc.Get("timestamp"))
	ev.Account = word(doc.Get("accountId"))
	ev.Region = doc.Get("region").Str()
	ev.InferenceRegion = doc.Get("inferenceRegion").Str()
	ev.Endpoint = "runtime"
	ev.RequestID = doc.Get("requestId").Str()
	ev.Operation = doc.Get("operation").Str()
	ev.ModelRef = doc.Get("modelId").Str()
	ev.IdentityARN = identity(doc.Get("identity"))
	ev.Principal = arn.Principal(ev.IdentityARN)
	ev.Error = event.Code(word(doc.Get("errorCode")))
	ev.Status = event.Code(word(doc.Get("status")))
	ev.Metadata = metadata(doc.Get("requestMetadata"))
	ev.Outcome = event.Success
	if ev.Error != "" {
		ev.Outcome = event.Failure
	}
	c.counts = usage{
		input:      count(doc.Get("input", "inputTokenCount")),
		cacheRead:  count(doc.Get("input", "cacheReadInputTokenCount")),
		cacheWrite: count(doc.Get("input", "cacheWriteInputTokenCount")),
		output:     count(doc.Get("output", "outputTokenCount")),
	}
	ev.ID = event.CallID(event.Envelope{
		Account: ev.Account, Region: ev.Region, RequestID: ev.RequestID, Time: ev.Time,
		Operation: ev.Operation, ModelRef: ev.ModelRef, Error: ev.Error,
		Input: digits(c.counts.input), Read: digits(c.counts.cacheRead),
		Written: digits(c.counts.cacheWrite), Output: digits(c.counts.output),
	}, raw)
	c.video(doc.Get("output"))
}

// video reads the numbers of a video that the log puts beside the output body.
func (c *call) video(output jsondoc.Value) {
	c.ev.Video = event.Video{
		Seconds: number(output.Get("outputVideoDurationSeconds")),
		FPS:     number(output.Get("outputVideoFramesPerSecond")),
		Width:   count(output.Get("outputVideoWidth")),
		Height:  count(output.Get("outputVideoHeight")),
		URI:     output.Get("outputVideoS3Path").Str(),
	}
}

// identity is the caller's ARN; some writers give it without its object.
func identity(v jsondoc.Value) string {
	if v.Kind() == jsondoc.String {
		return v.Str()
	}
	return v.Get("arn").Str()
}

// metadata keeps each value as its own JSON, whatever its kind.
func metadata(v jsondoc.Value) map[string]jsontext.Value {
	v = unpack(v)
	if v.Kind() != jsondoc.Object || v.Len() == 0 {
		return nil
	}
	out := make(map[string]jsontext.Value, v.Len())
	for name, value := range v.Members() {
		out[name] = value.Raw()
	}
	return out
}

// word reads a string, or a number that should have been one.
func word(v jsondoc.Value) string {
	if v.Kind() == jsondoc.Number {
		return string(v.Raw())
	}
	return v.Str()
}

func digits(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// layouts of the timestamp. The log itself writes the first, without a
// fraction; the others are copies that other tools made. Fractions are read
// whatever the layout says. No zone means UTC.
var layouts = [...]string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700"}

// instant is the zero time when v is no time, such as a masked one.
func instant(v jsondoc.Value) time.Time {
	text := v.Str()
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 0 {
			return t.UTC()
		}
	}
	return time.Time{}
}
