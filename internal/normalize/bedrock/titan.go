package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// titanText reads Titan Text: inputText with textGenerationConfig, answered by
// results[].outputText. Counts may be written as floats.
func titanText() family {
	return family{name: "titan text", request: titanTextRequest, response: titanTextResponse, stream: titanTextStream}
}

func titanTextRequest(x *exchange, body jsondoc.Value) bool {
	input, config := body.Get("inputText"), body.Get("textGenerationConfig")
	if input.Kind() != jsondoc.String || config.Kind() != jsondoc.Object {
		return false
	}
	x.is("text")
	x.ask(input.Str())
	x.sampling(config)
	return true
}

func titanTextResponse(x *exchange, body jsondoc.Value) bool {
	var said answers
	var written *int64
	var found bool
	index := 0
	for result := range body.Get("results").Items() {
		if !result.Get("outputText").Exists() {
			continue
		}
		found = true
		one := said.nth(index)
		one.text.WriteString(result.Get("outputText").Str())
		one.end(result.Get("completionReason"))
		written = sum(written, count(result.Get("tokenCount")))
		index++
	}
	if !found {
		return false
	}
	x.api = "text" // a request without textGenerationConfig looks like an embedding's
	said.tell(x)
	set(&x.usage.input, count(body.Get("inputTextTokenCount")))
	set(&x.usage.output, written)
	return true
}

// titanTextStream keeps the last count that is not null: totals are running,
// and null until the model is done.
func titanTextStream(x *exchange, chunks []jsondoc.Value) bool {
	if !some(chunks, "outputText", "totalOutputTextTokenCount") {
		return false
	}
	var said answers
	for _, chunk := range chunks {
		one := said.at(chunk.Get("index"))
		one.text.WriteString(chunk.Get("outputText").Str())
		one.end(chunk.Get("completionReason"))
		set(&x.usage.input, count(chunk.Get("inputTextTokenCount")))
		set(&x.usage.output, count(chunk.Get("totalOutputTextTokenCount")))
	}
	x.api = "text"
	said.tell(x)
	return true
}

// titanEmbed reads Titan Text Embeddings G1 and V2 and Titan Multimodal
// Embeddings: inputText, inputImage or both, answered by one vector.
func titanEmbed() family {
	return family{name: "titan embeddings", request: titanEmbedRequest, response: titanEmbedResponse}
}

func titanEmbedRequest(x *exchange, body jsondoc.Value) bool {
	words, image := body.Get("inputText"), body.Get("inputImage")
	if !words.Exists() && !image.Exists() || body.Get("inputType").Exists() {
		return false
	}
	x.is("embeddings")
	say(&x.in, event.RoleUser, append(filled(words.Str()), pictures(image)...)...)
	return true
}

func titanEmbedResponse(x *exchange, body jsondoc.Value) bool {
	vector, byType := body.Get("embedding"), body.Get("embeddingsByType")
	if !plainVector(vector) && byType.Kind() != jsondoc.Object {
		return false
	}
	x.api = "embeddings"
	for format, v := range byType.Members() {
		if plainVector(v) {
			x.vector(format, v.Len())
		}
	}
	if len(x.embeddings) == 0 && plainVector(vector) {
		x.vector("float", vector.Len())
	}
	set(&x.usage.input, count(body.Get("inputTextTokenCount")))
	return true
}

// plainVector reports whether v is a list of numbers.
func plainVector(v jsondoc.Value) bool {
	for first := range v.Items() {
		return first.Kind() == jsondoc.Number
	}
	return false
}

// vector notes one returned vector; its numbers go no further.
func (x *exchange) vector(format string, dimensions int) {
	n := int64(dimensions)
	x.embeddings = append(x.embeddings, event.Embedding{Format: format, Dimensions: &n})
}
