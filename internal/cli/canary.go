package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"

	"seismo/internal/app"
	"seismo/internal/ctl"
	"seismo/internal/inventory"
	"seismo/internal/logging"
	"seismo/internal/query"
)

// stored reports whether the collector that has the database open stored the row
// of a call. Where nobody collects into it, no row can come.
func (s *shell) stored(ctx context.Context, requestID string) (bool, error) {
	c, err := app.Describe(ctx, s.cfg)
	switch {
	case errors.Is(err, app.ErrNoDatabase):
		return false, fmt.Errorf("%w: there is no database at %s (--db names another)", ctl.ErrNoCollector, s.cfg.DB)
	case err != nil:
		return false, err
	case !strings.Contains(c.Holder, "serve"):
		return false, fmt.Errorf("%w: no seismo %s %s now; `seismo serve` collects into it (--db names another)", ctl.ErrNoCollector, verb(c.Holder), c.DB)
	}
	q := query.Query{Limit: 1}
	if q.Where, err = parseQuery("request_id:" + requestID); err != nil {
		return false, err
	}
	r, err := app.OpenReader(ctx, s.cfg)
	if err != nil {
		return false, err
	}
	defer r.Close()
	page, err := r.Search(ctx, q)
	return len(page.Events) > 0, err
}

// verb is what no seismo does with a database that is held by this command line,
// or by none: only serve collects.
func verb(holder string) string {
	if holder == "" {
		return "holds"
	}
	return "collects into"
}

// seen is what the inventory last saw of a Region's logging. That there is no
// database, or that it does not answer, is as if nothing was seen.
func (s *shell) seen(ctx context.Context, account, region string) (logging.Seen, error) {
	r, err := app.OpenReader(ctx, s.cfg)
	if err != nil {
		return logging.Seen{}, err
	}
	defer r.Close()
	known, err := r.Inventory(ctx)
	if err != nil {
		return logging.Seen{}, err
	}
	for _, i := range known.Items {
		var l inventory.Logging
		if i.Kind != inventory.KindLogging || i.Account != account || i.Region != region || json.Unmarshal(i.Body, &l) != nil {
			continue
		}
		seen := logging.Seen{First: i.First}
		if l.S3 != nil {
			seen.Bucket, seen.Prefix = l.S3.Bucket, l.S3.Prefix
		}
		if l.CloudWatch != nil {
			seen.Group = l.CloudWatch.Name
		}
		return seen, nil
	}
	return logging.Seen{}, nil
}
