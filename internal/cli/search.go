package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/event"
	"seismo/internal/query"
)

func (s *shell) search() *cobra.Command {
	var q query.Query
	var window spanFlags
	cmd := &cobra.Command{
		Use:   "search [QUERY...]",
		Short: "Find calls and events in the query language",
		Long: `Find calls and CloudTrail events, newest first. Words without a field search
what was said, in either direction; the text itself is not printed: see it with
"seismo raw ID" or in the browser, which is written to the audit log.
"seismo docs query" explains the language, "seismo docs fields" the names.`,
		Example: `  seismo search 'model:claude* person:alice tokens.output>5000'
  seismo search '"ignore previous" -outcome:success'
  seismo search --json 'kind:trail trail.error:AccessDenied'`,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if q.Where, err = parseQuery(strings.Join(args, " ")); err != nil {
				return err
			}
			if q.From, q.To, err = window.span(); err != nil {
				return err
			}
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			page, err := r.Search(cmd.Context(), q)
			if err != nil {
				return err
			}
			return s.events(page)
		},
	}
	cmd.Flags().IntVarP(&q.Limit, "limit", "n", 50, "most events to print")
	cmd.Flags().BoolVar(&q.Oldest, "oldest", false, "oldest first")
	window.add(cmd)
	return cmd
}

func parseQuery(text string) (query.Node, error) {
	node, err := query.Parse(text)
	if err != nil {
		return nil, &usageError{err, "seismo docs query explains the language"}
	}
	return node, nil
}

// events prints a page: whole events as JSON, or the columns that fit a screen.
func (s *shell) events(page query.Page) error {
	if s.json {
		list := page.Events
		if list == nil {
			list = []event.Event{}
		}
		return s.object(list)
	}
	t := query.Table{Columns: []string{"time", "who", "model", "operation", "in", "cache", "out", "usd", "ms", "outcome", "id"}}
	for _, e := range page.Events {
		t.Rows = append(t.Rows, []any{moment(e.Time), who(&e), firstOf(e.Model, e.ModelRef, e.Trail.Source),
			firstOf(e.Operation, e.Trail.Name), whole(e.Tokens.Input), whole(sumOf(e.Tokens.CacheRead, e.Tokens.CacheWrite)),
			whole(e.Tokens.Output), real(e.Cost.USD), real(e.Latency.MS), firstOf(e.Error, e.Trail.Error, e.Outcome), e.ID})
	}
	if err := s.table(t); err != nil {
		return err
	}
	if page.Next != "" {
		fmt.Fprintf(s.err, "there are more: --limit %d\n", len(page.Events)*4)
	}
	return nil
}

func who(e *event.Event) string {
	principal := e.Principal[strings.LastIndexByte(e.Principal, '/')+1:]
	return firstOf(e.Person, principal, e.IdentityARN, e.Source.Service)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func sumOf(parts ...*int64) *int64 {
	var sum *int64
	for _, p := range parts {
		switch {
		case p == nil:
		case sum == nil:
			n := *p
			sum = &n
		default:
			*sum += *p
		}
	}
	return sum
}

func whole(n *int64) any {
	if n == nil {
		return nil
	}
	return *n
}

func real(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

func moment(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// spanFlags are --from and --to.
type spanFlags struct{ from, to string }

func (f *spanFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.from, "from", "", "from this `TIME` on: 2026-03-01, 2026-03-01T08:00:00Z, or 24h and 7d ago")
	cmd.Flags().StringVar(&f.to, "to", "", "until before this `TIME`")
}

func (f *spanFlags) span() (from, to time.Time, err error) {
	if from, err = when(f.from); err == nil {
		to, err = when(f.to)
	}
	return from, to, err
}

func when(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if ago, err := time.ParseDuration(days + "h"); err == nil {
			return time.Now().UTC().Add(-24 * ago), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return time.Now().UTC().Add(-ago), nil
	}
	return time.Time{}, usage("not a time: "+text, "write 2026-03-01, 2026-03-01T08:00:00Z, 24h or 7d")
}
