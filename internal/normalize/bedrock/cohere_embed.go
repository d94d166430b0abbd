package bedrock

import (
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// cohereEmbed reads Embed v3 and v4: texts, images or mixed inputs, answered by
// a list of vectors, or by lists under the name of each type.
func cohereEmbed() family {
	return family{name: "cohere embed", request: cohereEmbedRequest, response: cohereEmbedResponse}
}

func cohereEmbedRequest(x *exchange, body jsondoc.Value) bool {
	texts := body.Get("texts")
	typed := body.Get("input_type").Exists() && body.First("images", "inputs").Exists()
	if texts.Kind() != jsondoc.Array && !typed {
		return false
	}
	x.is("embeddings")
	var blocks []event.Block
	for _, s := range words(texts) {
		blocks = append(blocks, text(s))
	}
	blocks = append(blocks, pictures(body.Get("images"))...)
	for input := range body.Get("inputs").Items() {
		blocks = append(blocks, chatContent(input.Get("content"))...)
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

func cohereEmbedResponse(x *exchange, body jsondoc.Value) bool {
	vectors := body.Get("embeddings")
	listed := len(x.embeddings)
	x.vectors("float", vectors)
	for format, list := range vectors.Members() {
		x.vectors(format, list)
	}
	if len(x.embeddings) == listed && !strings.HasPrefix(body.Get("response_type").Str(), "embeddings") {
		return false
	}
	x.api = "embeddings"
	set(&x.usage.input, count(body.Get("meta", "billed_units", "input_tokens")))
	return true
}

// vectors notes a list of vectors. Binary types pack eight dimensions in each
// number, base64 ones tell only their size.
func (x *exchange) vectors(format string, list jsondoc.Value) {
	for v := range list.Items() {
		switch {
		case v.Kind() == jsondoc.String:
			size := inline("", v.Str()).Bytes
			x.embeddings = append(x.embeddings, event.Embedding{Format: format, Bytes: size})
		case !plainVector(v):
		case format == "binary" || format == "ubinary":
			x.vector(format, v.Len()*8)
		default:
			x.vector(format, v.Len())
		}
	}
}

// rerank reads Cohere's and Amazon's rerankers: a query and documents, answered
// by scores. Only the query is the prompt.
func rerank() family {
	return family{name: "rerank", request: rerankRequest, response: rerankResponse}
}

func rerankRequest(x *exchange, body jsondoc.Value) bool {
	query := body.Get("query")
	if !query.Exists() || body.Get("documents").Kind() != jsondoc.Array {
		return false
	}
	x.is("rerank")
	blocks := filled(passage(query))
	for doc := range body.Get("documents").Items() {
		blocks = append(blocks, event.Block{Type: event.BlockDocument, Text: passage(doc)})
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

// passage is a text given as a string or as an object that holds one. Of any
// other object it is the members, line by line.
func passage(v jsondoc.Value) string {
	if v.Kind() == jsondoc.String {
		return v.Str()
	}
	if s := v.Get("text"); s.Kind() == jsondoc.String {
		return s.Str()
	}
	var lines []string
	for name, value := range v.Members() {
		line := value.Str()
		if value.Kind() != jsondoc.String {
			line = string(value.Raw())
		}
		lines = append(lines, name+": "+line)
	}
	return strings.Join(lines, "\n")
}

func rerankResponse(x *exchange, body jsondoc.Value) bool {
	results := body.Get("results")
	for result := range results.Items() {
		if result.Get("relevance_score").Exists() {
			x.api = "rerank"
			say(&x.out, event.RoleAssistant, other(results))
			return true
		}
	}
	return false
}
