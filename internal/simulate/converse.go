package simulate

// turn is one message of a Converse conversation.
type turn struct {
	user   bool
	blocks []byte // the elements of content, without brackets
}

// textBlock is a Converse content block, and Nova's.
func textBlock(text string) []byte {
	return append(quote([]byte(`{"text":`), text), '}')
}

// converseRequest writes a Converse body. rest is what follows the messages,
// members with a comma before each.
func converseRequest(b []byte, turns []turn, rest string) []byte {
	b = append(b, `{"messages":[`...)
	for i, t := range turns {
		if i > 0 {
			b = append(b, ',')
		}
		if t.user {
			b = append(b, `{"role":"user","content":[`...)
		} else {
			b = append(b, `{"role":"assistant","content":[`...)
		}
		b = append(b, t.blocks...)
		b = append(b, `]}`...)
	}
	b = append(b, ']')
	b = append(b, rest...)
	return append(b, '}')
}

// systemText is the member that carries the system prompt.
func systemText(text string) string { return `,"system":[` + string(textBlock(text)) + `]` }

// converseBlocks are the blocks of an answer.
func converseBlocks(r *reply) (b []byte) {
	if r.thinking != "" {
		b = append(b, `{"reasoningContent":{"reasoningText":{"text":`...)
		b = quote(b, r.thinking)
		b = append(b, `}}}`...)
	}
	if r.text != "" {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, textBlock(r.text)...)
	}
	if r.tool != "" {
		if len(b) > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"toolUse":{"toolUseId":"`+r.toolID+`","name":"`+r.tool+`","input":`...)
		b = append(b, r.toolArgs...)
		b = append(b, `}}`...)
	}
	return b
}

// converseAnswer writes the response of Converse, and of ConverseStream too,
// which is logged in the same shape. trace is "" or a JSON object.
func converseAnswer(b []byte, r *reply, use *usage, trace string) []byte {
	b = append(b, `{"output":{"message":{"role":"assistant","content":[`...)
	b = append(b, converseBlocks(r)...)
	b = append(b, `]}},"stopReason":"`+r.stop+`","metrics":{"latencyMs":`+itoa(r.latency)+`},"usage":{`...)
	b = count(b, "inputTokens", use.input)
	b = count(b, "outputTokens", use.output)
	if use.cached {
		b = count(b, "cacheReadInputTokens", use.read)
		b = count(b, "cacheWriteInputTokens", use.write)
	}
	b = count(b, "totalTokens", use.input+use.output+use.read+use.write)
	b = append(b, '}')
	if trace != "" {
		b = raw(b, "trace", trace)
	}
	return append(b, '}')
}
