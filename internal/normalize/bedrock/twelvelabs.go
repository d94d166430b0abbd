package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// pegasus reads TwelveLabs Pegasus: a question about a video, answered by
// message with finishReason. A message alone is an error body, not an answer.
func pegasus() family {
	return family{name: "twelvelabs pegasus", request: pegasusRequest, response: pegasusResponse, stream: pegasusStream}
}

func pegasusRequest(x *exchange, body jsondoc.Value) bool {
	prompt := body.Get("inputPrompt")
	if prompt.Kind() != jsondoc.String {
		return false
	}
	x.is("chat")
	blocks := filled(prompt.Str())
	if b, found := mediaSource(event.BlockVideo, body.Get("mediaSource")); found {
		blocks = append(blocks, b)
	}
	say(&x.in, event.RoleUser, blocks...)
	x.sampling(body)
	return true
}

func pegasusResponse(x *exchange, body jsondoc.Value) bool {
	if body.Get("message").Kind() != jsondoc.String || !body.Get("finishReason").Exists() {
		return false
	}
	pegasusAnswer(x, []jsondoc.Value{body})
	return true
}

func pegasusStream(x *exchange, chunks []jsondoc.Value) bool {
	for _, chunk := range chunks {
		if m := chunk.Get("message"); m.Exists() && m.Kind() != jsondoc.String {
			return false
		}
	}
	if !some(chunks, "message") || !some(chunks, "finishReason", "amazon-bedrock-invocationMetrics") {
		return false
	}
	pegasusAnswer(x, chunks)
	return true
}

func pegasusAnswer(x *exchange, chunks []jsondoc.Value) {
	x.is("chat")
	var said answers
	one := said.nth(0)
	for _, chunk := range chunks {
		one.text.WriteString(chunk.Get("message").Str())
		one.end(chunk.Get("finishReason"))
	}
	said.tell(x)
}

// marengo reads requests to TwelveLabs Marengo, which embeds text, pictures,
// sound and video. Version 3 nests what version 2.7 has at the top.
func marengo() family {
	return family{name: "twelvelabs marengo", request: marengoRequest}
}

func marengoRequest(x *exchange, body jsondoc.Value) bool {
	kind := body.Get("inputType")
	if kind.Kind() != jsondoc.String {
		return false
	}
	x.is("embeddings")
	blocks := marengoBlocks(kind.Str(), body)
	for _, name := range [...]string{"text", "image", "text_image", "audio", "video"} {
		blocks = append(blocks, marengoBlocks(name, body.Get(name))...)
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

func marengoBlocks(kind string, v jsondoc.Value) []event.Block {
	blocks := filled(v.Get("inputText").Str())
	media := map[string]string{"audio": event.BlockAudio, "video": event.BlockVideo}[kind]
	if media == "" {
		media = event.BlockImage
	}
	if b, found := mediaSource(media, v.Get("mediaSource")); found {
		blocks = append(blocks, b)
	}
	return blocks
}
