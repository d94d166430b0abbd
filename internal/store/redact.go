package store

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// What stands in the place of what cannot be masked piece by piece.
const (
	maskedData   = "[masked:data]"   // pictures, documents, signatures: nobody can look into them
	maskedStream = "[masked:stream]" // chunks that make no answer that is understood
	maskedRecord = "[masked:record]" // text that is no JSON
)

// redacted is a copy of an event in which mask was applied to everything that
// somebody wrote, in the columns and in the record. The record stays JSON, but
// not the same bytes: the chunks of a streamed answer, where a secret may lie in
// two deltas, become the one message that they add up to, in Converse's form,
// and encoded data goes.
func redacted(e *event.Event, mask func([]byte) []byte) *event.Event {
	r := redactor{mask: mask, event: e}
	kept := *e
	r.columns(&kept)
	record := outside
	if e.Kind == event.KindTrail {
		record = elsewhere
	}
	kept.Record.Raw = r.text(e.Record.Raw, record)
	kept.Record.BodyInput = r.text(e.Record.BodyInput, elsewhere)
	kept.Record.BodyOutput = r.text(e.Record.BodyOutput, answered)
	kept.System, kept.Prompt, kept.Completion, kept.Reasoning = "", "", "", ""
	kept.MessagesIn, kept.MessagesOut = nil, nil
	return &kept
}

// redactor masks one event.
type redactor struct {
	mask  func([]byte) []byte
	event *event.Event // as it came
}

// place is where in a record a value stands.
type place uint8

const (
	elsewhere place = iota
	outside         // the record itself
	output          // its member output
	answered        // the output body
)

// text masks a record or a body; nil stays nil. What is no JSON is not kept:
// nobody can tell where in it somebody speaks.
func (r *redactor) text(raw []byte, at place) []byte {
	if raw == nil {
		return nil
	}
	masked := r.mask(raw)
	v, err := jsondoc.Parse(masked)
	if err != nil {
		return quoted(maskedRecord)
	}
	start, end := v.Span()
	out := append(make([]byte, 0, len(masked)), masked[:start]...)
	out = r.value(out, v, "", at, 0)
	return append(out, masked[end:]...)
}

// value appends v, masked. Mask saw the text as it is written; here it sees
// what escape sequences hide.
func (r *redactor) value(out []byte, v jsondoc.Value, name string, at place, nested int) []byte {
	if at == answered && chunked(v) {
		return append(out, r.stitched()...)
	}
	switch v.Kind() {
	case jsondoc.String:
		return r.str(out, v, name, nested)
	case jsondoc.Array:
		return r.array(out, v, name, nested)
	case jsondoc.Object:
		return r.object(out, v, at, nested)
	}
	return append(out, v.Raw()...)
}

// chunked tells whether a body is a list, or the text of one.
func chunked(v jsondoc.Value) bool {
	for range maxNested {
		if v.Kind() != jsondoc.String {
			break
		}
		v, _ = jsondoc.Parse([]byte(v.Str()))
	}
	return v.Kind() == jsondoc.Array
}

func (r *redactor) array(out []byte, v jsondoc.Value, name string, nested int) []byte {
	raw := v.Raw()
	base, _ := v.Span()
	done := 0
	for item := range v.Items() {
		start, end := item.Span()
		out = append(out, raw[done:start-base]...)
		out = r.value(out, item, name, elsewhere, nested)
		done = end - base
	}
	return append(out, raw[done:]...)
}

func (r *redactor) object(out []byte, v jsondoc.Value, at place, nested int) []byte {
	raw := v.Raw()
	base, _ := v.Span()
	done := 0
	for name, m := range v.Members() {
		start, end := m.Span()
		key, _ := m.MemberSpan()
		out = append(out, raw[done:key-base]...)
		out = r.name(out, raw[key-base:start-base], name)
		out = r.value(out, m, name, inner(at, name), nested)
		done = end - base
	}
	return append(out, raw[done:]...)
}

// name appends a member's name, up to its value.
func (r *redactor) name(out, raw []byte, name string) []byte {
	if bytes.IndexByte(raw, '\\') >= 0 {
		if masked := r.mask([]byte(name)); string(masked) != name {
			return append(append(out, quoted(string(masked))...), ':')
		}
	}
	return append(out, raw...)
}

// inner is the place of a member.
func inner(at place, name string) place {
	switch {
	case at == outside && name == "output":
		return output
	case at == output && name == "outputBodyJson":
		return answered
	}
	return elsewhere
}

// str appends a string. JSON in a string is walked like other JSON.
func (r *redactor) str(out []byte, v jsondoc.Value, name string, nested int) []byte {
	raw := v.Raw()
	if bytes.IndexByte(raw, '\\') < 0 && !inspected(raw[1:len(raw)-1], name) {
		return append(out, raw...)
	}
	said := v.Str()
	if encoded(said) || carries(name) && base64Text(said) {
		return append(out, quoted(maskedData)...)
	}
	if masked := r.said(said, nested); masked != said {
		return append(out, quoted(masked)...)
	}
	return append(out, raw...)
}

// inspected tells whether a string without escape sequences, which mask saw
// already, needs a closer look.
func inspected(s []byte, name string) bool {
	return len(s) >= longRun || carries(name) || bytes.HasPrefix(s, []byte("data:"))
}

func (r *redactor) said(s string, nested int) string {
	masked := r.mask([]byte(s))
	if nested < maxNested && len(masked) > 1 && (masked[0] == '{' || masked[0] == '[') {
		if v, err := jsondoc.Parse(masked); err == nil {
			return string(r.value(nil, v, "", elsewhere, nested+1))
		}
	}
	return string(masked)
}

// carries names the members in which bodies carry encoded data.
func carries(name string) bool { return name == "bytes" || name == "data" }

// shortRun is the length from which base64 is taken for data where data stands.
const shortRun = 16

func base64Text(s string) bool {
	return len(s) >= shortRun && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_\r\n") == ""
}

// quoted is a JSON string.
func quoted(s string) []byte {
	q, _ := jsontext.AppendQuote(nil, s) // the error tells of bad UTF-8, which is replaced
	return q
}
