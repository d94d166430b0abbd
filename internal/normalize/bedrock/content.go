package bedrock

import (
	"bytes"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// contents reads what a message says: a string, one block, or a list of blocks
// in Converse's form ({"text": …}) or Anthropic's ({"type": "text", …}).
func contents(v jsondoc.Value) []event.Block {
	if v.Kind() != jsondoc.Array {
		return appendBlock(nil, v)
	}
	blocks := make([]event.Block, 0, v.Len())
	for item := range v.Items() {
		blocks = appendBlock(blocks, item)
	}
	return blocks
}

func appendBlock(blocks []event.Block, v jsondoc.Value) []event.Block {
	switch v.Kind() {
	case jsondoc.String:
		return appendText(blocks, v)
	case jsondoc.Object:
		if v.Get("type").Kind() == jsondoc.String {
			return appendTyped(blocks, v)
		}
		return appendUnion(blocks, v)
	}
	return blocks
}

func appendText(blocks []event.Block, v jsondoc.Value) []event.Block {
	if s := v.Str(); s != "" {
		return append(blocks, text(s))
	}
	return blocks
}

// messagesOf reads a list of {role, content} into the request's side.
func (x *exchange) messagesOf(list jsondoc.Value) {
	for m := range list.Items() {
		if m.Kind() == jsondoc.Object {
			say(&x.in, roleName(m.Get("role").Str()), contents(m.Get("content"))...)
		}
	}
}

// roleName keeps a role that this version does not know; a message without one
// is the user's.
func roleName(role string) string {
	if role == "" {
		return event.RoleUser
	}
	if known := roleOf(role); known != "" {
		return known
	}
	return strings.ToLower(role)
}

// systemOf reads system text: a string or a list of blocks.
func (x *exchange) systemOf(v jsondoc.Value) {
	for _, b := range contents(v) {
		if b.Type == event.BlockText {
			x.system = append(x.system, b.Text)
		}
	}
}

// result gathers a tool's result: text, other content whole, and media, which
// become blocks of their own after it, so that no bytes stay inside.
type result struct {
	texts []string
	other [][]byte
	media []event.Block
}

func (r *result) add(blocks ...event.Block) {
	for _, b := range blocks {
		switch {
		case b.Type == event.BlockText:
			r.texts = append(r.texts, b.Text)
		case b.Media != nil:
			r.media = append(r.media, b)
		case b.Raw != nil:
			r.other = append(r.other, b.Raw)
		}
	}
}

func (r *result) blocks(id, status string) []event.Block {
	out := &event.ToolResult{ID: id, Status: status, Text: strings.Join(r.texts, "\n")}
	switch len(r.other) {
	case 0:
	case 1:
		out.JSON = r.other[0]
	default:
		out.JSON = append(append([]byte{'['}, bytes.Join(r.other, []byte{','})...), ']')
	}
	return append([]event.Block{{Type: event.BlockToolResult, Result: out}}, r.media...)
}

// size is the decoded size of a base64 string, read without copying it.
func size(v jsondoc.Value) *int64 {
	if v.Kind() != jsondoc.String {
		return nil
	}
	raw := v.Raw()
	raw = bytes.TrimRight(raw[1:len(raw)-1], "=")
	return new(int64(len(raw)-bytes.Count(raw, []byte{'\\'})) * 3 / 4)
}

// input is a tool's input as sent; null and an empty string are none.
func input(v jsondoc.Value) []byte {
	if !v.Exists() || v.Kind() == jsondoc.String && v.Str() == "" {
		return nil
	}
	return v.Raw()
}
