package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// appendTyped reads a block in Anthropic's form, which names its own type.
func appendTyped(blocks []event.Block, v jsondoc.Value) []event.Block {
	switch string(v.Get("type").Raw()) {
	case `"text"`:
		return appendText(blocks, v.Get("text"))
	case `"thinking"`:
		return append(blocks, reasoning(v.Get("thinking").Str()))
	case `"redacted_thinking"`:
		return append(blocks, event.Block{Type: event.BlockReasoning})
	case `"image"`:
		return append(blocks, event.Block{Type: event.BlockImage, Media: anthropicMedia(v)})
	case `"document"`:
		return append(blocks, event.Block{
			Type: event.BlockDocument, Media: anthropicMedia(v), Text: anthropicText(v.Get("source")),
		})
	case `"tool_use"`, `"server_tool_use"`, `"mcp_tool_use"`:
		call := &event.ToolCall{Name: v.Get("name").Str(), ID: v.Get("id").Str(), Input: input(v.Get("input"))}
		return append(blocks, event.Block{Type: event.BlockToolUse, Tool: call})
	case `"tool_result"`:
		return append(blocks, anthropicResult(v)...)
	}
	return append(blocks, other(v))
}

// anthropicMedia describes {source{type, media_type, data | url | file_id}}.
func anthropicMedia(v jsondoc.Value) *event.Media {
	source := v.Get("source")
	m := &event.Media{
		Format: formatOf(source.Get("media_type").Str()), Name: v.Get("title").Str(),
		URI: source.First("url", "s3Uri").Str(),
	}
	if source.Get("type").Str() != "text" {
		m.Bytes = size(source.Get("data"))
	}
	return m
}

// formatOf makes a short format of a media type: image/png is png.
func formatOf(mediaType string) string {
	if mediaType == "text/plain" {
		return "txt"
	}
	return subtype(mediaType)
}

// anthropicText is the text of a document that was sent as text or as blocks.
func anthropicText(source jsondoc.Value) string {
	switch source.Get("type").Str() {
	case "text":
		return source.Get("data").Str()
	case "content":
		return plain(contents(source.Get("content")))
	}
	return ""
}

func anthropicResult(v jsondoc.Value) []event.Block {
	var r result
	r.add(contents(v.Get("content"))...)
	status := ""
	if failed, ok := v.Get("is_error").Bool(); ok {
		status = "success"
		if failed {
			status = "error"
		}
	}
	return r.blocks(v.Get("tool_use_id").Str(), status)
}
