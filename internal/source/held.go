package source

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// Held makes a delivery of bytes that are in memory already: a page of a service's
// answer, or none at all for a mark. It can be opened more than once. settle hears
// once what became of it: true is committed.
func Held(o Object, body []byte, settle func(ok bool)) Delivery {
	return &held{object: o, body: body, settle: settle}
}

type held struct {
	object Object
	body   []byte
	once   sync.Once
	settle func(ok bool)
}

func (h *held) Object() Object { return h.object }

func (h *held) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(h.body)), nil
}

func (h *held) Settle(_ context.Context, err error) error {
	h.once.Do(func() { h.settle(err == nil) })
	return nil
}
