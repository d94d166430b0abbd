package app

import (
	"bytes"
	"context"
	"io"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/normalize"
)

// full adds to a stored row what was said, by reading its record again. What
// the row has by joining, pricing and naming stays.
func (a *App) full(ctx context.Context, row event.Event, record event.Record) event.Event {
	said, err := reread(ctx, row, record)
	if err != nil {
		a.cfg.log().Warn("a stored record could not be read again", "id", row.ID)
		return row
	}
	row.System, row.MessagesIn, row.MessagesOut = said.System, said.MessagesIn, said.MessagesOut
	row.Prompt, row.Completion, row.Reasoning = said.Prompt, said.Completion, said.Reasoning
	row.ToolCalls, row.ToolResults = said.ToolCalls, said.ToolResults
	row.Documents, row.Params.Stop = said.Documents, said.Params.Stop
	row.Guardrail.Items = said.Guardrail.Items
	return row
}

// reread makes the event of a record, bodies included, as it was made first.
func reread(ctx context.Context, row event.Event, record event.Record) (event.Event, error) {
	doc, err := jsondoc.Parse(record.Raw)
	if err != nil {
		return event.Event{}, err
	}
	kind := decode.Invocation
	if row.Kind == event.KindTrail {
		kind = decode.Trail
	}
	n, err := normalize.New(normalize.Config{Bodies: kept(row, record)})
	if err != nil {
		return event.Event{}, err
	}
	return n.Event(ctx, decode.Item{Kind: kind, Raw: record.Raw, Doc: doc, Origin: row.Origin})
}

// kept opens the bodies that the store kept with the record.
func kept(row event.Event, record event.Record) normalize.Opener {
	return func(_ context.Context, uri string) (io.ReadCloser, error) {
		switch {
		case uri == row.Body.Input.URI && record.BodyInput != nil:
			return io.NopCloser(bytes.NewReader(record.BodyInput)), nil
		case uri == row.Body.Output.URI && record.BodyOutput != nil:
			return io.NopCloser(bytes.NewReader(record.BodyOutput)), nil
		}
		return nil, io.ErrUnexpectedEOF
	}
}
