package bedrock

import "seismo/internal/jsondoc"

// jurassic reads AI21's Jurassic-2 answers: completions[].data. They name no
// counts, but list the tokens themselves. Jamba answers in OpenAI's shape.
func jurassic() family {
	return family{name: "ai21 jurassic", response: jurassicResponse}
}

func jurassicResponse(x *exchange, body jsondoc.Value) bool {
	var said answers
	var written *int64
	place := 0
	for completion := range body.Get("completions").Items() {
		data := completion.Get("data")
		if data.Kind() != jsondoc.Object {
			continue
		}
		one := said.nth(place)
		one.text.WriteString(data.Get("text").Str())
		one.end(completion.Get("finishReason", "reason"))
		written = sum(written, listed(data.Get("tokens")))
		place++
	}
	if place == 0 {
		return false
	}
	x.is("text")
	said.tell(x)
	set(&x.usage.input, listed(body.Get("prompt", "tokens")))
	set(&x.usage.output, written)
	return true
}

func listed(tokens jsondoc.Value) *int64 {
	if tokens.Kind() != jsondoc.Array {
		return nil
	}
	n := int64(tokens.Len())
	return &n
}
