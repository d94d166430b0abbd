package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// openaiResponses reads OpenAI's Responses shape: input and instructions,
// answered by a list of output items, or by events that end with the whole
// answer. Requests with a bare input are also those of embedding models.
func openaiResponses() family {
	return family{name: "openai responses", request: responsesRequest, response: responsesResponse, stream: responsesStream}
}

func responsesRequest(x *exchange, body jsondoc.Value) bool {
	input := body.Get("input")
	if input.Kind() != jsondoc.String && input.Kind() != jsondoc.Array {
		return false
	}
	if instructions := body.Get("instructions").Str(); instructions != "" {
		x.system = append(x.system, instructions)
	}
	x.sampling(body)
	set(&x.params.MaxTokens, count(body.Get("max_output_tokens")))
	x.offered(body.Get("tools"))
	var blocks []event.Block
	for _, s := range words(input) {
		blocks = append(blocks, filled(s)...)
	}
	say(&x.in, event.RoleUser, blocks...)
	for item := range input.Items() {
		x.responsesItem(&x.in, item)
	}
	if x.system != nil || len(blocks) == 0 {
		x.is("chat")
	}
	return true
}

// responsesItem reads one item of a conversation, asked or answered.
func (x *exchange) responsesItem(side *[]event.Message, item jsondoc.Value) {
	switch item.Get("type").Str() {
	case "function_call":
		call := &toolParts{id: item.Get("call_id").Str(), name: item.Get("name").Str()}
		call.arguments.WriteString(item.Get("arguments").Str())
		say(side, event.RoleAssistant, event.Block{Type: event.BlockToolUse, Tool: call.tool()})
	case "function_call_output":
		result := &event.ToolResult{ID: item.Get("call_id").Str(), Text: item.Get("output").Str()}
		say(side, event.RoleTool, event.Block{Type: event.BlockToolResult, Result: result})
	case "reasoning":
		if thoughts := pieces(item.Get("content")) + pieces(item.Get("summary")); thoughts != "" {
			say(side, event.RoleAssistant, reasoning(thoughts))
		}
	case "message", "":
		if item.Kind() == jsondoc.Object {
			say(side, roleName(item.Get("role").Str()), chatContent(item.Get("content"))...)
		}
	default:
		say(side, event.RoleAssistant, other(item))
	}
}

func responsesResponse(x *exchange, body jsondoc.Value) bool {
	if body.Get("output").Kind() != jsondoc.Array || body.Get("object").Str() != "response" {
		return false
	}
	x.responses(body)
	return true
}

// responses reads a whole answer. Its items are one turn, and become one
// message.
func (x *exchange) responses(body jsondoc.Value) {
	x.api = "chat"
	var items []event.Message
	for item := range body.Get("output").Items() {
		x.responsesItem(&items, item)
	}
	var blocks []event.Block
	calls := false
	for _, m := range items {
		blocks = append(blocks, m.Content...)
		calls = calls || m.Content[0].Type == event.BlockToolUse
	}
	say(&x.out, event.RoleAssistant, blocks...)
	x.chatUsage(body)
	if name := body.Get("model").Str(); name != "" {
		x.model = name
	}
	x.stop = responsesStop(body, calls)
}

func responsesStop(body jsondoc.Value, calls bool) string {
	status := body.Get("status").Str()
	reason := body.Get("incomplete_details", "reason").Str()
	switch {
	case reason == "max_output_tokens":
		return "length"
	case reason != "":
		return reason
	case status == "completed" && calls:
		return "tool_calls"
	case status == "completed":
		return "stop"
	case status == "in_progress":
		return ""
	}
	return status
}

// responsesStream takes the whole answer out of the last event that has one; a
// stream that was cut gives its fragments.
func responsesStream(x *exchange, chunks []jsondoc.Value) bool {
	var final jsondoc.Value
	found := false
	for _, chunk := range chunks {
		found = found || strings.HasPrefix(chunk.Get("type").Str(), "response.")
		if r := chunk.Get("response"); r.Get("output").Len() > 0 {
			final = r
		}
	}
	switch {
	case !found:
		return false
	case final.Exists():
		x.responses(final)
		return true
	}
	x.api = "chat"
	var said answers
	one := said.nth(0)
	for _, chunk := range chunks {
		switch chunk.Get("type").Str() {
		case "response.output_text.delta":
			one.text.WriteString(chunk.Get("delta").Str())
		case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
			one.thoughts.WriteString(chunk.Get("delta").Str())
		}
	}
	said.tell(x)
	return true
}

// pieces joins the texts of a list of {text}.
func pieces(list jsondoc.Value) string {
	var said strings.Builder
	for piece := range list.Items() {
		said.WriteString(piece.Get("text").Str())
	}
	return said.String()
}
