package bedrock

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// TestRecordedVendors reads bodies that Bedrock really answered, for the
// families of this room that have recordings: every one must give text, a stop
// reason and, where the vendor counts, tokens.
func TestRecordedVendors(t *testing.T) {
	dir := os.Getenv("SEISMO_TESTDATA")
	if dir == "" {
		t.Skip("SEISMO_TESTDATA is not set: recorded bodies are not at hand")
	}
	paths, err := filepath.Glob(filepath.Join(dir, "bodies", "*.jsonl"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no recorded bodies: %v", err)
	}
	seen := map[string]int{}
	for _, path := range paths {
		for i, line := range lines(t, path) {
			var pair recorded
			if err := json.Unmarshal(line, &pair); err != nil {
				t.Fatal(err)
			}
			vendor := pair.vendor()
			if vendor == "" {
				continue
			}
			seen[vendor]++
			t.Run(fmt.Sprintf("%s/%d %s", filepath.Base(path), i, pair.Model), pair.check)
		}
	}
	for _, vendor := range []string{"amazon.titan", "ai21", "cohere", "meta", "mistral"} {
		if seen[vendor] == 0 {
			t.Errorf("no recorded bodies of %s", vendor)
		}
	}
}

type recorded struct {
	Operation string         `json:"operation"`
	Model     string         `json:"modelId"`
	Status    int            `json:"status"`
	Request   jsontext.Value `json:"requestBody"`
	Response  jsontext.Value `json:"responseBody"`
	Chunks    jsontext.Value `json:"responseChunks"`
}

func (r recorded) vendor() string {
	answered := orNull(r.Response) != "null" || r.Chunks != nil
	if r.Status != 200 || !strings.HasPrefix(r.Operation, "InvokeModel") || !answered {
		return ""
	}
	for _, v := range []string{"amazon.titan", "ai21", "cohere", "meta", "mistral"} {
		if strings.HasPrefix(r.Model, v) {
			return v
		}
	}
	return ""
}

func (r recorded) check(t *testing.T) {
	output := r.Response
	if output == nil {
		output = r.Chunks
	}
	record := fmt.Sprintf(`{"schemaType":"ModelInvocationLog","operation":%q,"modelId":%q,"input":{"inputBodyJson":%s},"output":{"outputBodyJson":%s}}`,
		r.Operation, r.Model, orNull(r.Request), output)
	ev := readRecord(t, []byte(record), nil)
	if strings.Contains(r.Model, "embed") {
		if len(ev.Embeddings) == 0 || ev.Embeddings[0].Dimensions == nil {
			t.Errorf("embeddings = %+v", ev.Embeddings)
		}
		return
	}
	if orNull(r.Request) != "null" && ev.Prompt == "" {
		t.Error("no prompt")
	}
	if ev.Completion == "" || ev.StopReason == "" {
		t.Errorf("completion %q, stop reason %q", ev.Completion, ev.StopReason)
	}
	counted := r.Chunks != nil || !strings.HasPrefix(r.Model, "mistral") && !strings.HasPrefix(r.Model, "cohere")
	if counted != (ev.Tokens.Input != nil && ev.Tokens.Output != nil) {
		t.Errorf("tokens = %+v, want counts: %v", ev.Tokens, counted)
	}
}

func orNull(raw jsontext.Value) string {
	if raw == nil {
		return "null"
	}
	return string(raw)
}

func lines(t *testing.T, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out [][]byte
	scanner := bufio.NewScanner(f)
	scanner.Buffer(nil, 16<<20)
	for scanner.Scan() {
		out = append(out, []byte(scanner.Text()))
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
