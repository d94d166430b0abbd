package malformed

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seismo/internal/decode"
)

// Bomb is an object that a limit stops.
type Bomb struct {
	Name   string
	Reason string // of the last bad item; "" where nothing in it is bad
	Make   func() string
}

const mib = 1 << 20

// Bombs are objects of at most some megabytes that claim to be much more, and
// some that are only large.
func Bombs() []Bomb {
	zeros := strings.Repeat("\x00", mib)
	return []Bomb{
		{"zeros", decode.BadExpansion, func() string { return pressed("\x00", 72*mib) }},
		{"one letter", decode.BadExpansion, func() string { return pressed("a", 72*mib) }},
		{"spaces", decode.BadExpansion, func() string { return pressed(" ", 72*mib) }},
		{"newlines", decode.BadExpansion, func() string { return pressed("\n", 72*mib) }},
		{"a string without end", decode.BadExpansion, func() string { return zipped("") + pressed(`{"schemaType":"`, 1) + pressed("x", 72*mib) }},
		{"lines of one letter", decode.BadExpansion, func() string { return pressed("x\n", 36*mib) }},
		{"open lists", decode.BadExpansion, func() string { return pressed("[", 72*mib) }},
		{"open objects", decode.BadExpansion, func() string { return pressed(`{"a":`, 15*mib) }},
		{"a list of lists", decode.BadExpansion, func() string { return pressed("[],", 24*mib) }},
		{"a list of numbers in a list", decode.BadExpansion, func() string { return zipped("[[") + pressed("1,", 36*mib) }},
		{"open lists, line by line", decode.BadExpansion, func() string { return pressed("[1,\n", 18*mib) }},
		{"open objects, line by line", decode.BadExpansion, func() string { return pressed(`{"a":[1,`+"\n", 28*mib) }},
		{"open elements", decode.BadExpansion, func() string { return zipped("[") + pressed(`{"a":[1,`, 28*mib) }},
		{"empty objects", decode.BadExpansion, func() string { return pressed("{}\n", 24*mib) }},
		{"objects of no kind in a list", decode.BadExpansion, func() string { return zipped("[") + pressed(`{"a":1},`, 40*mib) }},
		{"numbers in a list", decode.BadExpansion, func() string { return zipped("[") + pressed("1,", 36*mib) }},
		{"members of a long object", decode.BadExpansion, func() string { return zipped("{") + pressed(`"a":0,`, 40*mib) }},
		{"backslashes", decode.BadExpansion, func() string { return zipped(`{"a":"`) + pressed(`\\`, 36*mib) }},
		{"many members", decode.BadExpansion, func() string { return strings.Repeat(zipped(zeros), 80) }},
		{"gzip in gzip", decode.BadExpansion, func() string { return zipped(pressed("\x00", 100*mib)) }},
		{"zstd", decode.BadExpansion, func() string { return pressedZstd(zeros, 80) }},
		{"zstd in gzip", decode.BadExpansion, func() string { return zipped(pressedZstd(zeros, 80)) }},
		{"layers", decode.BadLayers, func() string { return wrapped("x", 50) }},
		{"a payload", decode.BadExpansion, func() string {
			return `{"data":"` + base64.StdEncoding.EncodeToString([]byte(pressed("\x00", 72*mib))) + `"}`
		}},
		{"payloads in payloads", decode.BadLayers, func() string { return payloads() }},
		{"empty members", "", func() string { return strings.Repeat(zipped(""), 200_000) }},
		{"nested", decode.BadTooDeep, func() string { return strings.Repeat("[", 8*mib) }},
		{"values", decode.BadTooLong, func() string { return "[[" + strings.Repeat("1,", 8*mib) + "1]]" }},
	}
}

// Line is a record with a line of so many bytes.
func Line(size int) string {
	const head, tail = `{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","requestId":"long","text":"`, `"}` + "\n"
	return head + strings.Repeat("x", max(size-len(head)-len(tail), 0)) + tail
}

// pressed compresses unit, count times over, without holding it.
func pressed(unit string, count int) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return "" // there is this level
	}
	block := strings.Repeat(unit, 1+(64<<10)/len(unit))
	for left := count; left > 0; left -= len(block) / len(unit) {
		_, _ = io.WriteString(w, block)
	}
	_ = w.Close()
	return b.String()
}

func pressedZstd(unit string, count int) string {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		return "" // only options can be the cause
	}
	for range count {
		_, _ = io.WriteString(w, unit)
	}
	_ = w.Close()
	return b.String()
}

func zipped(text string) string { return string(Zipped(text)) }

func wrapped(text string, times int) string {
	for range times {
		text = zipped(text)
	}
	return text
}

func payloads() string {
	text := strings.TrimSpace(Call(1))
	for range 12 {
		text = `{"data":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}`
	}
	return text
}
