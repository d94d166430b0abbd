package bedrock

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// TestRecorded reads every answer that Bedrock really gave: a family must know
// each body, something must have been said or done, and the counts must be
// those of the body.
func TestRecorded(t *testing.T) {
	dir := os.Getenv("SEISMO_TESTDATA")
	if dir == "" {
		t.Skip("SEISMO_TESTDATA is not set: recorded bodies are not at hand")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "bodies", "*.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded bodies: %v", err)
	}
	for _, path := range paths {
		for i, line := range lines(t, path) {
			pair, err := jsondoc.Parse(line)
			if err != nil {
				t.Fatal(err)
			}
			answer := pair.First("responseBody", "responseChunks")
			if status, _ := pair.Get("status").Int(); status != 200 || !answer.Exists() {
				continue
			}
			name := fmt.Sprintf("%s/%d_%s", filepath.Base(path), i+1, pair.Get("modelId").Str())
			t.Run(name, func(t *testing.T) { checkRecorded(t, pair, answer) })
		}
	}
}

func checkRecorded(t *testing.T, pair, answer jsondoc.Value) {
	body := answer.Raw()
	if pair.Get("operation").Str() == "ConverseStream" {
		body = fold(t, answer)
	}
	raw := fmt.Appendf(nil, `{"operation":%s,"modelId":%s,"input":{"inputBodyJson":%s},"output":{"outputBodyJson":%s}}`,
		pair.Get("operation").Raw(), pair.Get("modelId").Raw(), pair.Get("requestBody").Raw(), body)
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	c, err := testReader(t, nil).call(context.Background(), doc, raw, event.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	want := 1
	if pair.Get("requestBody").Exists() {
		want = 2
	}
	if len(c.x.families) != want {
		t.Errorf("families %q know these bodies, want %d", c.x.families, want)
	}
	checkAnswer(t, c.ev, answer)
	checkCounts(t, c.ev, answer)
}

// checkAnswer lets an answer be empty only where the model said nothing.
func checkAnswer(t *testing.T, ev event.Event, answer jsondoc.Value) {
	if len(ev.MessagesOut) == 0 && len(ev.Embeddings) == 0 && !saidNothing(answer) {
		t.Error("nothing was said and nothing was done")
	}
	for _, call := range ev.ToolCalls {
		if call.Name == "" || call.ID == "" || call.Input == nil {
			t.Errorf("tool call %+v lacks a part", call)
		}
	}
	if ev.API == "chat" && ev.StopReason == "" && len(ev.Embeddings) == 0 && answer.Kind() == jsondoc.Object {
		t.Error("no stop reason")
	}
}

func saidNothing(answer jsondoc.Value) bool {
	content := answer.First("content", "output")
	if m := content.Get("message", "content"); m.Exists() {
		content = m
	}
	for b := range content.Items() {
		return b.Get("text").Kind() == jsondoc.String && b.Get("text").Str() == ""
	}
	return content.Kind() == jsondoc.Array
}

// checkCounts looks for counts in every spelling, without regard to shape.
func checkCounts(t *testing.T, ev event.Event, answer jsondoc.Value) {
	for _, side := range []struct {
		name string
		got  *int64
		keys []string
	}{
		{"input", ev.Tokens.Input, []string{"inputTokens", "input_tokens", "prompt_tokens", "prompt_token_count", "inputTextTokenCount", "inputTokenCount"}},
		{"output", ev.Tokens.Output, []string{"outputTokens", "output_tokens", "completion_tokens", "generation_token_count", "totalOutputTextTokenCount", "outputTokenCount"}},
	} {
		want, found := lastCount(answer, side.keys)
		switch {
		case found && side.got == nil:
			t.Errorf("tokens.%s is absent, want %d", side.name, want)
		case found && *side.got != want:
			t.Errorf("tokens.%s = %d, want %d", side.name, *side.got, want)
		}
	}
}

// lastCount is the last number under one of the keys, however deep: of a stream
// the final one. Bedrock's own metrics stand aside, since they disagree with
// Claude's final count where tools were called; so does Command R's count of
// tokens that are not billed.
func lastCount(v jsondoc.Value, keys []string) (last int64, found bool) {
	for item := range v.Items() {
		if n, ok := lastCount(item, keys); ok {
			last, found = n, true
		}
	}
	for name, m := range v.Members() {
		if name == "amazon-bedrock-invocationMetrics" || name == "tokens" {
			continue
		}
		for _, key := range keys {
			if n, ok := m.Int(); ok && name == key {
				last, found = n, true
			}
		}
		if n, ok := lastCount(m, keys); ok {
			last, found = n, true
		}
	}
	return last, found
}

// folded is a ConverseStream as the log holds it.
type folded struct {
	Output struct {
		Message struct {
			Role    string        `json:"role"`
			Content []foldedBlock `json:"content"`
		} `json:"message"`
	} `json:"output"`
	StopReason string         `json:"stopReason"`
	Usage      jsontext.Value `json:"usage,omitzero"`
	Metrics    jsontext.Value `json:"metrics,omitzero"`
}

type foldedBlock struct {
	Text    string      `json:"text,omitzero"`
	ToolUse *foldedTool `json:"toolUse,omitzero"`
}

type foldedTool struct {
	Name  string         `json:"name"`
	ID    string         `json:"toolUseId"`
	Input jsontext.Value `json:"input"`
}

// fold adds the events of a recorded ConverseStream up to the object that the
// log would hold.
func fold(t *testing.T, events jsondoc.Value) []byte {
	t.Helper()
	var f folded
	f.Output.Message.Role = event.RoleAssistant
	at := func(v jsondoc.Value) *foldedBlock {
		i, _ := v.Get("contentBlockIndex").Int()
		for int64(len(f.Output.Message.Content)) <= i {
			f.Output.Message.Content = append(f.Output.Message.Content, foldedBlock{})
		}
		return &f.Output.Message.Content[i]
	}
	for e := range events.Items() {
		if tool := e.Get("contentBlockStart", "start", "toolUse"); tool.Exists() {
			at(e.Get("contentBlockStart")).ToolUse = &foldedTool{Name: tool.Get("name").Str(), ID: tool.Get("toolUseId").Str()}
		}
		delta := e.Get("contentBlockDelta")
		if s := delta.Get("delta", "text"); s.Exists() {
			at(delta).Text += s.Str()
		}
		if s := delta.Get("delta", "toolUse", "input"); s.Exists() {
			tool := at(delta).ToolUse
			tool.Input = append(tool.Input, s.Str()...)
		}
		if stop := e.Get("messageStop", "stopReason").Str(); stop != "" {
			f.StopReason = stop
		}
		if meta := e.Get("metadata"); meta.Exists() {
			f.Usage, f.Metrics = meta.Get("usage").Raw(), meta.Get("metrics").Raw()
		}
	}
	out, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
