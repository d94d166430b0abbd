package bedrock

import (
	"context"
	"errors"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/source"
)

// found is one body: its JSON, where it is, and its text when it was fetched.
type found struct {
	json  jsondoc.Value
	place event.Body
	text  []byte
}

// bodies finds both bodies: in the record, or in the objects that it names. The
// error is the context's.
func (r *Reader) bodies(ctx context.Context, c *call) (input, output jsondoc.Value, err error) {
	in := r.body(ctx, c, "input", "inputBodyJson", "inputBodyS3Path")
	out := r.body(ctx, c, "output", "outputBodyJson", "outputBodyS3Path")
	c.ev.Body = event.Bodies{Input: in.place, Output: out.place}
	c.ev.Record.BodyInput, c.ev.Record.BodyOutput = in.text, out.text
	c.picture(out)
	return in.json, out.json, ctx.Err()
}

// picture notes an answer that is a picture and no JSON.
func (c *call) picture(out found) {
	kind := c.doc.Get("output", "outputContentType").Str()
	if out.text != nil && !out.json.Exists() && strings.HasPrefix(kind, "image/") {
		size := int64(len(out.text))
		c.ev.Body.Output.Reason = ""
		c.x.imagesOut = []event.Media{{Format: subtype(kind), Bytes: &size, URI: out.place.URI}}
	}
}

// body finds one body. What is in the record counts even when the record names
// an object too.
func (r *Reader) body(ctx context.Context, c *call, side, inline, path string) found {
	here, uri := c.doc.Get(side, inline), c.doc.Get(side, path).Str()
	f := found{place: event.Body{URI: uri}}
	switch {
	case here.Exists():
		f.place = event.Body{State: event.BodyInline}
		f.read(here)
	case uri == "":
		f.place.State = event.BodyMissing
	case r.Open == nil:
		f.place.State, f.place.Reason = event.BodyS3, reasonUnasked
	case !sameAccount(uri, c.ev.Account):
		f.place.State, f.place.Reason = event.BodyS3, reasonForeign
	default:
		f.fetch(source.WithRecordTime(ctx, c.ev.Time), r, uri)
	}
	return f
}

func (f *found) fetch(ctx context.Context, r *Reader, uri string) {
	text, err := r.fetch(ctx, uri)
	var told *source.BodyError
	switch {
	case errors.As(err, &told):
		f.place.State, f.place.Reason = event.BodyMissing, told.Reason
		if told.Later {
			f.place.State = event.BodyS3
		}
		if told.Later && !errors.Is(err, ErrElsewhere) {
			source.NoteLate(ctx)
		}
		return
	case errors.Is(err, ErrElsewhere):
		f.place.State, f.place.Reason = event.BodyS3, reasonUnasked
		return
	case err != nil:
		f.place.State, f.place.Reason = event.BodyMissing, reasonOf(err)
		return
	}
	f.text, f.place.State = text, event.BodyFetched
	v, _ := jsondoc.Parse(text)
	f.read(v)
}

// read takes v as the body. A string is a body when it is JSON text itself.
func (f *found) read(v jsondoc.Value) {
	f.json = unpack(v)
	if !f.json.Exists() {
		f.place.Reason = reasonNotJSON
	}
}

// maxWraps bounds how often JSON may stand in a string inside a string.
const maxWraps = 3

func unpack(v jsondoc.Value) jsondoc.Value {
	for range maxWraps {
		if v.Kind() != jsondoc.String {
			return v
		}
		v, _ = jsondoc.Parse([]byte(v.Str())) // Missing when it is no JSON
	}
	return v
}

// sameAccount refuses addresses that lie in the log folder of another account:
// an address is text of the record, not an instruction. Addresses of another
// layout are the opener's to allow or refuse.
func sameAccount(uri, account string) bool {
	_, rest, found := strings.Cut(uri, "/AWSLogs/")
	if !found || account == "" {
		return true
	}
	owner, _, _ := strings.Cut(rest, "/")
	return owner == account
}
