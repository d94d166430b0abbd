package main

import (
	"fmt"
	"math"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// The mix of records: sizes are spread as in recorded logs, with a median of
// 4.7 KB and a hundredth above 50 KB.
const (
	medianSize = 3900 // of the text; names and marks come on top
	spread     = 1.08 // standard deviation of the size's logarithm
	largest    = 131_000
	calls      = 100
	converse   = 40 // of 100 calls
	streamed   = 12 // ConverseStream
	invoked    = 23 // InvokeModel, two of them embeddings; the rest are streams of chunks
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// envelope is what all records have.
type envelope struct {
	number           int64 // of the record in the corpus
	operation, model string
	person, region   int
}

// record appends one call of the mix, and a line break.
func (w *writer) record(b []byte, number int64) []byte {
	size := int(min(largest, medianSize*math.Exp(spread*w.NormFloat64())))
	size = max(size-700, 300) // the rest is envelope
	e := envelope{number: number, person: w.IntN(300), region: w.IntN(3)}
	switch at := w.IntN(calls); {
	case at < converse:
		e.operation, e.model = "Converse", "us.anthropic.claude-sonnet-4-20250514-v1:0"
		return w.converse(b, e, size)
	case at < converse+streamed:
		e.operation, e.model = "ConverseStream", "amazon.nova-pro-v1:0"
		return w.converse(b, e, size)
	case at < converse+streamed+2:
		e.operation, e.model = "InvokeModel", "amazon.titan-embed-text-v2:0"
		return w.embedding(b, e, size)
	case at < converse+streamed+invoked:
		e.operation, e.model = "InvokeModel", "anthropic.claude-3-haiku-20240307-v1:0"
		return w.invoke(b, e, size)
	}
	e.operation, e.model = "InvokeModelWithResponseStream", "us.anthropic.claude-sonnet-4-20250514-v1:0"
	return w.stream(b, e, size)
}

func (w *writer) head(b []byte, e envelope) []byte {
	at := start.Add(time.Duration(e.number) * 21 * time.Millisecond)
	regions := [...]string{"us-east-1", "eu-west-1", "us-west-2"}
	return fmt.Appendf(b, `{"timestamp":"%s","accountId":"111122223333","identity":{"arn":"arn:aws:sts::111122223333:`+
		`assumed-role/AWSReservedSSO_Developer_0123456789abcdef/person%d@example.com"},"region":"%s",`+
		`"requestId":"%08x-%04x-4000-8000-%012x","operation":"%s","modelId":"%s","input":{"inputContentType":"application/json","inputBodyJson":`,
		at.Format(time.RFC3339), e.person, regions[e.region], w.Uint32(), w.Uint32()&0xffff, e.number, e.operation, e.model)
}

func middle(b []byte, input int) []byte {
	return fmt.Appendf(b, `,"inputTokenCount":%d},"output":{"outputContentType":"application/json","outputBodyJson":`, input)
}

func tail(b []byte, output int) []byte {
	return fmt.Appendf(b, `,"outputTokenCount":%d},"schemaType":"ModelInvocationLog","schemaVersion":"1.0"}`+"\n", output)
}

// quoted appends text as a JSON string.
func quoted(b, text []byte) []byte {
	b, _ = jsontext.AppendQuote(b, text) // bad UTF-8, its only error, is never made here
	return b
}

// turns appends a history of messages of about size bytes; open and end stand
// around each text.
func (w *writer) turns(b []byte, size int, open, end string) []byte {
	b = append(b, `"messages":[`...)
	count := 1 + 2*w.IntN(1+min(5, size/2000))
	for i := range count {
		role := `{"role":"user","content":`
		if i%2 == 1 {
			role = `,{"role":"assistant","content":`
		} else if i > 0 {
			role = `,{"role":"user","content":`
		}
		b = append(append(b, role...), open...)
		b = append(append(quoted(b, w.said(size/count)), end...), '}')
	}
	return append(b, ']')
}

func (w *writer) converse(b []byte, e envelope, size int) []byte {
	b = append(w.head(b, e), `{"system":[{"text":`...)
	b = append(quoted(b, w.prose(200)), `}],`...)
	b = append(w.turns(b, size*3/4, `[{"text":`, `}]`), `,"inferenceConfig":{"maxTokens":2048,"temperature":0.2}}`...)
	b = append(middle(b, size/5), `{"output":{"message":{"role":"assistant","content":[{"text":`...)
	b = quoted(b, w.said(size/4))
	b = fmt.Appendf(b, `}]}},"stopReason":"end_turn","metrics":{"latencyMs":%d},"usage":{"inputTokens":%d,"outputTokens":%d,"totalTokens":%d}}`,
		300+w.IntN(9000), size/5, size/16, size/5+size/16)
	return tail(b, size/16)
}

func (w *writer) anthropic(b []byte, size int) []byte {
	b = append(b, `{"anthropic_version":"bedrock-2023-05-31","max_tokens":2048,"system":`...)
	b = append(quoted(b, w.prose(200)), ',')
	return append(w.turns(b, size, "", ""), '}')
}

func (w *writer) invoke(b []byte, e envelope, size int) []byte {
	b = middle(w.anthropic(w.head(b, e), size*3/4), size/5)
	b = fmt.Appendf(b, `{"id":"msg_bdrk_%016x","type":"message","role":"assistant","model":"claude-3-haiku-20240307","content":[{"type":"text","text":`, w.Uint64())
	b = quoted(b, w.said(size/4))
	b = fmt.Appendf(b, `}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":%d,"output_tokens":%d}}`, size/5, size/16)
	return tail(b, size/16)
}

// stream is a call whose answer was logged chunk by chunk.
func (w *writer) stream(b []byte, e envelope, size int) []byte {
	const chunk, around = 40, 95 // bytes of text in a chunk, and of JSON about it
	b = middle(w.anthropic(w.head(b, e), size/2), size/8)
	b = fmt.Appendf(b, `[{"type":"message_start","message":{"id":"msg_bdrk_%016x","type":"message","role":"assistant","model":"claude-sonnet-4-20250514",`+
		`"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":%d,"output_tokens":1}}},`+
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`, w.Uint64(), size/8)
	text := []rune(string(w.said(size / 2 * chunk / (chunk + around))))
	for len(text) > 0 {
		n := min(len(text), chunk/2+w.IntN(chunk))
		b = append(b, `,{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`...)
		b = append(quoted(b, []byte(string(text[:n]))), `}}`...)
		text = text[n:]
	}
	b = fmt.Appendf(b, `,{"type":"content_block_stop","index":0},{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":%d}},`+
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":%d,"outputTokenCount":%[1]d,"invocationLatency":%d,"firstByteLatency":%d}}]`,
		size/30, size/8, 900+w.IntN(9000), 200+w.IntN(600))
	return tail(b, size/30)
}

func (w *writer) embedding(b []byte, e envelope, size int) []byte {
	const dimensions = 256
	b = append(w.head(b, e), `{"inputText":`...)
	b = append(quoted(b, w.prose(min(size, 3000))), fmt.Sprintf(`,"dimensions":%d,"normalize":true}`, dimensions)...)
	b = append(middle(b, size/5), `{"embedding":[`...)
	for i := range dimensions {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, "%.9f", w.Float64()/8-1./16)
	}
	return tail(fmt.Appendf(b, `],"inputTextTokenCount":%d}`, size/5), 0)
}
