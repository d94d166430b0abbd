package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// appendUnion reads a block in Converse's form: an object whose one member
// says what it is. A block without any member that is known is kept whole.
func appendUnion(blocks []event.Block, v jsondoc.Value) []event.Block {
	known := false
	for name, m := range v.Members() {
		switch more, ok := union(name, m); {
		case ok:
			blocks, known = append(blocks, more...), true
		case name == "cachePoint":
			known = true
		}
	}
	if !known {
		return append(blocks, other(v))
	}
	return blocks
}

// union reads one member; false when it is not known, or has nothing in it.
func union(name string, v jsondoc.Value) ([]event.Block, bool) {
	switch name {
	case "text":
		return appendText(nil, v), v.Kind() == jsondoc.String
	case "image", "video", "audio":
		return []event.Block{{Type: name, Media: media(v)}}, v.Exists()
	case "document":
		return []event.Block{{Type: event.BlockDocument, Media: media(v), Text: documentText(v.Get("source"))}}, v.Exists()
	case "toolUse":
		call := &event.ToolCall{Name: v.Get("name").Str(), ID: v.Get("toolUseId").Str(), Input: input(v.Get("input"))}
		return []event.Block{{Type: event.BlockToolUse, Tool: call}}, v.Exists()
	case "toolResult":
		return toolResult(v), v.Exists()
	case "guardContent":
		return guarded(v), v.Exists()
	case "reasoningContent":
		return converseReasoning(v)
	case "citationsContent":
		var cited strings.Builder
		for piece := range v.Get("content").Items() {
			cited.WriteString(piece.Get("text").Str())
		}
		return []event.Block{text(cited.String())}, cited.Len() > 0
	}
	return nil, false
}

// converseReasoning reads reasoningText; redacted reasoning is a block without
// text, since nobody but the vendor can read it.
func converseReasoning(v jsondoc.Value) ([]event.Block, bool) {
	if s := v.Get("reasoningText", "text").Str(); s != "" {
		return []event.Block{reasoning(s)}, true
	}
	redacted := v.Get("redactedContent").Exists() || v.Get("reasoningText", "signature").Exists()
	return []event.Block{{Type: event.BlockReasoning}}, redacted
}

// media describes an image, document, video or sound: {format, name, source}.
// The log writes source.s3Uri where the API has source.s3Location.uri.
func media(v jsondoc.Value) *event.Media {
	source := v.Get("source")
	m := &event.Media{
		Format: v.Get("format").Str(), Name: v.Get("name").Str(),
		Bytes: size(source.Get("bytes")), URI: source.Get("s3Uri").Str(),
	}
	if m.URI == "" {
		m.URI = source.Get("s3Location").First("uri", "s3Uri").Str()
	}
	return m
}

// documentText is the text of a document that was sent as text.
func documentText(source jsondoc.Value) string {
	if s := source.Get("text").Str(); s != "" {
		return s
	}
	var pieces []string
	for piece := range source.Get("content").Items() {
		if s := piece.Get("text").Str(); s != "" {
			pieces = append(pieces, s)
		}
	}
	return strings.Join(pieces, "\n")
}

func toolResult(v jsondoc.Value) []event.Block {
	var r result
	content := v.Get("content")
	if content.Kind() == jsondoc.String {
		r.add(appendText(nil, content)...)
	}
	for item := range content.Items() {
		if free := item.Get("json"); free.Exists() {
			r.other = append(r.other, free.Raw())
			continue
		}
		r.add(appendBlock(nil, item)...)
	}
	return r.blocks(v.Get("toolUseId").Str(), v.Get("status").Str())
}

// guarded reads guardContent: text or an image that the guardrail looks at.
func guarded(v jsondoc.Value) []event.Block {
	var blocks []event.Block
	if t := v.Get("text"); t.Kind() == jsondoc.String {
		blocks = appendText(blocks, t)
	} else {
		blocks = appendText(blocks, t.Get("text"))
	}
	if image := v.Get("image"); image.Exists() {
		blocks = append(blocks, event.Block{Type: event.BlockImage, Media: media(image)})
	}
	for i := range blocks {
		blocks[i].Guard = true
	}
	return blocks
}
