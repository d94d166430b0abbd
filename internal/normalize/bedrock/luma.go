package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// luma reads requests to Luma Ray: a prompt with a video's options, and frames
// to start or end with. The answer goes to S3.
func luma() family {
	return family{name: "luma ray", request: lumaRequest}
}

func lumaRequest(x *exchange, body jsondoc.Value) bool {
	prompt := body.Get("prompt")
	if prompt.Kind() != jsondoc.String || !body.First("keyframes", "loop", "resolution", "duration").Exists() {
		return false
	}
	x.is("video")
	blocks := filled(prompt.Str())
	for _, frame := range body.Get("keyframes").Members() {
		src := frame.Get("source")
		format := src.Get("media_type").Str()
		if data := src.First("data", "url", "uri").Str(); data != "" {
			blocks = append(blocks, block(event.BlockImage, picture(subtype(format), data)))
		}
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}
