package s3

import (
	"context"
	"io"

	"seismo/internal/source"
)

// delivery is one object of a listing.
type delivery struct {
	object source.Object
	ref    Ref
	reader *Reader
	settle func(context.Context, error) error
}

// Delivery makes a delivery of an object that another source has found.
// settle says what settling does.
func (r *Reader) Delivery(ref Ref, settle func(context.Context, error) error) source.Delivery {
	return &delivery{object: ref.Object(), ref: ref, reader: r, settle: settle}
}

func (d *delivery) Object() source.Object { return d.object }

func (d *delivery) Open(ctx context.Context) (io.ReadCloser, error) {
	return d.reader.Open(ctx, d.ref)
}

func (d *delivery) Settle(ctx context.Context, err error) error {
	d.reader.Forget(d.ref)
	return d.settle(ctx, err)
}

var _ source.Delivery = (*delivery)(nil)
