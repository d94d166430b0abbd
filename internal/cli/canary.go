package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"seismo/internal/app"
	"seismo/internal/ctl"
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
		return false, fmt.Errorf("%w: no `seismo serve` collects into %s (--db names another)", ctl.ErrNoCollector, c.DB)
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
