package bedrock

import (
	"context"

	"seismo/internal/jsondoc"
)

func (r *Reader) bodies(ctx context.Context, c *call) (input, output jsondoc.Value, err error) {
	return c.doc.Get("input", "inputBodyJson"), c.doc.Get("output", "outputBodyJson"), ctx.Err()
}
func (c *call) missing() {}
