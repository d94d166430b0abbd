package bedrock

import (
	"slices"
	"strings"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// amazonTask reads Amazon's taskType requests: Titan Image, Nova Canvas, Nova
// Reel and Nova Multimodal Embeddings. Which object holds the parameters
// depends on the task (textToImageParams, inPaintingParams, …); their members
// have the same names everywhere, so every *Params object is read alike.
func amazonTask() family {
	return family{name: "amazon taskType", request: amazonTaskRequest}
}

func amazonTaskRequest(x *exchange, body jsondoc.Value) bool {
	task := body.Get("taskType")
	if task.Kind() != jsondoc.String {
		return false
	}
	x.is(taskAPI(task.Str()))
	var blocks []event.Block
	for name, params := range body.Members() {
		if strings.HasSuffix(name, "Params") {
			blocks = append(blocks, taskBlocks(params)...)
		}
	}
	say(&x.in, event.RoleUser, blocks...)
	return true
}

func taskAPI(task string) string {
	switch {
	case strings.HasSuffix(task, "_EMBEDDING"):
		return "embeddings"
	case strings.HasSuffix(task, "_VIDEO"), strings.HasPrefix(task, "MULTI_SHOT"):
		return "video"
	}
	return "image"
}

// taskBlocks reads a *Params object: text first, then media, then what the
// picture must not show, which is kept but is no prompt.
func taskBlocks(params jsondoc.Value) []event.Block {
	blocks := taskText(params.Get("text"))
	for _, name := range [...]string{"image", "conditionImage", "referenceImage", "sourceImage", "maskImage"} {
		blocks = append(blocks, taskMedia(event.BlockImage, params.Get(name))...)
	}
	for image := range params.Get("images").Items() {
		blocks = append(blocks, taskMedia(event.BlockImage, image)...)
	}
	blocks = append(blocks, taskMedia(event.BlockImage, params.Get("imageBasedMask", "maskImage"))...)
	blocks = append(blocks, taskMedia(event.BlockVideo, params.Get("video"))...)
	blocks = append(blocks, taskMedia(event.BlockAudio, params.Get("audio"))...)
	for shot := range params.Get("shots").Items() {
		blocks = append(blocks, taskText(shot.Get("text"))...)
		blocks = append(blocks, taskMedia(event.BlockImage, shot.Get("image"))...)
	}
	return append(blocks, unwanted("negativeText", params)...)
}

// unwanted keeps what a picture must not show. It is no prompt.
func unwanted(name string, v jsondoc.Value) []event.Block {
	words := v.Get(name)
	if words.Kind() != jsondoc.String || words.Str() == "" {
		return nil
	}
	raw := slices.Concat([]byte(`{"`+name+`":`), words.Raw(), []byte{'}'})
	return []event.Block{{Type: event.BlockOther, Raw: raw}}
}

// taskText reads a string or, for embeddings, {value} or {source{s3Location}}.
func taskText(v jsondoc.Value) []event.Block {
	if v.Kind() == jsondoc.String {
		return filled(v.Str())
	}
	if value := v.Get("value").Str(); value != "" {
		return filled(value)
	}
	return taskMedia(event.BlockDocument, v)
}

func taskMedia(kind string, v jsondoc.Value) []event.Block {
	if b, found := mediaSource(kind, v); found {
		return []event.Block{b}
	}
	return nil
}

// amazonImages reads the answer of Titan Image and Nova Canvas: images[] and,
// where a filter held some or all of them back, a sentence in error.
func amazonImages() family {
	return family{name: "amazon images", response: amazonImagesResponse}
}

func amazonImagesResponse(x *exchange, body jsondoc.Value) bool {
	images := body.Get("images")
	withheld := images.Kind() == jsondoc.Null && body.Get("error").Exists()
	made := images.Len() == 0 || len(words(images)) > 0
	if !withheld && (images.Kind() != jsondoc.Array || !made) {
		return false
	}
	x.is("image")
	x.drew(pictures(images))
	if sentence := strings.ToLower(body.Get("error").Str()); sentence != "" {
		x.stop = "error"
		if strings.Contains(sentence, "filter") || strings.Contains(sentence, "policy") {
			x.stop = "content_filtered"
		}
	}
	return true
}

// listedEmbeddings reads the answer of Nova Multimodal Embeddings, Marengo and
// others that return a list of {embedding} objects, one per segment.
func listedEmbeddings() family {
	return family{name: "listed embeddings", response: listedEmbeddingsResponse}
}

func listedEmbeddingsResponse(x *exchange, body jsondoc.Value) bool {
	found := false
	for _, name := range [...]string{"embeddings", "data", "embedding"} {
		for item := range body.Get(name).Items() {
			if v := item.Get("embedding"); plainVector(v) {
				found = true
				x.vector("float", v.Len())
			}
		}
	}
	if found {
		x.api = "embeddings"
		set(&x.usage.input, count(body.First("inputTextTokenCount", "inputTokenCount")))
	}
	return found
}
