package bedrock

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"seismo/internal/jsondoc"
)

// TestShapesAreNotStolen holds which family reads which page's two bodies, so
// that a family that is added or moved cannot take another's shape unseen.
func TestShapesAreNotStolen(t *testing.T) {
	for page, want := range map[string]string{
		"chat_alternatives":       "openai chat, openai chat",
		"cohere_command":          "prompt, cohere command",
		"cohere_embed_v3":         "cohere embed, cohere embed",
		"cohere_embed_v4":         "cohere embed, cohere embed",
		"cohere_light_stream":     "prompt, cohere command",
		"command_r":               "cohere command r, cohere command r",
		"command_r_tools":         "cohere command r, cohere command r",
		"deepseek_r1":             "prompt, openai chat",
		"imported":                "prompt, openai chat",
		"jamba_stream":            "openai chat, openai chat",
		"jurassic":                "prompt, ai21 jurassic",
		"llama3":                  "llama, llama",
		"llama3_stream":           "llama, llama",
		"luma_ray":                "async invoke",
		"marengo":                 "twelvelabs marengo, listed embeddings",
		"mistral_chat_stream":     "openai chat, openai chat",
		"mistral_text":            "prompt, mistral text",
		"mistral_text_stream":     "prompt, mistral text",
		"nova_canvas":             "amazon taskType, amazon images",
		"nova_embed":              "amazon taskType, listed embeddings",
		"nova_reel":               "async invoke",
		"openai_responses":        "openai responses, openai responses",
		"pegasus":                 "twelvelabs pegasus, twelvelabs pegasus",
		"pegasus_stream":          "twelvelabs pegasus, twelvelabs pegasus",
		"pixtral":                 "openai chat, openai chat",
		"rerank_amazon":           "rerank, rerank",
		"rerank_cohere":           "rerank, rerank",
		"sd3":                     "stability image, stability image",
		"sd3_filtered":            "stability image, stability image",
		"sdxl":                    "stability sdxl, stability sdxl",
		"stability_edit":          "stability image, stability image",
		"titan_embed_image":       "titan embeddings, titan embeddings",
		"titan_embed_v2":          "titan embeddings, titan embeddings",
		"titan_image_blocked":     "amazon taskType, amazon images",
		"titan_text":              "titan text, titan text",
		"titan_text_alternatives": "titan text, titan text",
		"titan_text_stream":       "titan text, titan text",
		"vendor_error":            "twelvelabs pegasus",
	} {
		if got := readersOf(t, page); got != want {
			t.Errorf("%s is read by %q, want %q", page, got, want)
		}
	}
}

func readersOf(t *testing.T, name string) string {
	t.Helper()
	page, err := txtar.ParseFile("testdata/" + name + ".txtar")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsondoc.Parse(file(page, "record.json"))
	if err != nil {
		t.Fatal(err)
	}
	x := exchange{converse: isConverse(doc.Get("operation").Str())}
	readRequest(&x, doc.Get("input", "inputBodyJson"))
	readResponse(&x, doc.Get("output", "outputBodyJson"))
	return strings.Join(x.families, ", ")
}

// TestAmbiguousShapes reads small bodies that several families might claim.
func TestAmbiguousShapes(t *testing.T) {
	for name, c := range map[string]struct{ request, response, readers, api string }{
		"titan text without a configuration": {
			`{"inputText":"Hi"}`, `{"inputTextTokenCount":1,"results":[{"outputText":"Hello","tokenCount":1}]}`,
			"titan embeddings, titan text", "text"},
		"a prompt and an aspect ratio may be a video's": {
			`{"prompt":"A ship","aspect_ratio":"16:9"}`, `null`, "stability image", ""},
		"images with seeds are Stability's": {
			`null`, `{"images":["iVBORw0KGgoAAAAN"],"seeds":[1],"finish_reasons":[null]}`, "stability image", "image"},
		"images alone are Amazon's": {
			`null`, `{"images":["iVBORw0KGgoAAAAN"]}`, "amazon images", "image"},
		"scores are no Titan results": {
			`null`, `{"results":[{"index":0,"relevance_score":1}]}`, "rerank", "rerank"},
		"an embedding model behind OpenAI's shape": {
			`{"input":["a","b"]}`, `{"object":"list","data":[{"embedding":[1,2],"index":0},{"embedding":[3,4],"index":1}]}`,
			"openai responses, listed embeddings", "embeddings"},
		"a message alone is an error": {`null`, `{"message":"Malformed input request"}`, "", ""},
		"a message that finished is an answer": {
			`null`, `{"message":"A ship","finishReason":"stop"}`, "twelvelabs pegasus", "chat"},
		"an array of one whole answer": {`null`, `[{"generation":"Hi","stop_reason":"stop"}]`, "llama", "text"},
		"chunks of metrics alone say nothing": {
			`null`, `[{"amazon-bedrock-invocationMetrics":{"inputTokenCount":1}}]`, "", ""},
		"nothing that anybody knows": {`{"foo":1}`, `{"bar":2}`, "", ""},
	} {
		var x exchange
		readRequest(&x, parseBody(t, c.request))
		readResponse(&x, parseBody(t, c.response))
		if got := strings.Join(x.families, ", "); got != c.readers || x.api != c.api {
			t.Errorf("%s: read by %q as %q, want %q as %q", name, got, x.api, c.readers, c.api)
		}
	}
}

func parseBody(t *testing.T, text string) jsondoc.Value {
	t.Helper()
	v, err := jsondoc.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
