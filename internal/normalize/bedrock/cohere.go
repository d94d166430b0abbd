package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// cohereCommand reads the answers of Command and Command Light: generations[],
// or single chunks with is_finished. The request is a prompt like many others.
func cohereCommand() family {
	return family{
		name: "cohere command",
		response: func(x *exchange, body jsondoc.Value) bool {
			return body.Get("generations").Exists() && cohereCommandStream(x, []jsondoc.Value{body})
		},
		stream: cohereCommandStream,
	}
}

func cohereCommandStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "generations", "is_finished") || some(chunks, "event_type") {
		return false
	}
	x.is("text")
	var said answers
	for _, chunk := range chunks {
		if chunk.Get("is_finished").Exists() {
			one := said.at(chunk.Get("index"))
			one.text.WriteString(chunk.Get("text").Str())
			one.end(chunk.Get("finish_reason"))
		}
		place := 0
		for generation := range chunk.Get("generations").Items() {
			one := said.nth(place)
			one.text.WriteString(generation.Get("text").Str())
			one.end(generation.Get("finish_reason"))
			place++
		}
		x.billed(chunk)
	}
	said.tell(x)
	return true
}

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

// cohereEmbed reads Embed v3 and v4: texts, images or mixed inputs, answered by
// a list of vectors, or by lists under the name of each type.
func cohereEmbed() family {
	return family{name: "cohere embed", request: cohereEmbedRequest, response: cohereEmbedResponse}
}

func cohereEmbedRequest(x *exchange, body jsondoc.Value) bool {
	texts := body.Get("texts")
	typed := body.Get("input_type").Exists() && body.First("images", "inputs").Exists()
	if texts.Kind() != jsondoc.Array && !typed {
		return false
	}
	x.is("embeddings")
	var blocks []event.Block
	for _, s := range words(texts) {
		blocks = append(blocks, text(s))
	}
	blocks = append(blocks, pictures(body.Get("images"))...)
	for input := range body.Get("inputs").Items() {
		blocks = append(blocks, chatContent(input.Get("content"))...)
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

func cohereEmbedResponse(x *exchange, body jsondoc.Value) bool {
	vectors := body.Get("embeddings")
	listed := len(x.embeddings)
	x.vectors("float", vectors)
	for format, list := range vectors.Members() {
		x.vectors(format, list)
	}
	if len(x.embeddings) == listed && !strings.HasPrefix(body.Get("response_type").Str(), "embeddings") {
		return false
	}
	x.api = "embeddings"
	set(&x.usage.input, count(body.Get("meta", "billed_units", "input_tokens")))
	return true
}

// vectors notes a list of vectors. Binary types pack eight dimensions in each
// number, base64 ones tell only their size.
func (x *exchange) vectors(format string, list jsondoc.Value) {
	for v := range list.Items() {
		switch {
		case v.Kind() == jsondoc.String:
			size := inline("", v.Str()).Bytes
			x.embeddings = append(x.embeddings, event.Embedding{Format: format, Bytes: size})
		case !plainVector(v):
		case format == "binary" || format == "ubinary":
			x.vector(format, v.Len()*8)
		default:
			x.vector(format, v.Len())
		}
	}
}

// rerank reads Cohere's and Amazon's rerankers: a query and documents, answered
// by scores. Only the query is the prompt.
func rerank() family {
	return family{name: "rerank", request: rerankRequest, response: rerankResponse}
}

func rerankRequest(x *exchange, body jsondoc.Value) bool {
	query := body.Get("query")
	if !query.Exists() || body.Get("documents").Kind() != jsondoc.Array {
		return false
	}
	x.is("rerank")
	blocks := filled(passage(query))
	for doc := range body.Get("documents").Items() {
		blocks = append(blocks, event.Block{Type: event.BlockDocument, Text: passage(doc)})
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

// passage is a text given as a string or as an object that holds one. Of any
// other object it is the members, line by line.
func passage(v jsondoc.Value) string {
	if v.Kind() == jsondoc.String {
		return v.Str()
	}
	if s := v.Get("text"); s.Kind() == jsondoc.String {
		return s.Str()
	}
	var lines []string
	for name, value := range v.Members() {
		line := value.Str()
		if value.Kind() != jsondoc.String {
			line = string(value.Raw())
		}
		lines = append(lines, name+": "+line)
	}
	return strings.Join(lines, "\n")
}

func rerankResponse(x *exchange, body jsondoc.Value) bool {
	results := body.Get("results")
	for result := range results.Items() {
		if result.Get("relevance_score").Exists() {
			x.api = "rerank"
			say(&x.out, event.RoleAssistant, other(results))
			return true
		}
	}
	return false
}
