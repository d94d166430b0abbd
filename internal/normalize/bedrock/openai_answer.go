package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

func chatResponse(x *exchange, body jsondoc.Value) bool {
	return body.Get("choices").Kind() == jsondoc.Array && chatStream(x, []jsondoc.Value{body})
}

// chatStream puts an answer's chunks together; a whole answer is one chunk.
// Usage may stand in every chunk as a running total, or in the last only.
func chatStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "choices") {
		return false
	}
	var said answers
	for _, chunk := range chunks {
		for choice := range chunk.Get("choices").Items() {
			x.choice(&said, choice)
		}
		x.chatUsage(chunk)
		if name := chunk.Get("model").Str(); name != "" {
			x.model = name
		}
	}
	x.is("chat")
	said.tell(x)
	return true
}

// choice adds one choice or a fragment of one to its alternative.
func (x *exchange) choice(said *answers, choice jsondoc.Value) {
	one := said.at(choice.Get("index"))
	one.end(choice.Get("stop_reason"))
	one.end(choice.Get("finish_reason"))
	if completion := choice.Get("text"); completion.Kind() == jsondoc.String {
		x.is("text")
		one.text.WriteString(completion.Str())
	}
	message := choice.First("delta", "message")
	one.thoughts.WriteString(message.First("reasoning_content", "reasoning").Str())
	for _, b := range chatContent(message.Get("content")) {
		switch b.Type {
		case event.BlockText:
			one.text.WriteString(b.Text)
		case event.BlockReasoning:
			one.thoughts.WriteString(b.Text)
		default:
			one.extra = append(one.extra, b)
		}
	}
	one.text.WriteString(message.Get("refusal").Str())
	one.deltas(message)
}

// deltas adds tool calls. Fragments name their call by index; a fragment with
// a new id and no index opens a call of its own.
func (a *answer) deltas(message jsondoc.Value) {
	if message.Get("tool_calls").Len() == 0 {
		a.calls = append(a.calls, chatCalls(message)...)
		return
	}
	for v := range message.Get("tool_calls").Items() {
		at := len(a.calls)
		if index, ok := v.Get("index").Int(); ok && index >= 0 {
			at = int(min(index, maxAnswers-1))
		} else if id := v.Get("id").Str(); id == "" && at > 0 {
			at--
		}
		for len(a.calls) <= at {
			a.calls = append(a.calls, &toolParts{})
		}
		a.calls[at].add(v)
	}
}

// chatUsage reads the counts. Cached tokens are a part of prompt_tokens there,
// and a count beside tokens.input here.
func (x *exchange) chatUsage(body jsondoc.Value) {
	usage := body.Get("usage")
	input := count(usage.First("prompt_tokens", "input_tokens"))
	cached := count(usage.First("prompt_tokens_details", "input_tokens_details").Get("cached_tokens"))
	if input != nil && cached != nil && *cached <= *input {
		set(&x.usage.whole, input)
		input = new(*input - *cached)
		set(&x.usage.cacheRead, cached)
	}
	set(&x.usage.input, input)
	set(&x.usage.output, count(usage.First("completion_tokens", "output_tokens")))
	if x.latency.MS == nil {
		x.latency.MS = duration(body.Get("meta", "requestDurationMillis"))
	}
}
