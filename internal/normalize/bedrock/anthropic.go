package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// anthropicMessages reads the Messages API of Anthropic on Bedrock,
// anthropic_version bedrock-2023-05-31.
func anthropicMessages() family {
	return family{name: "anthropic messages", request: anthropicRequest, response: anthropicResponse, stream: anthropicStream}
}

func anthropicRequest(x *exchange, body jsondoc.Value) bool {
	messages := body.Get("messages")
	if messages.Kind() != jsondoc.Array || !anthropicShaped(body) {
		return false
	}
	x.is("chat")
	x.systemOf(body.Get("system"))
	x.messagesOf(messages)
	x.sampling(body)
	x.offered(body.Get("tools"))
	x.session = sessionOf(body.Get("metadata", "user_id").Str())
	return true
}

// anthropicShaped tells a Messages body from OpenAI's, which is much alike: by
// what only the one or the other has.
func anthropicShaped(body jsondoc.Value) bool {
	if body.First("anthropic_version", "anthropic_beta").Exists() {
		return true
	}
	for tool := range body.Get("tools").Items() {
		if tool.Get("function").Exists() {
			return false
		}
	}
	if body.Get("system").Exists() {
		return true
	}
	for m := range body.Get("messages").Items() {
		for b := range m.Get("content").Items() {
			if anthropicBlock(b) {
				return true
			}
		}
	}
	return false
}

// anthropicBlock reports whether a block is of a type that OpenAI's shape does
// not have, or writes in another way.
func anthropicBlock(v jsondoc.Value) bool {
	switch v.Get("type").Str() {
	case "tool_use", "tool_result", "redacted_thinking":
		return true
	case "thinking":
		return v.Get("thinking").Kind() == jsondoc.String
	case "image", "document":
		return v.Get("source").Exists()
	}
	return false
}

func anthropicResponse(x *exchange, body jsondoc.Value) bool {
	content := body.Get("content")
	if content.Kind() != jsondoc.Array && content.Kind() != jsondoc.String ||
		!body.First("type", "role", "stop_reason").Exists() {
		return false
	}
	x.is("chat")
	say(&x.out, event.RoleAssistant, contents(content)...)
	x.anthropicMessage(body)
	return true
}

// anthropicMessage reads what an answer, or the start of a streamed one, says
// beside its content.
func (x *exchange) anthropicMessage(v jsondoc.Value) {
	if name := v.Get("model").Str(); name != "" {
		x.model = name
	}
	x.ended(v.Get("stop_reason"))
	x.anthropicUsage(v.Get("usage"))
}

// anthropicUsage reads counts; later ones replace earlier ones.
func (x *exchange) anthropicUsage(v jsondoc.Value) {
	set(&x.usage.input, count(v.Get("input_tokens")))
	set(&x.usage.output, count(v.Get("output_tokens")))
	set(&x.usage.cacheRead, count(v.Get("cache_read_input_tokens")))
	created := v.Get("cache_creation")
	hour := count(created.Get("ephemeral_1h_input_tokens"))
	set(&x.usage.cacheWrite1h, hour)
	set(&x.usage.cacheWrite, sum(hour, count(created.Get("ephemeral_5m_input_tokens"))))
	set(&x.usage.cacheWrite, count(v.Get("cache_creation_input_tokens")))
}

// sessionOf reads the session that Claude Code puts into metadata.user_id:
// user_…_account_…_session_<id>, or an object with session_id as JSON text.
func sessionOf(userID string) string {
	if strings.HasPrefix(userID, "{") {
		v, err := jsondoc.Parse([]byte(userID))
		if err != nil {
			return ""
		}
		return v.Get("session_id").Str()
	}
	_, session, _ := strings.Cut(userID, "_session_")
	return session
}
