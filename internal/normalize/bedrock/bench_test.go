package bedrock

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"seismo/internal/event"
	"seismo/internal/jsondoc"
)

// BenchmarkCall reads records near the corpus's median: a conversation of some
// turns, and a stream of chunks. Parsing is part of it.
func BenchmarkCall(b *testing.B) {
	for name, record := range map[string]string{"converse": benchConverse(), "stream": benchStream()} {
		b.Run(name, func(b *testing.B) {
			reader, raw := testReader(b, nil), []byte(record)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := jsondoc.Parse(raw)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := reader.Call(context.Background(), doc, raw, event.Origin{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const benchEnvelope = `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":"2026-03-01T08:30:02Z","accountId":"111122223333",` +
	`"identity":{"arn":"arn:aws:sts::111122223333:assumed-role/app-role/report"},"region":"us-east-1",` +
	`"requestId":"00000000-0000-4000-8000-0000000000a2","operation":"%s","modelId":"us.anthropic.claude-sonnet-4-20250514-v1:0",` +
	`"input":{"inputContentType":"application/json","inputBodyJson":%s,"inputTokenCount":800},` +
	`"output":{"outputContentType":"application/json","outputBodyJson":%s,"outputTokenCount":120}}`

func benchConverse() string {
	words := strings.Repeat("It rained over the fjord until noon. ", 18)
	turn := fmt.Sprintf(`{"role":"user","content":[{"text":%q}]},{"role":"assistant","content":[{"text":%q}]}`, words, words)
	request := fmt.Sprintf(`{"system":[{"text":%q}],"messages":[%s,%s,{"role":"user","content":[{"text":%q}]}],"inferenceConfig":{"maxTokens":512}}`,
		words, turn, turn, words)
	response := fmt.Sprintf(`{"output":{"message":{"role":"assistant","content":[{"text":%q}]}},"stopReason":"end_turn",`+
		`"usage":{"inputTokens":800,"outputTokens":120,"totalTokens":920},"metrics":{"latencyMs":900}}`, words)
	return fmt.Sprintf(benchEnvelope, "Converse", request, response)
}

func benchStream() string {
	chunks := []string{`{"type":"message_start","message":{"role":"assistant","model":"claude-sonnet-4-20250514","content":[],"usage":{"input_tokens":800,"output_tokens":1}}}`,
		`{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`}
	for range 40 {
		chunks = append(chunks, `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"over the fjord"}}`)
	}
	chunks = append(chunks, `{"type":"content_block_stop","index":0}`,
		`{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":120}}`,
		`{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":800,"outputTokenCount":120,"invocationLatency":900,"firstByteLatency":200}}`)
	request := `{"anthropic_version":"bedrock-2023-05-31","max_tokens":200,"messages":[{"role":"user","content":"What fell on the fjord?"}]}`
	return fmt.Sprintf(benchEnvelope, "InvokeModelWithResponseStream", request, "["+strings.Join(chunks, ",")+"]")
}
