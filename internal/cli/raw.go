package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"seismo/internal/app"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

func (s *shell) raw() *cobra.Command {
	var reason string
	var whole bool
	cmd := &cobra.Command{
		Use:   "raw ID",
		Short: "Print the record of one call as AWS wrote it",
		Long: `Print the log record that an event was made of, equal to what AWS wrote. The
beginning of an id is enough when no other begins so, and so is Bedrock's
request id where only one event has it. Reading what was said is written to the
audit log with --reason.`,
		Args: one("seismo raw needs an id", "ids are the last column of: seismo search"),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := app.OpenReader(cmd.Context(), s.cfg)
			if err != nil {
				return err
			}
			defer r.Close()
			ev, record, err := s.named(cmd.Context(), r, args[0], reason)
			if err != nil {
				return err
			}
			if whole {
				return s.object(ev)
			}
			return s.record(record)
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why it is read, for the audit log")
	cmd.Flags().BoolVar(&whole, "event", false, "print seismo's reading of it in place of AWS's text")
	return cmd
}

// named is the event with an id or with a request id, and its record.
func (s *shell) named(ctx context.Context, r *app.Reader, id, reason string) (event.Event, event.Record, error) {
	ev, record, err := r.Call(ctx, id, s.reader("raw", reason))
	if !errors.Is(err, store.ErrNotFound) {
		return ev, record, err
	}
	page, failed := r.Search(ctx, query.Query{Where: query.Compare{Field: "request_id", Op: query.Equal, Value: id}, Limit: 2})
	switch {
	case failed != nil || len(page.Events) == 0:
		return ev, record, &advised{err, "it wants the id in the last column of seismo search, or at least its first 6 characters; a request id is taken too"}
	case len(page.Events) > 1:
		return ev, record, &advised{missing{errors.New("several events have this request id")}, "give the id of one of them: seismo search request_id:" + id}
	}
	return r.Call(ctx, page.Events[0].ID, s.reader("raw", reason))
}

// record prints the text of a record. Characters that could move a terminal's
// cursor are written as JSON escapes; the value stays the same.
func (s *shell) record(r event.Record) error {
	raw := jsontext.Value(r.Raw)
	var text bytes.Buffer
	enc := jsontext.NewEncoder(&text, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true),
		jsontext.EscapeForJS(true), jsontext.EscapeForHTML(terminalWidth(s.out) > 0), jsontext.Multiline(terminalWidth(s.out) > 0))
	if err := json.MarshalEncode(enc, raw); err != nil {
		return fmt.Errorf("print the record: %w", err)
	}
	_, err := s.out.Write(plainJSON(text.Bytes()))
	return err
}
