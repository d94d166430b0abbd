package simulate

import "strings"

// reply is what a model answers, before a vendor gives it its shape.
type reply struct {
	thinking string
	text     string
	tool     string // name, "" when no tool is called
	toolID   string
	toolArgs []byte // JSON object
	stop     string // in Anthropic's words
	latency  int    // milliseconds
	first    int    // milliseconds to the first token
}

// finish fills in what follows from the texts: tokens, stop reason, times.
func (g *generator) finish(r *reply, use *usage) {
	use.output = tokens(len(r.thinking) + len(r.text) + len(r.toolArgs))
	if r.stop == "" {
		r.stop = "end_turn"
		if r.tool != "" {
			r.stop = "tool_use"
		}
	}
	r.first = g.between(280, 1400) + use.input/60
	r.latency = r.first + use.output*g.between(9, 24)
}

// bodyModel is how Anthropic's own bodies name a Bedrock model.
func bodyModel(model string) string {
	model = model[strings.Index(model, "claude"):]
	if i := strings.Index(model, "-v1:0"); i > 0 {
		model = model[:i]
	}
	return strings.TrimSuffix(model, "-v1")
}

func anthropicUsage(b []byte, use *usage, output int) []byte {
	b = append(b, '{')
	b = count(b, "input_tokens", use.input)
	if use.cached {
		b = count(b, "cache_creation_input_tokens", use.write)
		b = count(b, "cache_read_input_tokens", use.read)
		b = raw(b, "cache_creation", `{"ephemeral_5m_input_tokens":`+itoa(use.write)+`,"ephemeral_1h_input_tokens":0}`)
	}
	b = count(b, "output_tokens", output)
	return append(b, '}')
}

// anthropicBlocks appends the content of a message that the model wrote.
func anthropicBlocks(b []byte, r *reply) []byte {
	b = append(b, '[')
	sep := func() {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
	}
	if r.thinking != "" {
		b = append(b, `{"type":"thinking","thinking":`...)
		b = quote(b, r.thinking)
		b = append(b, `,"signature":"`...)
		b = append(b, signature(r.thinking)...)
		b = append(b, `"}`...)
	}
	if r.text != "" {
		sep()
		b = append(b, `{"type":"text","text":`...)
		b = quote(b, r.text)
		b = append(b, '}')
	}
	if r.tool != "" {
		sep()
		b = append(b, `{"type":"tool_use","id":"`+r.toolID+`","name":"`+r.tool+`","input":`...)
		b = append(b, r.toolArgs...)
		b = append(b, '}')
	}
	return append(b, ']')
}

// signature stands for the seal that Anthropic puts on thinking.
func signature(thinking string) []byte {
	r := derive(uint64(len(thinking)), uint64(thinking[0]), uint64(thinking[len(thinking)/2]))
	return append(r.characters([]byte("ErUB"), 92, base64Digits), '=', '=')
}

// anthropicAnswer writes a whole response of InvokeModel.
func (g *generator) anthropicAnswer(b []byte, model string, r *reply, use *usage) []byte {
	b = append(b, `{"model":"`+bodyModel(model)+`","id":"msg_bdrk_`...)
	b = g.characters(b, 24, base62)
	b = append(b, `","type":"message","role":"assistant","content":`...)
	b = anthropicBlocks(b, r)
	b = append(b, `,"stop_reason":"`+r.stop+`","stop_sequence":null,"usage":`...)
	b = anthropicUsage(b, use, use.output)
	return append(b, '}')
}

// anthropicStream writes the array of chunks that InvokeModelWithResponseStream
// logs.
func (g *generator) anthropicStream(b []byte, model string, r *reply, use *usage) []byte {
	b = append(b, `[{"type":"message_start","message":{"model":"`+bodyModel(model)+`","id":"msg_bdrk_`...)
	b = g.characters(b, 24, base62)
	b = append(b, `","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":`...)
	b = anthropicUsage(b, use, 1)
	b = append(b, `}}`...)
	index := 0
	block := func(start, delta, field, text string, low, high int, tail string) {
		b = append(b, `,{"type":"content_block_start","index":`+itoa(index)+`,"content_block":`+start+`}`...)
		pieces(&g.random, text, low, high, func(s string) {
			b = append(b, `,{"type":"content_block_delta","index":`+itoa(index)+`,"delta":{"type":"`+delta+`","`+field+`":`...)
			b = quote(b, s)
			b = append(b, `}}`...)
		})
		b = append(b, tail...)
		b = append(b, `,{"type":"content_block_stop","index":`+itoa(index)+`}`...)
		index++
	}
	if r.thinking != "" {
		seal := `,{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"` + string(signature(r.thinking)) + `"}}`
		block(`{"type":"thinking","thinking":"","signature":""}`, "thinking_delta", "thinking", r.thinking, 60, 160, seal)
	}
	if r.text != "" {
		block(`{"type":"text","text":""}`, "text_delta", "text", r.text, 40, 130, "")
	}
	if r.tool != "" {
		block(`{"type":"tool_use","id":"`+r.toolID+`","name":"`+r.tool+`","input":{}}`, "input_json_delta", "partial_json", string(r.toolArgs), 40, 150, "")
	}
	b = append(b, `,{"type":"message_delta","delta":{"stop_reason":"`+r.stop+`","stop_sequence":null},"usage":{"output_tokens":`+itoa(use.output)+`}},{"type":"message_stop","amazon-bedrock-invocationMetrics":`...)
	return append(append(b, invocationMetrics(use, r)...), `}]`...)
}

// invocationMetrics is what closes most native streams.
func invocationMetrics(use *usage, r *reply) []byte {
	b := []byte{'{'}
	b = count(b, "inputTokenCount", use.input)
	b = count(b, "outputTokenCount", use.output)
	b = count(b, "invocationLatency", r.latency)
	b = count(b, "firstByteLatency", r.first)
	if use.cached {
		b = count(b, "cacheReadInputTokenCount", use.read)
		b = count(b, "cacheWriteInputTokenCount", use.write)
	}
	return append(b, '}')
}
