// Package malformed makes objects that a collector must survive: those that hold
// nothing good, and bombs, which are small and become large when they are read.
//
// It never says what is done with them: what reads them does.
package malformed

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Call is a good record, and another for each i, with its line break.
func Call(i int) string {
	return fmt.Sprintf(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":%q,"accountId":"111122223333","region":"us-east-1",`+
		`"requestId":"good-%d","operation":"Converse","modelId":"amazon.nova-micro-v1:0"}`,
		time.Date(2026, 3, 1, 0, 0, i%86400, 0, time.UTC).Format(time.RFC3339), i) + "\n"
}

// Zipped is a text as gzip.
func Zipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.Bytes()
}

// Kind is one way in which an object can be malformed. Each object of a kind
// differs from the next.
type Kind struct {
	Name string
	Body func(i int) []byte
}

// Kinds are the kinds of object that hold nothing good.
func Kinds() []Kind {
	text := func(format string) func(int) []byte {
		return func(i int) []byte { return fmt.Appendf(nil, format, i) }
	}
	return append([]Kind{
		{"words", text("this is object %d and no log\n")},
		{"html", text("<!doctype html><html><body>503 number %d</body></html>")},
		{"xml", text(`<?xml version="1.0"?><Error><Code>NoSuchKey</Code><n>%d</n></Error>`)},
		{"csv", text("time,account,model\n2026-03-01,%d,nova\n")},
		{"yaml", text("schemaType: ModelInvocationLog\nrequestId: r%d\n")},
		{"number", text("%d")},
		{"string", text(`"ModelInvocationLog %d"`)},
		{"truth", text("true\nfalse\n%d\n")},
		{"numbers", text("[1,2,%d]")},
		{"nested-lists", text("[[[%d]]]")},
		{"other-object", text(`{"kind":"something else","n":%d}`)},
		{"other-schema", text(`{"schemaType":"AnotherLog","schemaVersion":"1.0","n":%d}`)},
		{"no-brace", text(`{"schemaType":"ModelInvocationLog","requestId":"r%d"`)},
		{"no-quote", text(`{"schemaType":"ModelInvocationLog","requestId":"r%d}`)},
		{"no-colon", text(`{"schemaType" "ModelInvocationLog","n":%d}`)},
		{"no-comma", text(`{"schemaType":"ModelInvocationLog" "n":%d}`)},
		{"two-commas", text(`{"schemaType":"ModelInvocationLog",,"n":%d}`)},
		{"single-quotes", text(`{'schemaType':'ModelInvocationLog','n':%d}`)},
		{"bare-keys", text(`{schemaType:"ModelInvocationLog",n:%d}`)},
		{"comment", text(`{"schemaType":"ModelInvocationLog" /* %d */}`)},
		{"nan", text(`{"schemaType":"ModelInvocationLog","n":NaN,"i":%d}`)},
		{"infinity", text(`{"schemaType":"ModelInvocationLog","n":-Infinity,"i":%d}`)},
		{"leading-zeros", text(`{"schemaType":"ModelInvocationLog","n":007,"i":%d}`)},
		{"bad-escape", text(`{"schemaType":"ModelInvocationLog","n":"\x%d"}`)},
		{"raw-newline", text("{\"schemaType\":\"ModelInvocationLog\",\"n\":\"a\nb%d\"}")},
		{"python", text(`{'schemaType': 'ModelInvocationLog', 'n': None, 'i': %d}`)},
		{"wrong-braces", text(`{"schemaType":"ModelInvocationLog","n":[%d}}`)},
		{"records-of-numbers", text(`{"Records":[%d,2,3]}`)},
		{"records-of-strings", text(`{"Records":["a","b%d"]}`)},
		{"records-cut", text(`{"Records":[{"eventVersion":"1.09","eventSource":"bedrock.amazonaws.com","eventName":"InvokeModel","eventID":"e%d"`)},
		{"half-a-call", text(`{"schemaType":"ModelInvocationLog","timestamp":"2026-03-01T00:00:00Z","input":{"inputBodyJson":{"messages":[{"role":"user","content":"hello %d`)},
		{"nul-bytes", func(i int) []byte { return append(make([]byte, 1000), byte(i), byte(i>>8)) }},
	}, bytesWrong()...)
}

// bytesWrong are the kinds that are wrong below JSON: encodings, compression,
// other formats.
func bytesWrong() []Kind {
	random := func(i, n int) []byte {
		r := rand.New(rand.NewPCG(uint64(i), 5))
		b := make([]byte, n)
		for j := range b {
			b[j] = byte(r.Uint32())
		}
		return b
	}
	whole := func(i int) []byte { return Zipped(strings.Repeat(Call(i), 20)) }
	return []Kind{
		{"noise", func(i int) []byte { return append([]byte{0xfe}, random(i, 500)...) }},
		{"noise-in-gzip", func(i int) []byte { return Zipped(string(append([]byte{0xfe}, random(i, 500)...))) }},
		{"gzip-head-only", func(i int) []byte { return append([]byte{0x1f, 0x8b, 8, 0}, fmt.Append(nil, i)...) }},
		{"gzip-of-noise", func(i int) []byte { return append([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}, random(i, 300)...) }},
		{"gzip-cut-early", func(i int) []byte { w := whole(i); return w[:20+i%7] }},
		{"gzip-bad-sum", func(i int) []byte {
			w := Zipped(fmt.Sprintf(`{"n":%d}`, i))
			binary.LittleEndian.PutUint32(w[len(w)-8:], uint32(i)^0xdeadbeef)
			return w
		}},
		{"zstd-cut", func(i int) []byte {
			e, _ := zstd.NewWriter(nil)
			all := e.EncodeAll(random(i, 2000), nil)
			return all[:len(all)/2]
		}},
		{"seven-gzips", func(i int) []byte {
			b := []byte(Call(i))
			for range 9 {
				b = Zipped(string(b))
			}
			return b
		}},
		{"zip-file", func(i int) []byte {
			var b bytes.Buffer
			z := zip.NewWriter(&b)
			f, _ := z.Create(fmt.Sprint(i))
			_, _ = f.Write([]byte("x"))
			_ = z.Close()
			return b.Bytes()
		}},
		{"png", func(i int) []byte { return append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), random(i, 200)...) }},
		{"pdf", func(i int) []byte { return fmt.Appendf(nil, "%%PDF-1.7\n%d 0 obj\n<<>>\nendobj\n", i) }},
		{"parquet", func(i int) []byte { return append([]byte("PAR1"), random(i, 200)...) }},
		{"utf-16", func(i int) []byte {
			var b []byte
			for _, u := range utf16.Encode([]rune(Call(i))) {
				b = binary.BigEndian.AppendUint16(b, u)
			}
			return b
		}},
		{"base64", func(i int) []byte { return []byte(base64.StdEncoding.EncodeToString([]byte(Call(i)))) }},
		{"too-deep", func(i int) []byte {
			return fmt.Appendf(nil, `{"schemaType":"ModelInvocationLog","n":%s%d%s}`, strings.Repeat("[", 9000), i, strings.Repeat("]", 9000))
		}},
		{"subscription-of-noise", func(i int) []byte {
			return fmt.Appendf(nil, `{"awslogs":{"data":"%s"}}`, base64.StdEncoding.EncodeToString(random(i, 90)))
		}},
	}
}
