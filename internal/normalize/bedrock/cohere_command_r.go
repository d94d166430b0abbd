package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// commandR reads Command R and R+: message, chat_history and preamble, answered
// by text or a stream of event_type chunks.
func commandR() family {
	return family{name: "cohere command r", request: commandRRequest, response: commandRResponse, stream: commandRStream}
}

func commandRRequest(x *exchange, body jsondoc.Value) bool {
	message := body.Get("message")
	if message.Kind() != jsondoc.String || body.First("prompt", "messages").Exists() {
		return false
	}
	x.is("chat")
	if preamble := body.Get("preamble").Str(); preamble != "" {
		x.system = append(x.system, preamble)
	}
	for past := range body.Get("chat_history").Items() {
		commandRTurn(x, past)
	}
	x.offered(body.Get("tools"))
	say(&x.in, event.RoleTool, commandRResults(body.Get("tool_results"))...)
	blocks := filled(message.Str())
	for doc := range body.Get("documents").Items() {
		blocks = append(blocks, event.Block{Type: event.BlockDocument, Text: passage(doc)})
	}
	say(&x.in, event.RoleUser, blocks...)
	x.sampling(body)
	return true
}

func commandRTurn(x *exchange, past jsondoc.Value) {
	said := past.Get("message").Str()
	switch role := roleOf(past.Get("role").Str()); role {
	case event.RoleSystem:
		x.system = append(x.system, said)
	case event.RoleTool:
		say(&x.in, role, commandRResults(past.Get("tool_results"))...)
	case "":
		say(&x.in, event.RoleUser, other(past))
	default:
		blocks := filled(said)
		for call := range past.Get("tool_calls").Items() {
			blocks = append(blocks, event.Block{Type: event.BlockToolUse, Tool: commandRCall(call).tool()})
		}
		say(&x.in, role, blocks...)
	}
}

func commandRCall(v jsondoc.Value) *toolParts {
	return &toolParts{id: v.Get("id").Str(), name: v.Get("name").Str(), whole: v.Get("parameters")}
}

func commandRResults(v jsondoc.Value) []event.Block {
	var blocks []event.Block
	for item := range v.Items() {
		result := &event.ToolResult{Name: item.Get("call", "name").Str(), ID: item.Get("call", "id").Str()}
		if outputs := item.Get("outputs"); outputs.Exists() {
			result.JSON = outputs.Raw()
		}
		blocks = append(blocks, event.Block{Type: event.BlockToolResult, Result: result})
	}
	return blocks
}

func commandRResponse(x *exchange, body jsondoc.Value) bool {
	if !body.Get("text").Exists() || !body.First("generation_id", "response_id", "finish_reason", "chat_history").Exists() {
		return false
	}
	x.is("chat")
	var said answers
	commandRAnswer(said.nth(0), body)
	x.billed(body)
	said.tell(x)
	return true
}

func commandRAnswer(one *answer, body jsondoc.Value) {
	one.text.WriteString(body.Get("text").Str())
	commandRCalls(one, body)
	one.end(body.Get("finish_reason"))
}

func commandRCalls(one *answer, body jsondoc.Value) {
	for call := range body.Get("tool_calls").Items() {
		one.calls = append(one.calls, commandRCall(call))
	}
}

// commandRStream puts the pieces together. The last chunk repeats the whole
// answer, which counts only where the pieces are not there.
func commandRStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "event_type") {
		return false
	}
	x.is("chat")
	var said, whole answers
	one := said.nth(0)
	for _, chunk := range chunks {
		switch chunk.Get("event_type").Str() {
		case "text-generation":
			one.text.WriteString(chunk.Get("text").Str())
		case "tool-calls-generation":
			commandRCalls(one, chunk)
		case "stream-end":
			one.end(chunk.Get("finish_reason"))
			commandRAnswer(whole.nth(0), chunk.Get("response"))
			x.billed(chunk.Get("response"))
		}
	}
	if len(one.blocks()) == 0 && len(whole.list) > 0 {
		whole.tell(x)
	}
	said.tell(x)
	return true
}

// billed reads the counts that are paid for; meta.tokens counts Cohere's own
// template too, and Bedrock's metrics equal the billed units.
func (x *exchange) billed(v jsondoc.Value) {
	units := v.Get("meta", "billed_units")
	set(&x.usage.input, count(units.Get("input_tokens")))
	set(&x.usage.output, count(units.Get("output_tokens")))
}
