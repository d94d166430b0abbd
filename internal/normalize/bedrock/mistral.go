package bedrock

import "seismo/internal/jsondoc"

// mistralText reads the answers of Mistral's text models: outputs[].text, in
// one piece or in chunks, without any counts. Their request is a prompt like
// many others; Mistral's chat models answer in OpenAI's shape.
func mistralText() family {
	return family{
		name: "mistral text",
		response: func(x *exchange, body jsondoc.Value) bool {
			return mistralStream(x, []jsondoc.Value{body})
		},
		stream: mistralStream,
	}
}

func mistralStream(x *exchange, chunks []jsondoc.Value) bool {
	var said answers
	found := false
	for _, chunk := range chunks {
		place := 0
		for output := range chunk.Get("outputs").Items() {
			if !output.First("text", "stop_reason").Exists() {
				continue
			}
			found = true
			one := said.nth(place)
			one.text.WriteString(output.Get("text").Str())
			one.end(output.Get("stop_reason"))
			place++
		}
	}
	if !found {
		return false
	}
	x.is("text")
	said.tell(x)
	return true
}
