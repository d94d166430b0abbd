package bedrock

import (
	"strings"

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
	for tool := range body.Get("tools").Items() {
		if name := tool.Get("function").First("name"); name.Exists() {
			x.tools = append(x.tools, name.Str())
		} else if name := tool.First("name", "type").Str(); name != "" {
			x.tools = append(x.tools, name)
		}
	}
	for message := range body.Get("messages").Items() {
		chatTurn(x, message)
	}
	return true
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
	role := roleOf(message.Get("role").Str())
	blocks := chatContent(message.Get("content"))
	switch role {
	case event.RoleSystem:
		for _, b := range blocks {
			if b.Type == event.BlockText {
				x.system = append(x.system, b.Text)
			}
		}
		return
	case event.RoleTool:
		blocks = []event.Block{chatResult(message, blocks)}
	case "":
		role = event.RoleUser
		blocks = []event.Block{other(message)}
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
	var said []string
	for _, b := range blocks {
		if b.Type == event.BlockText {
			said = append(said, b.Text)
		}
	}
	result.Text = strings.Join(said, "\n")
	return event.Block{Type: event.BlockToolResult, Result: result}
}

// chatContent reads a turn's content: a string, or parts with a type.
func chatContent(v jsondoc.Value) []event.Block {
	if v.Kind() != jsondoc.Array {
		return filled(v.Str())
	}
	var blocks []event.Block
	for part := range v.Items() {
		if b, found := chatPart(part); found {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

func chatPart(part jsondoc.Value) (event.Block, bool) {
	switch part.Get("type").Str() {
	case "text", "input_text", "output_text", "refusal":
		return text(part.First("text", "refusal").Str()), true
	case "image_url", "input_image":
		address := part.Get("image_url")
		if address.Kind() == jsondoc.Object {
			address = address.Get("url")
		}
		return block(event.BlockImage, picture("", address.Str())), true
	case "video_url":
		return block(event.BlockVideo, picture("", part.Get("video_url", "url").Str())), true
	case "input_audio":
		sound := part.Get("input_audio")
		return block(event.BlockAudio, picture(sound.Get("format").Str(), sound.Get("data").Str())), true
	case "file", "input_file":
		return block(event.BlockDocument, chatFile(part)), true
	case "thinking", "reasoning":
		return reasoning(chatThoughts(part)), true
	}
	if part.Kind() == jsondoc.String {
		return text(part.Str()), true
	}
	return other(part), part.Exists()
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
	if inner.Kind() != jsondoc.Array {
		return inner.Str()
	}
	var said strings.Builder
	for piece := range inner.Items() {
		said.WriteString(piece.Get("text").Str())
	}
	return said.String()
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

// add puts a tool call, or a stream's fragment of one, to what is there. Some
// models send the arguments as an object.
func (t *toolParts) add(v jsondoc.Value) {
	function := v.Get("function")
	if id := v.Get("id").Str(); id != "" {
		t.id = id
	}
	if name := function.Get("name").Str(); name != "" && name != t.name {
		t.name += name
	}
	switch arguments := function.Get("arguments"); arguments.Kind() {
	case jsondoc.String:
		t.arguments.WriteString(arguments.Str())
	case jsondoc.Object:
		t.whole = arguments
	}
}
