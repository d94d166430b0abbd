// Package bedrock makes one event of one record of Bedrock's model-invocation
// log: the envelope, and the two bodies in whichever vendor's shape they are.
//
// Bodies are known by their shape before their model id, since the id can be an
// opaque ARN. It never prices, names people or stores anything, and takes bodies
// that lie in S3 only through the opener it is given. Whatever a record holds,
// reading it returns a call: what cannot be understood is absent.
package bedrock

import (
	"context"
	"io"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize/model"
	"seismo/internal/source"
)

// Opener opens the object behind an s3:// address, compressed or not. Its error
// wraps fs.ErrNotExist when the object is not there and fs.ErrPermission when
// it may not be read; a *source.BodyError says on the row why.
type Opener func(ctx context.Context, uri string) (io.ReadCloser, error)

// ErrElsewhere is an opener's error for an object that may well exist where the
// opener does not look.
var ErrElsewhere = source.ErrElsewhere

// Reader makes events of log records. It is safe for concurrent use.
type Reader struct {
	Models *model.Catalogue
	Open   Opener // nil: bodies in S3 are not looked for
	Limit  int64  // most bytes of one body, decompressed
}

// Call makes the event of one record. The error is the context's, when it ended
// while a body was read; every record has an event.
func (r *Reader) Call(ctx context.Context, doc jsondoc.Value, raw []byte, origin event.Origin) (event.Event, error) {
	c, err := r.call(ctx, doc, raw, origin)
	if err != nil {
		return event.Event{}, err
	}
	return c.ev, nil
}

func (r *Reader) call(ctx context.Context, doc jsondoc.Value, raw []byte, origin event.Origin) (*call, error) {
	c := &call{doc: doc, models: r.Models}
	c.ev.Kind = event.KindCall
	c.ev.Origin = origin
	c.ev.Record.Raw = raw
	c.envelope(raw)
	input, output, err := r.bodies(ctx, c)
	if err != nil {
		return nil, err
	}
	c.x.converse = isConverse(c.ev.Operation)
	c.request = readRequest(&c.x, input)
	c.response = readResponse(&c.x, output)
	c.finish()
	return c, nil
}

// call is one record on its way to an event.
type call struct {
	doc    jsondoc.Value
	models *model.Catalogue
	ev     event.Event
	x      exchange
	counts usage // of the envelope

	modelAPI string // what the model does, by its id
	keyed    bool   // the guardrail's id is known from the trace's key alone

	request, response jsondoc.Value // the bodies' objects, for what all vendors share
}

func isConverse(operation string) bool {
	return operation == "Converse" || operation == "ConverseStream"
}

// readRequest returns the object that was read, for the parts that do not
// depend on the vendor. Of an array it is the first object that a family knows.
func readRequest(x *exchange, body jsondoc.Value) jsondoc.Value {
	if body.Kind() != jsondoc.Array {
		requestOf(x, body)
		return body
	}
	for item := range body.Items() {
		if requestOf(x, item) {
			return item
		}
	}
	return jsondoc.Value{}
}

func requestOf(x *exchange, body jsondoc.Value) bool {
	if body.Kind() != jsondoc.Object {
		return false
	}
	for _, f := range families() {
		if f.request != nil && f.request(x, body) {
			x.families = append(x.families, f.name)
			return true
		}
	}
	return false
}

func readResponse(x *exchange, body jsondoc.Value) jsondoc.Value {
	if body.Kind() == jsondoc.Array {
		readStream(x, body)
		return jsondoc.Value{}
	}
	if body.Kind() == jsondoc.Object {
		x.invocation(body)
		responseOf(x, body)
	}
	return body
}

func responseOf(x *exchange, body jsondoc.Value) bool {
	for _, f := range families() {
		if f.response != nil && f.response(x, body) {
			x.families = append(x.families, f.name)
			return true
		}
	}
	return false
}

// readStream reads the chunks of an answer. An array of whole answers, which
// some writers make of one, is read as the first answer in it.
func readStream(x *exchange, body jsondoc.Value) {
	var chunks []jsondoc.Value
	for item := range body.Items() {
		item = unpack(item) // some copies hold each chunk as JSON text
		if item.Kind() == jsondoc.Object {
			x.invocation(item)
			chunks = append(chunks, item)
		}
	}
	if len(chunks) == 0 {
		return
	}
	for _, f := range families() {
		if f.stream != nil && f.stream(x, chunks) {
			x.families = append(x.families, f.name)
			return
		}
	}
	for _, chunk := range chunks {
		if responseOf(x, chunk) {
			return
		}
	}
}

// invocation reads what Bedrock itself adds to native bodies and chunks, in
// every family: metrics and the guardrail's say. Its counts stand in only for
// counts that the vendor's own body does not name.
func (x *exchange) invocation(body jsondoc.Value) {
	if m := body.Get("amazon-bedrock-invocationMetrics"); m.Exists() {
		set(&x.metrics.input, count(m.Get("inputTokenCount")))
		set(&x.metrics.output, count(m.Get("outputTokenCount")))
		set(&x.metrics.cacheRead, count(m.Get("cacheReadInputTokenCount")))
		set(&x.metrics.cacheWrite, count(m.Get("cacheWriteInputTokenCount")))
		set(&x.latency.MS, duration(m.Get("invocationLatency")))
		set(&x.latency.FirstTokenMS, duration(m.Get("firstByteLatency")))
	}
	if action := body.Get("amazon-bedrock-guardrailAction"); action.Exists() {
		x.native.action = action
	}
	if trace := body.Get("amazon-bedrock-trace"); trace.Exists() {
		x.native.trace = trace
	}
}
