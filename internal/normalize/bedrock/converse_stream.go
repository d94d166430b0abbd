package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// eventStream reads an array of ConverseStream's events, {eventName: {…}} each:
// Nova's native streams, and ConverseStream as recorded on the wire.
func eventStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(ends(chunks), "messageStart", "contentBlockStart", "contentBlockDelta", "contentBlockStop", "messageStop", "metadata") {
		return false
	}
	x.is("chat")
	var s stitch
	for _, chunk := range chunks {
		if start := chunk.Get("contentBlockStart"); start.Exists() {
			s.at(start.Get("contentBlockIndex")).start(start.Get("start"))
		}
		if delta := chunk.Get("contentBlockDelta"); delta.Exists() {
			s.at(delta.Get("contentBlockIndex")).delta(delta.Get("delta"))
		}
		x.ended(chunk.Get("messageStop", "stopReason"))
		if meta := chunk.Get("metadata"); meta.Exists() {
			x.converseUsage(meta.Get("usage"))
			set(&x.latency.MS, duration(meta.Get("metrics", "latencyMs")))
			x.trace(meta.Get("trace"))
		}
	}
	say(&x.out, event.RoleAssistant, s.blocks()...)
	return true
}

// ends are the first and last chunks, which tell what a stream is, cut or not.
func ends(chunks []jsondoc.Value) []jsondoc.Value {
	const few = 3
	if len(chunks) <= 2*few {
		return chunks
	}
	return append(chunks[:few:few], chunks[len(chunks)-few:]...)
}

func (p *part) start(v jsondoc.Value) {
	if tool := v.Get("toolUse"); tool.Exists() {
		t := p.toolOf()
		t.id, t.name = tool.Get("toolUseId").Str(), tool.Get("name").Str()
	}
	if image := v.Get("image"); image.Exists() {
		p.extra = append(p.extra, event.Block{Type: event.BlockImage, Media: media(image)})
	}
}

func (p *part) delta(v jsondoc.Value) {
	switch v := v.First("text", "toolUse", "reasoningContent", "citation", "image", "toolResult"); {
	case v.Kind() == jsondoc.String:
		p.text.WriteString(v.Str())
	case v.Get("input").Exists():
		p.toolOf().piece(v.Get("input"))
	case v.Get("text").Kind() == jsondoc.String:
		p.thoughts.WriteString(v.Get("text").Str())
	case v.Get("redactedContent").Exists():
		p.hidden = true
	}
}

// piece adds to a tool's input: a fragment of its JSON text, or the whole.
func (t *toolParts) piece(v jsondoc.Value) {
	if v.Kind() == jsondoc.String {
		t.arguments.WriteString(v.Str())
		return
	}
	t.whole = v
}
