package storetest

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

// secret is what the mask of these tests takes out; plain stands beside it.
const secret, plain = "sesame", "garden"

func testModes(t *testing.T, open Opener) {
	for mode, want := range map[store.Mode]struct {
		secret, plain bool
		record        error
	}{
		store.Full:     {true, true, nil},
		store.Redacted: {false, true, nil},
		store.Metadata: {false, false, store.ErrNotKept},
	} {
		mask := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(secret), []byte("******")) }
		s := opened(t, open, Config{Keyring: Keyring(t), Mode: mode, Mask: mask})
		for name, e := range tellers() {
			appendAll(t, s, e)
			_, r, err := s.Record(t.Context(), e.ID)
			if !errors.Is(err, want.record) {
				t.Errorf("%s: the record of %s gives %v, want %v", mode, name, err, want.record)
			}
			text := string(r.Raw) + string(r.BodyInput) + string(r.BodyOutput)
			if got := tells(text); got != want.secret {
				t.Errorf("%s: the record of %s tells the secret: %v\n%s", mode, name, got, text)
			}
		}
		rows := all(t, s, query.Query{})
		if len(rows) != len(tellers()) {
			t.Errorf("%s: %d events, want all %d", mode, len(rows), len(tellers()))
		}
		for i := range rows {
			rows[i].Metadata = keepIf(mode != store.Metadata, rows[i].Metadata) // business tags stay there, as the guide says
			if text := columns(&rows[i]); tells(text) && !want.secret {
				t.Errorf("%s: a row tells the secret: %s", mode, text)
			}
		}
		for word, found := range map[string]bool{secret: want.secret, plain: want.plain} {
			if n := len(all(t, s, query.Query{Where: query.Words{Words: []string{word}}})); n > 0 != found {
				t.Errorf("%s: %q is found %d times, want any: %v", mode, word, n, found)
			}
		}
	}
}

func keepIf[T any](keep bool, v T) (out T) {
	if keep {
		out = v
	}
	return out
}

// tells tells whether a text holds the secret: written out, in pieces of a
// stream, as escape sequences or encoded.
func tells(text string) bool {
	for _, form := range []string{secret, `ses"`, `ses\"`, `\u0073esame`, base64.StdEncoding.EncodeToString([]byte("the " + secret))} {
		if strings.Contains(text, form) {
			return true
		}
	}
	return false
}

func columns(e *event.Event) string {
	var b strings.Builder
	for _, c := range store.Columns() {
		fmt.Fprintf(&b, "%s=%s\n", c.Name, c.Value(e))
	}
	return b.String()
}

// tellers are events with a secret in one place each, and a plain word.
func tellers() map[string]event.Event {
	list := make(map[string]event.Event)
	n := 0
	raw := func(name, input, output string) event.Event {
		n++
		e := Call(n, "", "")
		e.Prompt, e.Completion, e.Record = "", "", event.Record{}
		if input != "" || output != "" {
			e.Record.Raw = fmt.Appendf(nil, `{"requestId":%q,"input":{"inputBodyJson":%s},"output":{"outputBodyJson":%s}}`,
				e.RequestID, orNull(input), orNull(output))
		}
		list[name] = e
		return e
	}
	raw("the prompt", `{"messages":[{"role":"user","content":[{"text":"sesame garden"}]}]}`, "")
	raw("the system text", `{"system":[{"text":"sesame garden"}],"messages":[]}`, "")
	raw("a tool's input", "", `{"output":{"message":{"content":[{"toolUse":{"name":"run","input":{"arg":"sesame garden"}}}]}}}`)
	raw("JSON in a string", `{"messages":[{"content":"{\"a\":\"\\u0073esame garden\"}"}]}`, "")
	raw("a tool's result", `{"messages":[{"content":[{"toolResult":{"content":[{"text":"sesame garden"}]}}]}]}`, "")
	raw("escape sequences", `{"messages":[{"content":"\u0073esame garden"}],"\u0073esame":1}`, "")
	raw("encoded data", `{"messages":[{"content":[{"source":{"data":"`+base64.StdEncoding.EncodeToString([]byte("the sesame"))+`"}}]}]}`, "")
	raw("what is no message", `{"inputText":"sesame garden"}`, "")
	raw("a cache marker", `{"messages":[{"content":[{"text":"garden"},{"cachePoint":{"type":"sesame"}}]}]}`, "")
	raw("a guardrail's match", "", `{"trace":{"guardrail":{"match":"sesame garden"}}}`)
	raw("chunks nobody understands", "", `[{"delta":"ses"},{"delta":"ame"}]`)

	e := raw("the deltas of a stream", `{}`, `[{"delta":"garden ses"},{"delta":"ame"}]`)
	e.Completion = "garden sesame"
	list["the deltas of a stream"] = e
	e = raw("deltas of a tool's input", `{}`, `"[{\"delta\":\"garden ses\"},{\"delta\":\"ame\"}]"`)
	e.ToolCalls = []event.ToolCall{{Name: "run", ID: "t1", Input: jsontext.Value(`{"arg":"garden sesame"}`)}}
	list["deltas of a tool's input"] = e

	e = raw("bodies in S3", `null`, `null`)
	e.Record.BodyInput, e.Record.BodyOutput = []byte(`{"messages":[{"content":"sesame garden"}]}`), []byte(`[{"delta":"garden ses"},{"delta":"ame"}]`)
	e.Completion = "garden sesame"
	list["bodies in S3"] = e
	e = raw("a body that is no JSON", `null`, `null`)
	e.Record.BodyOutput = []byte("garden ses\"\n\"ame")
	list["a body that is no JSON"] = e

	e = raw("metadata and other columns", `{}`, `{}`)
	e.Metadata = map[string]jsontext.Value{"team": jsontext.Value(`"sesame"`), "run": jsontext.Value(`7`)}
	e.Record.Raw = []byte(`{"requestMetadata":{"team":"sesame garden"}}`)
	list["metadata and other columns"] = e

	trail := Trail(e, 90)
	trail.RequestID, trail.ID = "", "trail-with-a-secret"
	trail.Trail.Message = "sesame garden"
	for _, free := range []*jsontext.Value{&trail.Trail.Request, &trail.Trail.Response, &trail.Trail.Extra} {
		*free = jsontext.Value(`{"instruction":"\u0073esame garden sesame"}`)
	}
	trail.Record.Raw = []byte(`{"requestParameters":{"instruction":"sesame garden"}}`)
	list["a CloudTrail event"] = trail
	return list
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

// testModesBad holds that what cannot be read, and so not masked, is kept in full
// mode only; that it was there is told in all.
func testModesBad(t *testing.T, open Opener) {
	for mode, kept := range map[store.Mode]bool{store.Full: true, store.Redacted: false, store.Metadata: false} {
		mask := func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(secret), []byte("******")) }
		s := opened(t, open, Config{Keyring: Keyring(t), Mode: mode, Mask: mask})
		bad := decode.Item{Verdict: decode.Bad, Raw: []byte(`{"ses","ame"`), Reason: decode.BadJSON, SHA256: "00", Size: 12}
		if _, err := s.Append(t.Context(), store.Batch{Bad: []decode.Item{bad}}); err != nil {
			t.Fatal(err)
		}
		list, err := s.Quarantine(t.Context(), 10, true)
		if err != nil || len(list) != 1 || (len(list[0].Bytes) > 0) != kept {
			t.Fatalf("%s: quarantine %v, %v", mode, list, err)
		}
		if q := list[0]; q.Reason != decode.BadJSON || q.SHA256 != "00" || q.Size != 12 {
			t.Errorf("%s: %+v", mode, q)
		}
	}
}
