package cli

import (
	"context"
	"errors"
	"slices"

	"seismo/internal/app"
	"seismo/internal/query"
	"seismo/internal/store"
)

// reveal adds what was said to the rows of an answer that has a column id. Each
// reading is written to the audit log with the reason; what was erased or never
// kept stays absent.
func (s *shell) reveal(ctx context.Context, r *app.Reader, t query.Table, reason string) (query.Table, error) {
	at := slices.Index(t.Columns, "id")
	if at < 0 {
		return t, usage("the query gives no column id, by which what was said could be found",
			`for example: seismo sql --reveal "case 7" 'select id, person from calls limit 5'`)
	}
	t.Columns = append(slices.Clone(t.Columns), "prompt", "completion")
	for i, row := range t.Rows {
		id, _ := row[at].(string)
		prompt, completion, err := s.said(ctx, r, id, reason)
		if err != nil {
			return t, err
		}
		t.Rows[i] = append(slices.Clone(row), prompt, completion)
	}
	return t, nil
}

func (s *shell) said(ctx context.Context, r *app.Reader, id, reason string) (prompt, completion any, err error) {
	ev, _, err := r.Call(ctx, id, s.reader("sql", reason))
	switch {
	case errors.Is(err, store.ErrErased), errors.Is(err, store.ErrNotKept), errors.Is(err, store.ErrExpired),
		errors.Is(err, store.ErrNotFound):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	return blank(ev.Prompt), blank(ev.Completion), nil
}
