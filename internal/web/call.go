package web

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// callView is one call as its page shows it.
type callView struct {
	event.Event
	Notice    string // why what was said is not here
	Heading   string // model, or CloudTrail's event name
	Who       string
	Turns     turns
	Facts     []group
	Raw       []rawPart
	Guardrail []string // the guardrail in a sentence or two
}

// Said reports whether there is a conversation to show.
func (v callView) Said() bool { return v.Kind == event.KindCall && v.Notice == "" }

// Told reports whether the page has anything beside facts.
func (v callView) Told() bool { return v.Said() || len(v.Raw) > 0 }

// Gaps says which body is not here, why, and what would stop the loss.
func (v callView) Gaps() []string {
	in, out := gap(v.Body.Input), gap(v.Body.Output)
	switch {
	case in != "" && in == out:
		return []string{"Neither input nor output can be shown: " + in + "."}
	case in != "" && out != "":
		return []string{"No input to show: " + in + ".", "No output to show: " + out + "."}
	case in != "":
		return []string{"No input to show: " + in + "."}
	case out != "":
		return []string{"No output to show: " + out + "."}
	}
	return nil
}

func gap(b event.Body) string {
	if b.State != event.BodyMissing && b.State != event.BodyS3 {
		return ""
	}
	return strings.TrimSuffix(firstOf(b.Reason, "the body is "+bodyState(b.State)), ".")
}

// rawPart is a piece of what the event was made of.
type rawPart struct {
	Name string
	Href string
	Text passage
}

// call shows one event in full. Reading it is audited by the backend; a page
// that cannot show what was said shows the facts and says why.
func (s *site) call(w http.ResponseWriter, r *http.Request) error {
	e, record, err := s.read(r, "page")
	view := callView{}
	switch {
	case errors.Is(err, store.ErrErased):
		view.Notice = "What was said in this call was erased: the person's key was removed. Counts and costs stay."
	case errors.Is(err, store.ErrNotKept):
		view.Notice = "This store is in metadata mode, which keeps nothing that was said."
	case errors.Is(err, store.ErrExpired):
		view.Notice = "What was said in this call is older than such text is kept. Counts and costs stay."
	case err != nil:
		return err
	}
	if view.Notice != "" {
		if e, err = s.columns(r); err != nil {
			return err
		}
	}
	view.Event = e
	fillCall(&view, record)
	return s.render(w, r, http.StatusOK, "call", page{Title: view.Heading, Body: view})
}

// columns finds the typed columns of an event whose record cannot be read.
func (s *site) columns(r *http.Request) (event.Event, error) {
	found, err := s.Search(r.Context(), query.Query{
		Where: query.Compare{Field: "id", Op: query.Like, Value: escapeLike(r.PathValue("id")) + "*"},
		Limit: 1,
	})
	if err != nil {
		return event.Event{}, fmt.Errorf("search: %w", err)
	}
	if len(found.Events) == 0 {
		return event.Event{}, store.ErrNotFound
	}
	return found.Events[0], nil
}

func fillCall(v *callView, record event.Record) {
	e := &v.Event
	v.Heading = firstOf(e.Model, e.ModelRef, e.Operation, "unknown model")
	if e.Kind == event.KindTrail {
		v.Heading = firstOf(e.Trail.Name, e.Operation, "CloudTrail event")
	}
	v.Who = firstOf(e.Person, e.Principal, e.IdentityARN)
	room := &budget{left: pageText}
	v.Turns = readTurns(e, room)
	v.Facts = callFacts(e)
	v.Guardrail = guardrailSentences(e.Guardrail)
	base := "/api/calls/" + e.ID + "/raw"
	for _, part := range []struct {
		name, href string
		text       []byte
	}{
		{"record as logged", base, record.Raw},
		{"input body from S3", base + "?part=input", record.BodyInput},
		{"output body from S3", base + "?part=output", record.BodyOutput},
	} {
		if len(part.text) > 0 {
			v.Raw = append(v.Raw, rawPart{part.name, part.href, room.raw(part.text)})
		}
	}
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

func guardrailSentences(g event.Guardrail) []string {
	var out []string
	switch {
	case g.Intervened != nil && *g.Intervened:
		out = append(out, "The guardrail blocked or masked something.")
	case g.ID != "" && len(g.Items) > 0:
		out = append(out, "The guardrail noted something and let it pass.")
	case g.ID != "":
		out = append(out, "The guardrail found nothing.")
	}
	if g.Reason != "" {
		out = append(out, strings.Join(strings.Fields(g.Reason), " ")) // logged on several lines
	}
	return out
}
