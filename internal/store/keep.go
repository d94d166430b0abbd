package store

import (
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
)

// Keep is the event as a store in this mode keeps it: with everything in Full,
// masked in Redacted, and without anything that was said in Metadata, where the
// record and the free text of CloudTrail events go. The event itself is not
// changed. Mask is used in Redacted only; it keeps JSON valid.
func (m Mode) Keep(e *event.Event, mask func([]byte) []byte) *event.Event {
	switch m {
	case Redacted:
		return redacted(e, mask)
	case Metadata:
		kept := *e
		kept.Record = event.Record{}
		kept.Trail.Request, kept.Trail.Response, kept.Trail.Extra, kept.Trail.Message = nil, nil, nil, ""
		return &kept
	}
	return e
}

// KeepFinding is the finding as a store in this mode keeps it. In Metadata its raw
// form goes.
func (m Mode) KeepFinding(f event.Finding, mask func([]byte) []byte) event.Finding {
	switch m {
	case Redacted:
		r := &redactor{mask: mask}
		f.Title, f.Resource, f.Raw = r.word(f.Title), r.word(f.Resource), r.free(f.Raw)
	case Metadata:
		f.Raw = nil
	}
	return f
}

// KeepsBad tells whether the bytes of items that cannot be read are kept. They
// cannot be masked for sure either.
func (m Mode) KeepsBad() bool { return m == Full }

// columns masks the columns that callers and models fill. The names of people
// and what describes their machines stay: whose call it was is what is asked.
func (r *redactor) columns(e *event.Event) {
	for _, word := range []*string{
		&e.Team, &e.App, &e.Conversation, &e.StopReason, &e.Error, &e.Status, &e.Trail.Error, &e.Trail.Message,
		&e.Guardrail.Action, &e.Guardrail.Reason, &e.Video.URI,
	} {
		*word = r.word(*word)
	}
	for _, free := range []*jsontext.Value{&e.Trail.Request, &e.Trail.Response, &e.Trail.Extra} {
		*free = r.free(*free)
	}
	e.ToolsOffered = masked(e.ToolsOffered, func(name *string) { *name = r.word(*name) })
	e.ToolCalls = masked(e.ToolCalls, func(c *event.ToolCall) {
		c.Name, c.ID = r.word(c.Name), r.word(c.ID)
	})
	e.ToolResults = masked(e.ToolResults, func(t *event.ToolResult) { t.ID = r.word(t.ID) })
	e.Guardrail.Items = masked(e.Guardrail.Items, func(i *event.GuardrailItem) {
		i.Type, i.Name, i.Action, i.Match = r.word(i.Type), r.word(i.Name), r.word(i.Action), ""
		i.Confidence, i.Strength = r.word(i.Confidence), r.word(i.Strength)
	})
	media := func(m *event.Media) { m.Format, m.URI, m.Name = r.word(m.Format), r.word(m.URI), r.word(m.Name) }
	e.ImagesIn, e.ImagesOut = masked(e.ImagesIn, media), masked(e.ImagesOut, media)
	if e.Metadata != nil {
		tags := make(map[string]jsontext.Value, len(e.Metadata))
		for name, value := range e.Metadata {
			tags[r.word(name)] = r.free(value)
		}
		e.Metadata = tags
	}
}

// masked is a copy of a list with a change to each element.
func masked[T any](list []T, change func(*T)) []T {
	list = slices.Clone(list)
	for i := range list {
		change(&list[i])
	}
	return list
}

func (r *redactor) word(s string) string {
	if s == "" {
		return ""
	}
	return string(r.mask([]byte(s)))
}

// free masks a JSON value.
func (r *redactor) free(v jsontext.Value) jsontext.Value {
	return r.text(v, elsewhere)
}
