package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// anthropicStream reads a streamed message. message_start brings the counts of
// the input, message_delta the final count of the output, which replaces the
// first one. Without its last chunks a stream has no stop reason.
func anthropicStream(x *exchange, chunks []jsondoc.Value) bool {
	var s stitch
	known := false
	for _, chunk := range chunks {
		known = x.anthropicEvent(&s, chunk) || known
	}
	if !known {
		return false
	}
	x.is("chat")
	say(&x.out, event.RoleAssistant, s.blocks()...)
	return true
}

func (x *exchange) anthropicEvent(s *stitch, chunk jsondoc.Value) bool {
	switch string(chunk.Get("type").Raw()) { // JSON strings: reading them would cost most of a stream
	case `"message_start"`:
		message := chunk.Get("message")
		x.anthropicMessage(message)
		say(&x.out, event.RoleAssistant, contents(message.Get("content"))...)
	case `"content_block_start"`:
		s.at(chunk.Get("index")).startTyped(chunk.Get("content_block"))
	case `"content_block_delta"`:
		s.at(chunk.Get("index")).deltaTyped(chunk.Get("delta"))
	case `"message_delta"`:
		x.ended(chunk.Get("delta", "stop_reason"))
		x.anthropicUsage(chunk.Get("usage"))
	case `"content_block_stop"`, `"message_stop"`, `"ping"`:
	default:
		return false
	}
	return true
}

// startTyped begins a block. A tool's input is {} there and comes in pieces.
func (p *part) startTyped(v jsondoc.Value) {
	switch v.Get("type").Str() {
	case "text":
		p.text.WriteString(v.Get("text").Str())
	case "thinking":
		p.thoughts.WriteString(v.Get("thinking").Str())
	case "redacted_thinking":
		p.hidden = true
	case "tool_use", "server_tool_use", "mcp_tool_use":
		t := p.toolOf()
		t.id, t.name = v.Get("id").Str(), v.Get("name").Str()
		if whole := v.Get("input"); whole.Len() > 0 {
			t.whole = whole
		}
	default:
		p.extra = appendTyped(p.extra, v)
	}
}

// deltaTyped goes on with a block; Claude 2's deltas have no type.
func (p *part) deltaTyped(v jsondoc.Value) {
	switch string(v.Get("type").Raw()) {
	case `"thinking_delta"`:
		p.thoughts.WriteString(v.Get("thinking").Str())
	case `"input_json_delta"`:
		p.toolOf().piece(v.Get("partial_json"))
	case `"signature_delta"`, `"citations_delta"`:
	default:
		p.text.WriteString(v.Get("text").Str())
	}
}
