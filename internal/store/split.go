package store

import (
	"bytes"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// Document is a record cut into parts, and the skeleton that says how they go
// together again. The parts beyond those that the skeleton takes are there to
// be searched.
type Document struct {
	Parts    []Part
	Skeleton []byte
	Bytes    int64 // size of the record that was cut
}

// Split cuts what an event was made of. A chat client sends its whole history
// with every turn, so each message becomes a part, and so do system prompts and
// tool lists; what remains of a body is one more part. Join puts them together
// to the same bytes, whatever they are.
func Split(e *event.Event) Document {
	s := &splitter{}
	r := e.Record
	s.envelope(r.Raw, e)
	s.fetched(r.BodyInput, sideInput, e)
	s.fetched(r.BodyOutput, sideOutput, e)
	if s.wantText {
		s.parts = append(s.parts, Part{Kind: PartText, Bytes: []byte(answer(e))})
	}
	size := len(r.Raw) + len(r.BodyInput) + len(r.BodyOutput)
	return Document{Parts: s.parts, Skeleton: s.out.bytes(), Bytes: int64(size)}
}

type side uint8

const (
	sideInput side = iota
	sideOutput
)

type splitter struct {
	parts    []Part
	out      skeletonWriter
	wantText bool // an answer lies in chunks, whose words have to be stitched to be found
}

// envelope cuts a log record around its two bodies.
func (s *splitter) envelope(raw []byte, e *event.Event) {
	s.out.section(raw != nil)
	if raw == nil {
		return
	}
	at := 0
	if v, err := jsondoc.Parse(raw); err == nil && e.Kind != event.KindTrail {
		first, second := s.bodyOf(v, sideInput), s.bodyOf(v, sideOutput)
		if second.start < first.start {
			first, second = second, first
		}
		for _, b := range [...]found{first, second} {
			if b.value.Exists() && b.start >= at {
				s.out.literal(raw[at:b.start])
				s.body(b.value, b.side, e)
				at = b.end
			}
		}
	}
	s.out.literal(raw[at:])
	s.out.end()
}

type found struct {
	value      jsondoc.Value
	side       side
	start, end int
}

func (s *splitter) bodyOf(v jsondoc.Value, of side) found {
	f := found{side: of, value: v.Get("input", "inputBodyJson")}
	if of == sideOutput {
		f.value = v.Get("output", "outputBodyJson")
	}
	f.start, f.end = f.value.Span()
	return f
}

// fetched cuts a body that lay in an object of its own.
func (s *splitter) fetched(body []byte, of side, e *event.Event) {
	s.out.section(body != nil)
	if body == nil {
		return
	}
	v, err := jsondoc.Parse(body)
	if err != nil {
		s.take(Part{Kind: PartOpaque, Bytes: body})
		s.out.end()
		return
	}
	start, end := v.Span()
	s.out.literal(body[:start])
	s.body(v, of, e)
	s.out.literal(body[end:])
	s.out.end()
}

// body cuts one body: messages and the like become parts of their own, in whose
// place the rest holds a 0.
func (s *splitter) body(v jsondoc.Value, of side, e *event.Event) {
	if of == sideOutput && v.Kind() == jsondoc.Array && streamed(e) {
		s.wantText = true
		s.take(Part{Kind: PartOpaque, Bytes: v.Raw()})
		return
	}
	holes := holesOf(v)
	if len(holes) == 0 {
		s.take(Part{Kind: PartJSON, Bytes: v.Raw(), value: v})
		return
	}
	base, _ := v.Span()
	raw := v.Raw()
	rest := make([]byte, 0, 256)
	at := 0
	offsets := make([]int, len(holes))
	for i, h := range holes {
		rest = append(rest, raw[at:h.start-base]...)
		offsets[i] = len(rest)
		rest = append(rest, '0')
		at = h.end - base
	}
	rest = append(rest, raw[at:]...)
	s.parts = append(s.parts, Part{Kind: PartJSON, Bytes: rest})
	s.out.frame(offsets)
	for _, h := range holes {
		s.hole(h, raw, base)
	}
}

// hole writes the parts of one hole with what stands between them.
func (s *splitter) hole(h hole, raw []byte, base int) {
	at := h.start - base
	for i, v := range h.values {
		start, end := v.Span()
		between := raw[at : start-base]
		if i > 0 && string(between) == "," {
			s.out.comma()
		} else {
			s.out.literal(between)
		}
		s.message(v)
		at = end - base
	}
	s.out.end()
}

// message stores a value without its cache markers, which move from turn to
// turn while the message stays the same.
func (s *splitter) message(v jsondoc.Value) {
	cuts := markers(v)
	if len(cuts) == 0 {
		s.take(Part{Kind: PartJSON, Bytes: v.Raw(), value: v})
		return
	}
	raw := v.Raw()
	base, _ := v.Span()
	bare := make([]byte, 0, len(raw))
	at := 0
	patches := make([]patch, len(cuts))
	for i, c := range cuts {
		bare = append(bare, raw[at:c.start-base]...)
		patches[i] = patch{at: len(bare), text: raw[c.start-base : c.end-base]}
		at = c.end - base
	}
	bare = append(bare, raw[at:]...)
	s.parts = append(s.parts, Part{Kind: PartJSON, Bytes: bare})
	s.out.patched(patches)
}

func (s *splitter) take(p Part) {
	s.parts = append(s.parts, p)
	s.out.part()
}

// streamed tells whether the answer of a chunked body was stitched.
func streamed(e *event.Event) bool {
	return e.Completion != "" || e.Reasoning != "" || len(e.ToolCalls) > 0
}

// answer is the text of a stitched answer.
func answer(e *event.Event) string {
	var b strings.Builder
	for _, text := range []string{e.Completion, e.Reasoning} {
		if text != "" {
			b.WriteString(text)
			b.WriteByte('\n')
		}
	}
	for _, call := range e.ToolCalls {
		t := texter{}
		v, _ := jsondoc.Parse(call.Input)
		t.walk(v, true, 0)
		b.WriteString(t.text.String())
	}
	return b.String()
}

// span is a place in the text that was parsed.
type span struct{ start, end int }

// hole is a stretch of a body that is made of parts.
type hole struct {
	span
	values []jsondoc.Value
}

// holesOf finds what a body holds that is likely to be sent again: messages one
// by one, the system prompt and the tools whole.
func holesOf(body jsondoc.Value) []hole {
	var holes []hole
	add := func(values ...jsondoc.Value) {
		if len(values) > 0 {
			start, _ := values[0].Span()
			_, end := values[len(values)-1].Span()
			holes = append(holes, hole{span{start, end}, values})
		}
	}
	for name, m := range body.Members() {
		switch name {
		case "messages", "chat_history":
			var items []jsondoc.Value
			for item := range m.Items() {
				items = append(items, item)
			}
			add(items...)
		case "system", "tools", "toolConfig":
			if m.Len() > 0 || m.Kind() == jsondoc.String {
				add(m)
			}
		case "output":
			if message := m.Get("message"); message.Kind() == jsondoc.Object {
				add(message)
			}
		}
	}
	return holes
}

var cacheControl, cachePoint = []byte(`"cache_control"`), []byte(`"cachePoint"`)

// markers finds the cache markers in a message: members named cache_control, and
// list elements that are nothing but a cachePoint. A cut takes one comma along,
// so that what remains is the message as it is sent without the marker.
func markers(v jsondoc.Value) []span {
	raw := v.Raw()
	if !bytes.Contains(raw, cacheControl) && !bytes.Contains(raw, cachePoint) {
		return nil
	}
	var cuts []span
	findMarkers(v, &cuts)
	return cuts
}

func findMarkers(v jsondoc.Value, cuts *[]span) {
	var before span
	pending := -1 // index of a cut that opens its container and takes the comma behind it
	visit := func(m span, marker bool, inner jsondoc.Value) {
		if pending >= 0 {
			(*cuts)[pending].end = m.start
			pending = -1
			if marker {
				(*cuts)[len(*cuts)-1].end = m.end
				pending = len(*cuts) - 1
				return
			}
		}
		switch {
		case !marker:
			before = m
			findMarkers(inner, cuts)
		case before.end > 0:
			*cuts = append(*cuts, span{before.end, m.end})
			before.end = m.end
		default:
			*cuts = append(*cuts, m)
			pending = len(*cuts) - 1
		}
	}
	for name, m := range v.Members() {
		start, end := m.MemberSpan()
		visit(span{start, end}, name == "cache_control", m)
	}
	for m := range v.Items() {
		start, end := m.Span()
		visit(span{start, end}, m.Len() == 1 && m.Get("cachePoint").Exists(), m)
	}
}
