package bedrock

import "seismo/internal/jsondoc"

// llama reads Meta's native shape, which imported models may share: a prompt
// with max_gen_len, answered by generation.
func llama() family {
	return family{name: "llama", request: llamaRequest, response: llamaResponse, stream: llamaStream}
}

func llamaRequest(x *exchange, body jsondoc.Value) bool {
	prompt := body.Get("prompt")
	if prompt.Kind() != jsondoc.String || !body.Get("max_gen_len").Exists() {
		return false
	}
	x.is("text")
	x.ask(prompt.Str(), pictures(body.Get("images"))...)
	x.sampling(body)
	return true
}

func llamaResponse(x *exchange, body jsondoc.Value) bool {
	return llamaStream(x, []jsondoc.Value{body})
}

// llamaStream keeps the last counts that are not null: prompt_token_count
// stands in the first chunk only, generation_token_count is a running total.
func llamaStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "generation", "generation_token_count") {
		return false
	}
	x.is("text")
	var said answers
	for _, chunk := range chunks {
		one := said.nth(0)
		one.text.WriteString(chunk.Get("generation").Str())
		one.end(chunk.Get("stop_reason"))
		set(&x.usage.input, count(chunk.Get("prompt_token_count")))
		set(&x.usage.output, count(chunk.Get("generation_token_count")))
	}
	said.tell(x)
	return true
}
