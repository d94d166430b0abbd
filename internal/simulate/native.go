package simulate

// shape writes one vendor's native request and response for a prompt. The
// counts are those that the body names; the envelope has its own.
type shape struct {
	model    string // foundation model id
	request  func(g *generator, b []byte, system, prompt string) []byte
	response func(g *generator, b []byte, r *reply, use *usage) []byte
	stream   func(g *generator, b []byte, r *reply, use *usage) []byte // nil: never streamed here
}

var (
	llamaShape     = shape{"meta.llama3-3-70b-instruct-v1:0", llamaRequest, llamaResponse, llamaStream}
	mistralShape   = shape{"mistral.mistral-large-2402-v1:0", mistralRequest, mistralResponse, nil}
	titanShape     = shape{"amazon.titan-text-express-v1", titanRequest, titanResponse, titanStream}
	novaShape      = shape{"amazon.nova-lite-v1:0", novaRequest, novaResponse, novaStream}
	commandRShape  = shape{"cohere.command-r-plus-v1:0", commandRRequest, commandRResponse, nil}
	jambaShape     = shape{"ai21.jamba-1-5-large-v1:0", chatRequest, chatResponse, nil}
	gptOssShape    = shape{"openai.gpt-oss-120b-1:0", chatRequest, reasonedResponse, nil}
	qwenShape      = shape{"qwen.qwen3-coder-30b-a3b-v1:0", chatRequest, chatResponse, chatStream}
	deepseekShape  = shape{"deepseek.v3-v1:0", chatRequest, chatResponse, nil}
	pixtralShape   = shape{"mistral.pixtral-large-2502-v1:0", chatRequest, chatResponse, nil}
	palmyraShape   = shape{"writer.palmyra-x5-v1:0", chatRequest, chatResponse, nil}
	kimiShape      = shape{"moonshot.kimi-k2-thinking", chatRequest, reasonedResponse, nil}
	evaluatedModel = []*shape{&llamaShape, &mistralShape, &titanShape, &novaShape, &commandRShape, &jambaShape,
		&gptOssShape, &qwenShape, &deepseekShape, &palmyraShape, &kimiShape}
)

func llamaRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = append(b, `{"prompt":"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n`...)
	b = escape(b, system)
	b = append(b, `<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n`...)
	b = escape(b, prompt)
	return append(b, `<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n","max_gen_len":512,"temperature":0.3,"top_p":0.9}`...)
}

func llamaResponse(_ *generator, b []byte, r *reply, use *usage) []byte {
	b = quote(append(b, `{"generation":`...), r.text)
	b = count(b, "prompt_token_count", use.input)
	b = count(b, "generation_token_count", use.output)
	return append(b, `,"stop_reason":"stop"}`...)
}

func llamaStream(g *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, '[')
	total, prompt := 0, itoa(use.input)
	pieces(&g.random, r.text, 20, 90, func(s string) {
		total += tokens(len(s))
		b = quote(append(b, `{"generation":`...), s)
		b = append(b, `,"prompt_token_count":`+prompt+`,"generation_token_count":`+itoa(total)+`,"stop_reason":null},`...)
		prompt = "null"
	})
	b = append(b, `{"generation":"","prompt_token_count":null,"generation_token_count":`+itoa(use.output)+`,"stop_reason":"stop","amazon-bedrock-invocationMetrics":`...)
	return append(append(b, invocationMetrics(use, r)...), `}]`...)
}

func mistralRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = append(b, `{"prompt":"<s>[INST] `...)
	b = escape(b, system)
	b = append(b, `\n\n`...)
	b = escape(b, prompt)
	return append(b, ` [/INST]","max_tokens":400,"temperature":0.2,"top_p":0.9,"top_k":50}`...)
}

func mistralResponse(_ *generator, b []byte, r *reply, _ *usage) []byte {
	b = quote(append(b, `{"outputs":[{"text":`...), r.text)
	return append(b, `,"stop_reason":"stop"}]}`...)
}

func titanRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = quote(append(b, `{"inputText":`...), system+"\n\n"+prompt)
	return append(b, `,"textGenerationConfig":{"maxTokenCount":512,"stopSequences":[],"temperature":0.1,"topP":0.9}}`...)
}

func titanResponse(_ *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, `{"inputTextTokenCount":`+itoa(use.input)+`,"results":[{"tokenCount":`+itoa(use.output)+`,"outputText":`...)
	b = quote(b, r.text)
	return append(b, `,"completionReason":"FINISH"}]}`...)
}

