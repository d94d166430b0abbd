package bedrock

import "seismo/internal/jsondoc"

// cohereCommand reads the answers of Command and Command Light: generations[],
// or single chunks with is_finished. The request is a prompt like many others.
func cohereCommand() family {
	return family{
		name: "cohere command",
		response: func(x *exchange, body jsondoc.Value) bool {
			return body.Get("generations").Exists() && cohereCommandStream(x, []jsondoc.Value{body})
		},
		stream: cohereCommandStream,
	}
}

func cohereCommandStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "generations", "is_finished") || some(chunks, "event_type") {
		return false
	}
	x.is("text")
	var said answers
	for _, chunk := range chunks {
		if chunk.First("is_finished", "text").Exists() {
			one := said.at(chunk.Get("index"))
			one.text.WriteString(chunk.Get("text").Str())
			one.end(chunk.Get("finish_reason"))
		}
		place := 0
		for generation := range chunk.Get("generations").Items() {
			one := said.nth(place)
			one.text.WriteString(generation.Get("text").Str())
			one.end(generation.Get("finish_reason"))
			place++
		}
		x.billed(chunk)
	}
	said.tell(x)
	return true
}
