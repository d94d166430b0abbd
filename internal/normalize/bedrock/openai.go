package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// openaiChat reads the chat shape that most vendors share: DeepSeek, Qwen,
// gpt-oss, Kimi, MiniMax, Gemma, Nemotron, GLM, Palmyra, Grok, Jamba, Mistral's
// chat models, and imported or marketplace models. Answers and chunks also
// cover the older completion shape, choices[].text.
func openaiChat() family {
	return family{name: "openai chat", request: chatRequest, response: chatResponse, stream: chatStream}
}

func chatRequest(x *exchange, body jsondoc.Value) bool {
	if !looksLikeChat(body.Get("messages")) {
		return false
	}
	x.is("chat")
	x.sampling(body)
	x.offered(body.Get("tools"))
	for message := range body.Get("messages").Items() {
		chatTurn(x, message)
	}
	return true
}

// offered notes the tools' names: {function: {name}}, {name}, or the type of a
// tool that the provider runs itself.
func (x *exchange) offered(tools jsondoc.Value) {
	for tool := range tools.Items() {
		name := tool.Get("function", "name").Str()
		if name == "" {
			name = tool.First("name", "type").Str()
		}
		if name != "" {
			x.tools = append(x.tools, name)
		}
	}
}

func looksLikeChat(messages jsondoc.Value) bool {
	for message := range messages.Items() {
		if message.Get("role").Kind() == jsondoc.String {
			return true
		}
	}
	return false
}

func chatTurn(x *exchange, message jsondoc.Value) {
	role := roleName(message.Get("role").Str())
	blocks := chatContent(message.Get("content"))
	if role == event.RoleTool {
		blocks = []event.Block{chatResult(message, blocks)}
	}
	if thoughts := message.First("reasoning_content", "reasoning").Str(); thoughts != "" {
		blocks = append([]event.Block{reasoning(thoughts)}, blocks...)
	}
	for _, call := range chatCalls(message) {
		blocks = append(blocks, event.Block{Type: event.BlockToolUse, Tool: call.tool()})
	}
	say(&x.in, role, blocks...)
}

func chatResult(message jsondoc.Value, blocks []event.Block) event.Block {
	result := &event.ToolResult{ID: message.Get("tool_call_id").Str(), Name: message.Get("name").Str()}
	result.Text = plain(blocks)
	return event.Block{Type: event.BlockToolResult, Result: result}
}

// chatContent reads a turn's content: a string, or parts with a type.
func chatContent(v jsondoc.Value) []event.Block {
	if v.Kind() != jsondoc.Array {
		return filled(v.Str())
	}
	var blocks []event.Block
	for part := range v.Items() {
		blocks = append(blocks, chatPart(part)...)
	}
	return blocks
}

// chatPart reads one part by its type. Types of other vendors' messages occur
// too, since clients mix them.
func chatPart(part jsondoc.Value) []event.Block {
	switch part.Get("type").Str() {
	case "text", "input_text", "output_text", "refusal":
		return filled(part.First("text", "refusal").Str())
	case "image_url", "input_image":
		address := part.Get("image_url")
		if address.Kind() == jsondoc.Object {
			address = address.Get("url")
		}
		return []event.Block{block(event.BlockImage, picture("", address.Str()))}
	case "video_url":
		return []event.Block{block(event.BlockVideo, picture("", part.Get("video_url", "url").Str()))}
	case "input_audio":
		sound := part.Get("input_audio")
		return []event.Block{block(event.BlockAudio, picture(sound.Get("format").Str(), sound.Get("data").Str()))}
	case "file", "input_file":
		return []event.Block{block(event.BlockDocument, chatFile(part))}
	case "thinking", "reasoning":
		return []event.Block{reasoning(chatThoughts(part))}
	}
	return appendBlock(nil, part)
}

func chatFile(part jsondoc.Value) *event.Media {
	if inner := part.Get("file"); inner.Exists() {
		part = inner
	}
	m := picture("", part.First("file_data", "file_url").Str())
	m.Name = part.Get("filename").Str()
	if m.Format == "" {
		m.Format = extension(m.Name)
	}
	return m
}

// chatThoughts reads a reasoning part: text, or Magistral's list of texts.
func chatThoughts(part jsondoc.Value) string {
	inner := part.First("thinking", "reasoning", "text")
	if inner.Kind() == jsondoc.Array {
		return pieces(inner)
	}
	return inner.Str()
}

func chatCalls(message jsondoc.Value) []*toolParts {
	var calls []*toolParts
	for v := range message.Get("tool_calls").Items() {
		call := &toolParts{}
		call.add(v)
		calls = append(calls, call)
	}
	if old := message.Get("function_call"); old.Kind() == jsondoc.Object {
		call := &toolParts{name: old.Get("name").Str()}
		call.arguments.WriteString(old.Get("arguments").Str())
		calls = append(calls, call)
	}
	return calls
}

// longestName is above every vendor's limit for a tool's name; fragments past it
// are no name.
const longestName = 256

// add puts a tool call, or a stream's fragment of one, to what is there. Some
// models send the arguments as an object.
func (t *toolParts) add(v jsondoc.Value) {
	function := v.Get("function")
	if id := v.Get("id").Str(); id != "" {
		t.id = id
	}
	if name := function.Get("name").Str(); name != "" && name != t.name && len(t.name) < longestName {
		t.name += name
	}
	switch arguments := function.Get("arguments"); arguments.Kind() {
	case jsondoc.String:
		t.arguments.WriteString(arguments.Str())
	case jsondoc.Object:
		t.whole = arguments
	}
}
