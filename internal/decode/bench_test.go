package decode_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// corpus is text of the size and kind of a log object: calls around 5 KB, a
// third of them streams in chunks.
func corpus(size int) string {
	random := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `{"timestamp":"2026-03-01T08:30:01Z","accountId":"111122223333","identity":{"arn":"arn:aws:sts::111122223333:assumed-role/app/x"},"region":"us-east-1","requestId":"00000000-0000-4000-8000-%012d","operation":"InvokeModel","modelId":"anthropic.claude-3-haiku-20240307-v1:0","input":{"inputContentType":"application/json","inputBodyJson":{"max_tokens":200,"messages":[{"role":"user","content":"%s"}]},"inputTokenCount":%d},"output":{"outputContentType":"application/json","outputBodyJson":`, i, prose(random, 2000+random.IntN(2000)), random.IntN(5000))
		if i%3 == 0 {
			b.WriteString(`[{"type":"message_start","message":{"id":"msg_x","content":[],"usage":{"input_tokens":8}}}`)
			for range 40 {
				fmt.Fprintf(&b, `,{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"%s"}}`, prose(random, 20))
			}
			b.WriteString(`]`)
		} else {
			fmt.Fprintf(&b, `{"content":[{"type":"text","text":"%s"}],"stop_reason":"end_turn"}`, prose(random, 1500))
		}
		b.WriteString(`,"outputTokenCount":5},"schemaType":"ModelInvocationLog","schemaVersion":"1.0"}` + "\n")
	}
	return b.String()
}

var syllables = strings.Fields("the of and log call model price a in to say \\n\\n \\\"so\\\" token every when there quick brown over lazy river stone")

func prose(random *rand.Rand, size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(syllables[random.IntN(len(syllables))] + " ")
		if random.IntN(4) == 0 {
			fmt.Fprintf(&b, "%x ", random.Uint32())
		}
	}
	return b.String()
}

func BenchmarkDecode(b *testing.B) {
	text := corpus(5 << 20)
	records := strings.Count(text, "\n")
	list := `{"Records":[` + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", ",") + `]}`
	for _, c := range []struct{ name, object string }{
		{"lines", text}, {"lines in gzip", zip(text)}, {"list", list}, {"list in gzip", zip(list)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := decode.New(decode.Limits{}).Decode(b.Context(), strings.NewReader(c.object), event.Origin{},
					func(item decode.Item) error {
						if item.Verdict == decode.Good {
							n++
						}
						return nil
					})
				if err != nil || n != records {
					b.Fatalf("%d good of %d, %v", n, records, err)
				}
			}
			b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}
