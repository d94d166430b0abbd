package decode_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"strings"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
)

func TestSmoke(t *testing.T) {
	for _, in := range []string{
		"",
		"\n\n",
		`{"schemaType":"ModelInvocationLog"}` + "\n" + `{"bad":` + "\n" + `{"schemaType":"ModelInvocationLog"}`,
		`{"Records":[{"eventVersion":"1","eventSource":"bedrock.amazonaws.com","eventName":"X"},{"eventVersion":"1","a":tru},{"eventVersion":"1","eventSource":"bedrock.amazonaws.com","eventName":"X"}]}`,
		`{"messageType":"DATA_MESSAGE","logGroup":"g","logStream":"s","logEvents":[{"id":"1","message":"{\"schemaType\":\"ModelInvocationLog\"}"}]}{"messageType":"CONTROL_MESSAGE","logEvents":[]}`,
		"{\n \"schemaType\":\"ModelInvocationLog\",\n \"b\": tru\n}\nfoo\nbar\n{\"schemaType\":\"ModelInvocationLog\"}",
		gz(`{"schemaType":"ModelInvocationLog"}`) + gz(gz(`{"schemaType":"ModelInvocationLog"}`)) + "\x00\x00",
		gz(`{"schemaType":"ModelInvocationLog"}`) + "garbage",
		gz(`{"schemaType":"ModelInvocationLog"}` + strings.Repeat("x", 1000))[:40],
	} {
		t.Logf("%.80q", in)
		err := decode.New(decode.Limits{}).Decode(context.Background(), strings.NewReader(in), event.Origin{}, func(it decode.Item) error {
			line := int64(0)
			if it.Origin.Line != nil {
				line = *it.Origin.Line
			}
			t.Logf("  %d %d %q %s %q size %d line %d", it.Verdict, it.Kind, it.Raw, it.Reason, it.Detail, it.Size, line)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func gz(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}
