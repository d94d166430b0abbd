package firehose

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"seismo/internal/account"
	"seismo/internal/event"
	"seismo/internal/source"
)

// delivery is one request. Its bytes are the request's own, which the decoder
// knows.
type delivery struct {
	object source.Object
	body   *body
	done   chan error // gets what became of it, once
	once   sync.Once
}

// longest bounds what is taken over from headers into names.
const longest = 256

// delivery makes one of a request. The same records sent again under the same
// request id are the same object.
func (s *Source) delivery(r *http.Request, e envelope, b *body) *delivery {
	// A slash in it must not make the key look like one of S3's layouts.
	id := strings.ReplaceAll(e.requestID[:min(len(e.requestID), longest)], "/", "_")
	key := "firehose/" + streamOf(r) + strings.ToValidUTF8(id, "")
	o := source.Object{
		ID:     key + "#" + e.digest,
		Origin: event.Origin{Key: key},
		Size:   b.size,
	}
	if at := time.UnixMilli(e.timestamp).UTC(); e.timestamp > 0 && at.Year() < 3000 {
		o.Modified = at
	}
	return &delivery{object: o, body: b, done: make(chan error, 1)}
}

// streamOf is the account and the name of the stream that a request comes from,
// with a slash behind it, as far as the request says.
func streamOf(r *http.Request) string {
	arn, ok := account.ParseARN(r.Header.Get(headerSource))
	name, isStream := strings.CutPrefix(arn.Resource, "deliverystream/")
	if !ok || !isStream || len(name) > longest || len(arn.Account) > longest {
		return ""
	}
	return strings.ToValidUTF8(arn.Account+"/"+name, "") + "/"
}

func (d *delivery) Object() source.Object { return d.object }

func (d *delivery) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(d.body.reader()), nil
}

// Settle lets the request be answered.
func (d *delivery) Settle(_ context.Context, err error) error {
	d.once.Do(func() {
		d.body.free()
		d.done <- err
	})
	return nil
}
