package bedrock

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
	"seismo/internal/source"
)

func TestInstant(t *testing.T) {
	for text, want := range map[string]string{
		`"2025-08-22T14:48:41Z"`:          "2025-08-22T14:48:41Z",
		`"2025-08-22T14:48:23.456Z"`:      "2025-08-22T14:48:23.456Z",
		`"2025-08-22T14:48:23.1234567Z"`:  "2025-08-22T14:48:23.1234567Z",
		`"2025-08-22T16:48:41+02:00"`:     "2025-08-22T14:48:41Z",
		`"2025-08-22T14:48:41"`:           "2025-08-22T14:48:41Z",
		`"2025-05-15 14:17:22.000000000"`: "2025-05-15T14:17:22Z",
		`"2025-05-15 14:17:22.120000000"`: "2025-05-15T14:17:22.12Z",
		`"2025-05-15 14:17:22Z"`:          "2025-05-15T14:17:22Z",
		`"2025-04-99T23:00:17Z"`:          "",
		`"xxxxxxxxxxxxxxxxxxxx"`:          "",
		`""`:                              "",
		`null`:                            "",
		`1755873000`:                      "",
		`{}`:                              "",
	} {
		v, err := jsondoc.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if at := instant(v); !at.IsZero() {
			got = at.Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("instant(%s) = %q, want %q", text, got, want)
		}
	}
}

// TestID wants one id however a call was delivered, and another for other facts.
func TestID(t *testing.T) {
	const record = `{"accountId":"1","region":"r","requestId":"q","operation":"Converse","modelId":"m","timestamp":"2026-03-01T08:30:01Z",` +
		`"input":{"inputTokenCount":5%s},"output":{"outputTokenCount":6}}`
	plain := strings.Replace(record, "%s", "", 1)
	id := readRecord(t, []byte(plain), nil).ID
	same := map[string]string{
		"with a body":          strings.Replace(record, "%s", `,"inputBodyJson":{"messages":[]}`, 1),
		"in other spelling":    strings.Replace(plain, "5", "5.0", 1),
		"with white space":     strings.ReplaceAll(plain, ",", ", "),
		"with a served region": strings.Replace(plain, `"region"`, `"inferenceRegion":"s","region"`, 1),
	}
	for name, text := range same {
		if got := readRecord(t, []byte(text), nil).ID; got != id {
			t.Errorf("%s the id is %s, want %s", name, got, id)
		}
	}
	for name, text := range map[string]string{
		"another count":      strings.Replace(plain, "5", "7", 1),
		"another operation":  strings.Replace(plain, "Converse", "InvokeModel", 1),
		"another account":    strings.Replace(plain, `"1"`, `"2"`, 1),
		"another request id": strings.Replace(plain, `"q"`, `"p"`, 1),
	} {
		if got := readRecord(t, []byte(text), nil).ID; got == id {
			t.Errorf("%s, the same id", name)
		}
	}
	usage := `{"requestId":"q","output":{"outputBodyJson":{"usage":{"inputTokens":%s},"output":{"message":{"content":[{"text":"a"}]}}}}}`
	if a, b := readRecord(t, []byte(strings.Replace(usage, "%s", "1", 1)), nil).ID,
		readRecord(t, []byte(strings.Replace(usage, "%s", "2", 1)), nil).ID; a != b {
		t.Error("counts of the body are part of the id")
	}
}

// TestFetch reads objects through the opener: compressed ones, ones that are
// not there, may not be read, are too large or no JSON.
func TestFetch(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(w, `{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}`)
	_ = w.Close()
	twice := zipped.Bytes()
	tests := map[string]struct {
		data   []byte
		err    error
		state  string
		reason string
		prompt string
	}{
		"gzip":      {data: twice, state: event.BodyFetched, prompt: "Hi"},
		"plain":     {data: []byte(`{"messages":[{"role":"user","content":[{"text":"Yo"}]}]}`), state: event.BodyFetched, prompt: "Yo"},
		"no JSON":   {data: []byte("\x89PNG"), state: event.BodyFetched, reason: reasonNotJSON},
		"cut":       {data: twice[:20], state: event.BodyMissing, reason: reasonUnreadable},
		"too large": {data: bytes.Repeat([]byte(" "), 1<<20+1), state: event.BodyMissing, reason: reasonTooLarge},
		"gone":      {err: fs.ErrNotExist, state: event.BodyMissing, reason: reasonGone},
		"forbidden": {err: fs.ErrPermission, state: event.BodyMissing, reason: reasonForbidden},
		"broken":    {err: errors.New("network"), state: event.BodyMissing, reason: reasonUnreadable},
		"told":      {err: &source.BodyError{Reason: "forbidden: kms:Decrypt is not allowed", Err: fs.ErrPermission}, state: event.BodyMissing, reason: "forbidden: kms:Decrypt is not allowed"},
		"not yet":   {err: &source.BodyError{Reason: "not there yet", Later: true, Err: fs.ErrNotExist}, state: event.BodyS3, reason: "not there yet"},
	}
	const record = `{"operation":"Converse","accountId":"111122223333","input":{"inputBodyS3Path":"s3://example-logs/a.json.gz"}}`
	for name, tt := range tests {
		ev := readRecord(t, []byte(record), func(context.Context, string) (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(tt.data)), tt.err
		})
		if got := ev.Body.Input; got.State != tt.state || got.Reason != tt.reason || got.URI != "s3://example-logs/a.json.gz" {
			t.Errorf("%s: %+v", name, got)
		}
		if ev.Prompt != tt.prompt || tt.state == event.BodyFetched != (ev.Record.BodyInput != nil) {
			t.Errorf("%s: prompt %q, %d bytes kept", name, ev.Prompt, len(ev.Record.BodyInput))
		}
	}
	if ev := readRecord(t, []byte(record), nil); ev.Body.Input.State != event.BodyS3 {
		t.Errorf("without an opener: %+v", ev.Body.Input)
	}
}

