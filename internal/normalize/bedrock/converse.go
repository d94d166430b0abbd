package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// converse reads the bodies of Converse and ConverseStream, by the API model of
// bedrock-runtime 2023-09-30, and those of Amazon Nova's native API, which have
// the same shape. The log holds a ConverseStream as the object it adds up to;
// arrays of its events are Nova's native streams, or recorded on the wire.
func converse() family {
	return family{name: "converse", request: converseRequest, response: converseResponse, stream: eventStream}
}

func converseRequest(x *exchange, body jsondoc.Value) bool {
	if !unionShaped(body) && !(x.converse && converseShaped(body)) {
		return false
	}
	x.is("chat")
	x.systemOf(body.Get("system"))
	x.messagesOf(body.Get("messages"))
	x.promptVariables(body.Get("promptVariables"))
	extra := body.Get("additionalModelRequestFields")
	x.sampling(extra)
	x.sampling(extra.Get("inferenceConfig"))
	x.sampling(body.Get("inferenceConfig"))
	for tool := range body.Get("toolConfig", "tools").Items() {
		x.offer(tool.First("toolSpec", "systemTool"))
	}
	if body.Get("schemaVersion").Exists() {
		x.thinks = novaThinks
	}
	return true
}

// novaThinks is the tag in which Amazon Nova reasons inside its answer's text.
const novaThinks = "thinking"

// offer notes a tool that the model may use, by its name.
func (x *exchange) offer(tool jsondoc.Value) {
	if name := tool.Get("name").Str(); name != "" {
		x.tools = append(x.tools, name)
	}
}

// promptVariables are all that a call of a managed prompt sends.
func (x *exchange) promptVariables(v jsondoc.Value) {
	var blocks []event.Block
	for _, value := range v.Members() {
		blocks = appendText(blocks, value.Get("text"))
	}
	say(&x.in, event.RoleUser, blocks...)
}

// converseShaped reports whether the body of a Converse call is one: fixtures
// that others made pair the operation with native bodies.
func converseShaped(body jsondoc.Value) bool {
	return !body.Get("anthropic_version").Exists() &&
		body.First("messages", "system", "inferenceConfig", "promptVariables", "toolConfig").Exists()
}

// unionShaped reports whether a body that came through InvokeModel has messages
// in Converse's form.
func unionShaped(body jsondoc.Value) bool {
	messages := body.Get("messages")
	if messages.Kind() != jsondoc.Array || body.Get("anthropic_version").Exists() {
		return false
	}
	if body.Get("inferenceConfig").Kind() == jsondoc.Object {
		return true
	}
	for m := range messages.Items() {
		for b := range m.Get("content").Items() {
			return b.Kind() == jsondoc.Object && !b.Get("type").Exists()
		}
	}
	return false
}

func converseResponse(x *exchange, body jsondoc.Value) bool {
	output := body.Get("output")
	known := x.converse && body.First("output", "stopReason", "metrics", "trace").Exists()
	if !known && output.Get("message").Kind() != jsondoc.Object {
		return false
	}
	x.is("chat")
	message := output.Get("message")
	say(&x.out, event.RoleAssistant, contents(message.Get("content"))...)
	// A masking tool is known to have moved these three under output.
	for _, place := range [...]jsondoc.Value{output, body} {
		x.ended(place.Get("stopReason"))
		x.converseUsage(place.Get("usage"))
		set(&x.latency.MS, duration(place.Get("metrics", "latencyMs")))
	}
	x.trace(body.Get("trace"))
	return true
}

func (x *exchange) ended(reason jsondoc.Value) {
	if word := reason.Str(); word != "" {
		x.stop = word
	}
}

func (x *exchange) trace(v jsondoc.Value) {
	if routed := v.Get("promptRouter", "invokedModelId").Str(); routed != "" {
		x.routed = routed
	}
	if g := v.Get("guardrail"); g.Exists() {
		x.assessed = g
	}
}

// converseUsage reads TokenUsage. The cache counts can stand there in two
// spellings with the same number, which must not be added.
func (x *exchange) converseUsage(v jsondoc.Value) {
	set(&x.usage.input, count(v.Get("inputTokens")))
	set(&x.usage.output, count(v.Get("outputTokens")))
	set(&x.usage.total, count(v.Get("totalTokens")))
	set(&x.usage.cacheRead, count(v.First("cacheReadInputTokens", "cacheReadInputTokenCount")))
	var all, hour *int64
	if details := v.Get("cacheDetails"); details.Len() > 0 {
		hour = new(int64)
		for d := range details.Items() {
			n := count(d.Get("inputTokens"))
			all = sum(all, n)
			if d.Get("ttl").Str() == "1h" {
				hour = sum(hour, n)
			}
		}
	}
	set(&x.usage.cacheWrite, all)
	set(&x.usage.cacheWrite, count(v.First("cacheWriteInputTokens", "cacheWriteInputTokenCount")))
	set(&x.usage.cacheWrite1h, hour)
}
