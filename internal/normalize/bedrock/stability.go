package bedrock

import (
	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// sdxl reads Stable Diffusion XL: weighted text_prompts, answered by artifacts.
func sdxl() family {
	return family{name: "stability sdxl", request: sdxlRequest, response: sdxlResponse}
}

func sdxlRequest(x *exchange, body jsondoc.Value) bool {
	prompts := body.Get("text_prompts")
	if prompts.Kind() != jsondoc.Array {
		return false
	}
	x.is("image")
	var blocks []event.Block
	for p := range prompts.Items() {
		if weight, ok := p.Get("weight").Float(); ok && weight < 0 {
			blocks = append(blocks, other(p)) // what the picture must not show
			continue
		}
		blocks = append(blocks, filled(p.Get("text").Str())...)
	}
	for _, name := range [...]string{"init_image", "mask_image"} {
		blocks = append(blocks, pictures(body.Get(name))...)
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

func sdxlResponse(x *exchange, body jsondoc.Value) bool {
	artifacts := body.Get("artifacts")
	if artifacts.Kind() != jsondoc.Array {
		return false
	}
	x.is("image")
	var made []event.Block
	for artifact := range artifacts.Items() {
		made = append(made, pictures(artifact.Get("base64"))...)
		if x.stop == "" {
			x.stop = artifact.Get("finishReason").Str()
		}
	}
	x.drew(made)
	return true
}

// stability reads Stable Image (SD3, Core, Ultra) and its editing services: one
// prompt with picture options, or a picture with the name of an edit.
func stability() family {
	return family{name: "stability image", request: stabilityRequest, response: stabilityResponse}
}

func stabilityRequest(x *exchange, body jsondoc.Value) bool {
	prompt, image := body.Get("prompt"), body.Get("image")
	options := body.First("aspect_ratio", "mode", "output_format", "negative_prompt")
	if prompt.Kind() != jsondoc.String && image.Kind() != jsondoc.String ||
		image.Kind() != jsondoc.String && !options.Exists() || body.Get("messages").Exists() {
		return false
	}
	if image.Exists() || body.First("mode", "output_format", "negative_prompt").Exists() {
		x.is("image") // prompt and aspect_ratio alone may ask Luma for a video
	}
	blocks := filled(prompt.Str())
	for _, name := range [...]string{"image", "mask", "init_image", "style_image"} {
		blocks = append(blocks, pictures(body.Get(name))...)
	}
	blocks = append(blocks, unwanted("negative_prompt", body)...)
	say(&x.in, event.RoleUser, blocks...)
	return true
}

// stabilityResponse takes the first reason that is not null: null means that
// the picture is whole.
func stabilityResponse(x *exchange, body jsondoc.Value) bool {
	if body.First("finish_reasons", "seeds").Kind() != jsondoc.Array {
		return false
	}
	x.is("image")
	x.drew(pictures(body.Get("images")))
	for _, reason := range words(body.Get("finish_reasons")) {
		x.stop = reason
		break
	}
	return true
}
