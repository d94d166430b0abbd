package bedrock

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

func FuzzTitan(f *testing.F)      { fuzzFamilies(f, titanText(), titanEmbed()) }
func FuzzAmazonTask(f *testing.F) { fuzzFamilies(f, amazonTask(), amazonImages(), listedEmbeddings()) }
func FuzzLlama(f *testing.F)      { fuzzFamilies(f, llama()) }
func FuzzMistral(f *testing.F)    { fuzzFamilies(f, mistralText()) }
func FuzzCohere(f *testing.F) {
	fuzzFamilies(f, cohereCommand(), commandR(), cohereEmbed(), rerank())
}
func FuzzJurassic(f *testing.F)   { fuzzFamilies(f, jurassic()) }
func FuzzStability(f *testing.F)  { fuzzFamilies(f, sdxl(), stability()) }
func FuzzOpenAI(f *testing.F)     { fuzzFamilies(f, openaiChat(), openaiResponses()) }
func FuzzTwelveLabs(f *testing.F) { fuzzFamilies(f, pegasus(), marengo()) }
func FuzzLuma(f *testing.F)       { fuzzFamilies(f, luma(), asyncInvoke()) }
func FuzzPrompt(f *testing.F)     { fuzzFamilies(f, promptText()) }

// fuzzFamilies gives any JSON to families as each kind of body. A family that
// does not know a shape must leave no trace of it; what one does read must be
// sound. Seeds are the bodies of the golden pages.
func fuzzFamilies(f *testing.F, list ...family) {
	seedBodies(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		doc, err := jsondoc.Parse(body)
		if err != nil {
			return
		}
		for _, fam := range list {
			tryFamily(t, fam, doc)
		}
	})
}

func tryFamily(t *testing.T, fam family, doc jsondoc.Value) {
	if doc.Kind() == jsondoc.Array {
		var chunks []jsondoc.Value
		for item := range doc.Items() {
			if item.Kind() == jsondoc.Object {
				chunks = append(chunks, item)
			}
		}
		if fam.stream != nil && len(chunks) > 0 {
			sound(t, fam, func(x *exchange) bool { return fam.stream(x, chunks) })
		}
		return
	}
	if doc.Kind() == jsondoc.Object && fam.request != nil {
		sound(t, fam, func(x *exchange) bool { return fam.request(x, doc) })
	}
	if doc.Kind() == jsondoc.Object && fam.response != nil {
		sound(t, fam, func(x *exchange) bool { return fam.response(x, doc) })
	}
}

func sound(t *testing.T, fam family, read func(*exchange) bool) {
	t.Helper()
	var x, untouched exchange
	if !read(&x) {
		diff := cmp.Diff(untouched, x, cmp.AllowUnexported(exchange{}, usage{}, nativeGuardrail{}, jsondoc.Value{}))
		if diff != "" {
			t.Errorf("%s refused the shape but wrote:\n%s", fam.name, diff)
		}
		return
	}
	for _, m := range append(x.in, x.out...) {
		if m.Role == "" || len(m.Content) == 0 {
			t.Errorf("%s: message without role or content", fam.name)
		}
		for b := range blocksOf([]event.Message{m}) {
			wellFormed(t, fam, b)
		}
	}
	for _, e := range x.embeddings {
		if e.Dimensions == nil && e.Bytes == nil {
			t.Errorf("%s: embedding without a size", fam.name)
		}
	}
	if len(x.out) > maxAnswers {
		t.Errorf("%s: %d alternatives", fam.name, len(x.out))
	}
}

func wellFormed(t *testing.T, fam family, b event.Block) {
	t.Helper()
	switch b.Type {
	case event.BlockToolUse:
		if b.Tool == nil || b.Tool.Input != nil && !isJSON(b.Tool.Input) {
			t.Errorf("%s: tool call %+v", fam.name, b.Tool)
		}
	case event.BlockToolResult:
		if b.Result == nil || b.Result.JSON != nil && !isJSON(b.Result.JSON) {
			t.Errorf("%s: tool result %+v", fam.name, b.Result)
		}
	case event.BlockImage, event.BlockVideo, event.BlockAudio:
		if b.Media == nil || b.Media.Bytes != nil && *b.Media.Bytes < 0 {
			t.Errorf("%s: media %+v", fam.name, b.Media)
		}
	case event.BlockOther:
		if !isJSON(b.Raw) {
			t.Errorf("%s: other block %q", fam.name, b.Raw)
		}
	case "":
		t.Errorf("%s: block without a type", fam.name)
	}
}

func isJSON(raw []byte) bool {
	_, err := jsondoc.Parse(raw)
	return err == nil
}

func seedBodies(f *testing.F) {
	f.Helper()
	pages, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range pages {
		page, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		doc, err := jsondoc.Parse(file(page, "record.json"))
		if err != nil {
			continue
		}
		for _, body := range []jsondoc.Value{doc.Get("input", "inputBodyJson"), doc.Get("output", "outputBodyJson")} {
			if body.Exists() {
				f.Add(body.Raw())
			}
		}
	}
}
