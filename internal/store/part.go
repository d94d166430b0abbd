package store

import (
	"strings"

	"seismo/internal/jsondoc"
)

// PartKind says what the bytes of a Part are, and so how their text is found.
type PartKind uint8

// The kinds of part.
const (
	PartJSON     PartKind = 1 // a JSON value; its strings are searched
	PartOpaque   PartKind = 2 // kept, never searched: chunks of a stream, binary bodies
	PartText     PartKind = 3 // plain text, only there to be searched
	PartSkeleton PartKind = 4 // how a record is put together again
)

// Part is a piece of a record that is stored once for its owner however often
// it is sent: a message, a system prompt, the list of tools, the rest of a body.
type Part struct {
	Kind  PartKind
	Bytes []byte

	value jsondoc.Value // what Bytes were cut from, when known
}

// Text is what Words searches in the part: of JSON the string values, a line
// each, without names of members, identifiers and encoded data.
func (p Part) Text() string {
	switch p.Kind {
	case PartText:
		return string(p.Bytes)
	case PartJSON:
		v := p.value
		if v.Kind() == jsondoc.Missing {
			v, _ = jsondoc.Parse(p.Bytes)
		}
		var t texter
		t.walk(v, false, 0)
		return t.text.String()
	}
	return ""
}

// texter collects the strings of a JSON value that somebody said.
type texter struct{ text strings.Builder }

// maxNested is how often JSON may lie in a string in JSON and still be read.
const maxNested = 4

func (t *texter) walk(v jsondoc.Value, free bool, nested int) {
	switch v.Kind() {
	case jsondoc.String:
		t.say(v.Str(), nested)
	case jsondoc.Array:
		for item := range v.Items() {
			t.walk(item, free, nested)
		}
	case jsondoc.Object:
		for name, m := range v.Members() {
			if m.Kind() == jsondoc.String && !free && structural(name) {
				continue
			}
			t.walk(m, free || freeForm(name), nested)
		}
	}
}

func (t *texter) say(s string, nested int) {
	if nested < maxNested && len(s) > 1 && (s[0] == '{' || s[0] == '[') {
		if inner, err := jsondoc.Parse([]byte(s)); err == nil {
			t.walk(inner, true, nested+1)
			return
		}
	}
	if s == "" || encoded(s) {
		return
	}
	t.text.WriteString(s)
	t.text.WriteByte('\n')
}

// structural names members whose strings say how a body is built, not what was
// said in it.
func structural(name string) bool {
	switch name {
	case "type", "role", "id", "tool_use_id", "toolUseId", "tool_call_id", "model", "object",
		"signature", "data", "bytes", "format", "media_type", "mediaType", "finish_reason",
		"stop_reason", "stopReason", "finishReason", "completionReason", "anthropic_version", "anthropic_beta",
		"schemaVersion", "taskType", "status", "ttl", "system_fingerprint", "service_tier":
		return true
	}
	return false
}

// freeForm names members below which names mean what the caller wants them to.
func freeForm(name string) bool { return name == "input" || name == "json" || name == "arguments" }

// longRun is the length from which a run of base64 letters is taken for data.
const longRun = 200

// encoded tells whether a string is base64 or a data: address rather than words.
func encoded(s string) bool {
	if strings.HasPrefix(s, "data:") && strings.Contains(s[:min(len(s), 100)], ";base64,") {
		return true
	}
	if len(s) < longRun {
		return false
	}
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("+/=-_\r\n", rune(c)) {
			return false
		}
	}
	return !strings.ContainsAny(s[:longRun], "\r\n")
}