func titanStream(g *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, '[')
	pieces(&g.random, r.text, 60, 200, func(s string) {
		b = quote(append(b, `{"outputText":`...), s)
		b = append(b, `,"index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":null},`...)
	})
	b = append(b, `{"outputText":"","index":0,"totalOutputTextTokenCount":`+itoa(use.output)+`.0,"completionReason":"FINISH","inputTextTokenCount":`+itoa(use.input)+`.0,"amazon-bedrock-invocationMetrics":`...)
	return append(append(b, invocationMetrics(use, r)...), `}]`...)
}

func novaRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = append(b, `{"schemaVersion":"messages-v1","system":[`...)
	b = append(b, textBlock(system)...)
	b = append(b, `],"messages":[{"role":"user","content":[`...)
	b = append(b, textBlock(prompt)...)
	return append(b, `]}],"inferenceConfig":{"maxTokens":600,"temperature":0.4,"topP":0.9,"topK":20}}`...)
}

func novaResponse(_ *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, `{"output":{"message":{"content":[`...)
	b = append(b, textBlock(r.text)...)
	b = append(b, `],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":`+itoa(use.input)+`,"outputTokens":`+itoa(use.output)...)
	return append(b, `,"totalTokens":`+itoa(use.input+use.output)+`,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0}}`...)
}

func novaStream(g *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, `[{"messageStart":{"role":"assistant"}}`...)
	index := 0
	pieces(&g.random, r.text, 30, 120, func(s string) {
		b = append(b, `,{"contentBlockDelta":{"delta":`...)
		b = append(b, textBlock(s)...)
		b = append(b, `,"contentBlockIndex":`+itoa(index)+`}},{"contentBlockStop":{"contentBlockIndex":`+itoa(index)+`}}`...)
		index++
	})
	b = append(b, `,{"messageStop":{"stopReason":"end_turn"}},{"metadata":{"usage":{"inputTokens":`+itoa(use.input)+`,"outputTokens":`+itoa(use.output)...)
	b = append(b, `,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0},"metrics":{},"trace":{}},"amazon-bedrock-invocationMetrics":`...)
	return append(append(b, invocationMetrics(use, r)...), `}]`...)
}

func commandRRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = quote(append(b, `{"message":`...), prompt)
	b = raw(b, "chat_history", `[]`)
	b = member(b, "preamble", system)
	return append(b, `,"max_tokens":500,"temperature":0.3,"p":0.75}`...)
}

func commandRResponse(g *generator, b []byte, r *reply, _ *usage) []byte {
	b = append(b, '{')
	b = member(b, "response_id", g.uuid())
	b = member(b, "text", r.text)
	b = member(b, "generation_id", g.uuid())
	return append(b, `,"chat_history":[],"finish_reason":"COMPLETE"}`...)
}

func chatRequest(_ *generator, b []byte, system, prompt string) []byte {
	b = quote(append(b, `{"messages":[{"role":"system","content":`...), system)
	b = quote(append(b, `},{"role":"user","content":`...), prompt)
	return append(b, `}],"max_tokens":900,"temperature":0.6,"top_p":0.95}`...)
}

func chatHead(g *generator, b []byte, object string) []byte {
	b = append(b, `{"id":"chatcmpl-`...)
	b = g.characters(b, 24, hexDigits)
	return append(b, `","object":"`+object+`","created":`+itoa(int(g.hour/1000))...)
}

func chatResponse(g *generator, b []byte, r *reply, use *usage) []byte {
	b = chatHead(g, b, "chat.completion")
	b = append(b, `,"choices":[{"index":0,"message":{"role":"assistant","content":`...)
	b = quote(b, r.text)
	b = append(b, `},"finish_reason":"stop"}],"usage":`...)
	return append(append(b, chatUsage(use)...), '}')
}

// reasonedResponse has its reasoning inside the text, as gpt-oss answers.
func reasonedResponse(g *generator, b []byte, r *reply, use *usage) []byte {
	whole := *r
	if r.thinking != "" {
		whole.text = "<reasoning>" + r.thinking + "</reasoning>" + r.text
	}
	return chatResponse(g, b, &whole, use)
}

func chatStream(g *generator, b []byte, r *reply, use *usage) []byte {
	b = append(b, '[')
	pieces(&g.random, r.text, 40, 160, func(s string) {
		b = chatHead(g, b, "chat.completion.chunk")
		b = quote(append(b, `,"choices":[{"index":0,"delta":{"content":`...), s)
		b = append(b, `},"finish_reason":null}]},`...)
	})
	b = chatHead(g, b, "chat.completion.chunk")
	b = append(b, `,"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":`...)
	b = append(append(b, chatUsage(use)...), `,"amazon-bedrock-invocationMetrics":`...)
	return append(append(b, invocationMetrics(use, r)...), `}]`...)
}

func chatUsage(use *usage) []byte {
	b := count([]byte{'{'}, "prompt_tokens", use.input)
	b = count(b, "completion_tokens", use.output)
	return append(count(b, "total_tokens", use.input+use.output), '}')
}
