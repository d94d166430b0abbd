package store_test

import (
	"bytes"
	"strings"
	"testing"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

func maskSesame(b []byte) []byte { return bytes.ReplaceAll(b, []byte("sesame"), []byte("******")) }

func TestRedactStream(t *testing.T) {
	e := event.Event{Kind: event.KindCall, Completion: "open sesame", Reasoning: "say sesame", StopReason: "tool_use",
		ToolCalls: []event.ToolCall{{Name: "run", ID: "t1", Input: []byte(`{"a":"\u0073esame"}`)}, {Name: "stop", ID: "t2"}}}
	e.Record.Raw = []byte(`{"output": {"outputBodyJson" : [{"a":"ses"},{"b":"ame"}], "outputTokenCount":7 }}`)
	const want = `{"output": {"outputBodyJson" : {"output":{"message":{"role":"assistant","content":[` +
		`{"reasoningContent":{"reasoningText":{"text":"say ******"}}},{"text":"open ******"},` +
		`{"toolUse":{"toolUseId":"t1","name":"run","input":{"a":"******"}}},{"toolUse":{"toolUseId":"t2","name":"stop"}}]}},` +
		`"stopReason":"tool_use"}, "outputTokenCount":7 }}`
	kept := store.Redacted.Keep(&e, maskSesame)
	if got := string(kept.Record.Raw); got != want {
		t.Errorf("kept as\n%s\nwant\n%s", got, want)
	}
	if e.Completion != "open sesame" || string(e.ToolCalls[0].Input) != `{"a":"\u0073esame"}` {
		t.Error("the event itself was changed")
	}
	var found strings.Builder
	for _, p := range store.Split(kept).Parts {
		found.WriteString(p.Text())
	}
	if !strings.Contains(found.String(), "open ******") {
		t.Errorf("the answer cannot be searched: %q", found.String())
	}
}

// TestRedactNothing holds that a record without anything to mask stays as it is.
func TestRedactNothing(t *testing.T) {
	e := storetest.Call(1, `a "quoted" word, \u00e9`, "fine\n")
	if got := store.Redacted.Keep(&e, maskSesame); !bytes.Equal(got.Record.Raw, e.Record.Raw) {
		t.Errorf("kept as\n%s\nwant\n%s", got.Record.Raw, e.Record.Raw)
	}
}

// FuzzRedact holds that whatever is kept of a record is JSON, in which no string
// and no name holds the secret.
func FuzzRedact(f *testing.F) {
	for _, e := range storetest.Records() {
		f.Add(e.Record.Raw, "ses")
	}
	f.Add([]byte(`{"output":{"outputBodyJson":"[1]"},"\u0073esame":["\u0073esame","{\"\\u0073esame\":\"sesame\"}"]}`), "open sesame")
	f.Fuzz(func(t *testing.T, raw []byte, answer string) {
		e := event.Event{Kind: event.KindCall, Completion: answer, Record: event.Record{Raw: raw, BodyOutput: raw}}
		if raw == nil {
			return
		}
		kept := store.Redacted.Keep(&e, maskSesame).Record
		for _, text := range [][]byte{kept.Raw, kept.BodyOutput} {
			v, err := jsondoc.Parse(text)
			if err != nil {
				t.Fatalf("%q is kept as %q: %v", raw, text, err)
			}
			if tells(v) {
				t.Fatalf("%q is kept as %q", raw, text)
			}
		}
	})
}

func tells(v jsondoc.Value) bool {
	if strings.Contains(v.Str(), "sesame") {
		return true
	}
	for item := range v.Items() {
		if tells(item) {
			return true
		}
	}
	for name, m := range v.Members() {
		if strings.Contains(name, "sesame") || tells(m) {
			return true
		}
	}
	return false
}
