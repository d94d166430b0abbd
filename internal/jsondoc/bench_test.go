package jsondoc_test

import (
	"strings"
	"testing"

	"seismo/internal/jsondoc"
)

func BenchmarkParse(b *testing.B) {
	chunk := `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" said the\nlamp"}},`
	for name, text := range map[string]string{
		"prose":  `{"schemaType":"ModelInvocationLog","input":{"inputBodyJson":{"messages":[{"content":"` + strings.Repeat(`The quick brown fox said \"no\".\n`, 150) + `"}]}}}`,
		"stream": `{"schemaType":"ModelInvocationLog","output":{"outputBodyJson":[` + strings.Repeat(chunk, 50) + `{}]}}`,
	} {
		b.Run(name, func(b *testing.B) {
			src := []byte(text)
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsondoc.Parse(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
