package bedrock

import (
	"context"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// bodies finds both bodies: in the record, or in the object that it names.
func (r *Reader) bodies(ctx context.Context, c *call) (input, output jsondoc.Value, err error) {
	in, out := c.doc.Get("input"), c.doc.Get("output")
	input, c.ev.Body.Input, c.ev.Record.BodyInput, err =
		r.body(ctx, c, in.Get("inputBodyJson"), in.Get("inputBodyS3Path").Str())
	if err != nil {
		return input, output, err
	}
	output, c.ev.Body.Output, c.ev.Record.BodyOutput, err =
		r.body(ctx, c, out.Get("outputBodyJson"), out.Get("outputBodyS3Path").Str())
	return input, output, err
}

// body is one body and where it is. A body that is in the record counts even
// when the record names an object too.
func (r *Reader) body(ctx context.Context, c *call, here jsondoc.Value, uri string) (
	body jsondoc.Value, place event.Body, fetched []byte, err error,
) {
	switch {
	case here.Exists():
		return unpack(here), event.Body{State: event.BodyInline}, nil, nil
	case uri == "":
		return body, event.Body{State: event.BodyMissing}, nil, nil
	case r.Open == nil:
		return body, event.Body{State: event.BodyS3, URI: uri}, nil, nil
	case !sameAccount(uri, c.ev.Account):
		return body, event.Body{State: event.BodyS3, URI: uri, Reason: reasonForeign}, nil, nil
	}
	fetched, err = r.fetch(ctx, uri)
	if err != nil {
		return body, event.Body{State: event.BodyMissing, URI: uri, Reason: reasonOf(err)}, nil, ctx.Err()
	}
	place = event.Body{State: event.BodyFetched, URI: uri}
	body, err = jsondoc.Parse(fetched)
	if err != nil {
		place.Reason = reasonNotJSON
	}
	return unpack(body), place, fetched, nil
}

// maxWraps bounds how often JSON may stand in a string inside a string.
const maxWraps = 3

// unpack reads a body that stands as JSON text in a string; other strings are
// no body that can be read.
func unpack(v jsondoc.Value) jsondoc.Value {
	for range maxWraps {
		if v.Kind() != jsondoc.String {
			return v
		}
		inner, err := jsondoc.Parse([]byte(v.Str()))
		if err != nil {
			return jsondoc.Value{}
		}
		v = inner
	}
	return jsondoc.Value{}
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
