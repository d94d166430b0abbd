package s3

import (
	"context"
	"errors"
	"io"
)

// Estimate says about how much a one-off will read, and what its requests cost.
type Estimate struct {
	Objects int64   `json:"objects"`
	Bytes   int64   `json:"bytes"`
	Known   int64   `json:"known_objects"` // read before, and not read again
	Gets    int64   `json:"gets"`
	Lists   int64   `json:"lists"`            // this listing and the one that the reading does
	USD     float64 `json:"usd"`              // of the requests, see below
	Partial bool    `json:"partial,omitzero"` // the listing was not ended in time: there is more
}

// Prices of requests in USD, for S3 Standard in us-east-1; other Regions and
// services differ. The transfer of bytes costs nothing within a Region and is
// not in it. Source: AWS's public price page of S3.
const (
	priceOfGet  = 0.0004 / 1000
	priceOfList = 0.005 / 1000
)

// Estimate lists what a one-off would read, without reading it, until ctx ends;
// what was counted until then is Partial. It is called before Receive, or never.
func (s *Source) Estimate(ctx context.Context) (Estimate, error) {
	copied := s.deps
	copied.Once = true
	c, err := New(ctx, s.cfg, copied)
	if err != nil {
		return Estimate{}, err
	}
	c.lister = s.lister
	counted := &Estimate{}
	c.plan.count = counted
	_, err = c.Receive(ctx)
	for err == nil {
		_, err = c.Receive(ctx)
	}
	_ = c.Close()
	e := *counted
	e.Partial = ctx.Err() != nil
	e.Known, e.Gets, e.Lists = c.plan.stats.Known, e.Objects, 2*c.plan.stats.Pages
	e.USD = float64(e.Gets)*priceOfGet + float64(e.Lists)*priceOfList
	if e.Partial || errors.Is(err, io.EOF) {
		err = nil
	}
	return e, err
}