// TestFetchCancelled wants an ended context told, so that the record comes again.
func TestFetchCancelled(t *testing.T) {
	raw := []byte(`{"input":{"inputBodyS3Path":"s3://example-logs/a"}}`)
	doc, err := jsondoc.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	reader := testReader(t, func(context.Context, string) (io.ReadCloser, error) {
		cancel()
		return nil, ctx.Err()
	})
	if _, err := reader.Call(ctx, doc, raw, event.Origin{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestFetchLayers reads zstd, and gzip inside of it; what is neither compressed
// nor JSON after all layers is told.
func TestFetchLayers(t *testing.T) {
	const body = `{"messages":[{"role":"user","content":"Hi"}]}`
	zip := func(text []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(text)
		_ = w.Close()
		return out.Bytes()
	}
	encoder, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"zstd":         encoder.EncodeAll([]byte(body), nil),
		"gzip in zstd": encoder.EncodeAll(zip([]byte(body)), nil),
		"gzip in gzip": zip(zip([]byte(body))),
		"two members":  append(zip([]byte(body[:9])), zip([]byte(body[9:]))...),
	} {
		ev := readRecord(t, []byte(`{"operation":"Converse","input":{"inputBodyS3Path":"s3://b/k"}}`),
			func(context.Context, string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
		if ev.Prompt != "Hi" {
			t.Errorf("%s: %+v", name, ev.Body.Input)
		}
	}
}

func TestStopReason(t *testing.T) {
	for word, want := range map[string]string{
		"stop": "end_turn", "FINISH": "end_turn", "COMPLETE": "end_turn", "endoftext": "end_turn", "end_turn": "end_turn",
		"length": "max_tokens", "MAX_TOKENS": "max_tokens", "LENGTH": "max_tokens",
		"tool_calls": "tool_use", "function_call": "tool_use", "TOOL_CALL": "tool_use", "tool_use": "tool_use",
		"content_filter": "content_filtered", "CONTENT_FILTERED": "content_filtered", "Filter reason: prompt": "content_filtered",
		"refusal": "refusal", "pause_turn": "pause_turn", "STOP_SEQUENCE": "stop_sequence",
		"malformed_tool_use": "malformed_tool_use", "ERROR_LIMIT": "error_limit", "modelTimedOut": "model_timed_out", "": "",
		strings.Repeat("x", 64): strings.Repeat("x", 64), strings.Repeat("x", 65): "", strings.Repeat("aB", 30): "",
		"gestoppt für immer": "", "\xff": "", "a\x00b": "a_b",
	} {
		if got := stopReason(word); got != want {
			t.Errorf("stopReason(%q) = %q, want %q", word, got, want)
		}
	}
}

// TestBodyElsewhere holds that a body is not called missing when the opener only
// says that it does not look where the body may be.
func TestBodyElsewhere(t *testing.T) {
	const record = `{"schemaType":"ModelInvocationLog","input":{"inputBodyS3Path":"s3://example-logs/r1_input.json.gz"}}`
	ev := readRecord(t, []byte(record), func(context.Context, string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("in no copy: %w", ErrElsewhere)
	})
	want := event.Body{State: event.BodyS3, Reason: reasonUnasked, URI: "s3://example-logs/r1_input.json.gz"}
	if ev.Body.Input != want {
		t.Errorf("body %+v, want %+v", ev.Body.Input, want)
	}
}
