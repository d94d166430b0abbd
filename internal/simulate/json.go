package simulate

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// The month is tens of megabytes and must be there in a second, so JSON is
// written by appending. Whatever text goes through quote; the rest is literal.

// quote appends s as a JSON string.
func quote(b []byte, s string) []byte {
	b = append(b, '"')
	b = escape(b, s)
	return append(b, '"')
}

// escape appends s as the inside of a JSON string. All texts here are valid
// UTF-8, so only quotes, backslashes and control characters need care.
func escape(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(b, s[start:]...)
}

// member appends "name":"value" with a comma before it unless it is the first
// of its object.
func member(b []byte, name, value string) []byte { return quote(key(b, name), value) }

// count appends "name":n.
func count(b []byte, name string, n int) []byte {
	return strconv.AppendInt(key(b, name), int64(n), 10)
}

// raw appends "name": and a value that is JSON already.
func raw[T string | []byte](b []byte, name string, value T) []byte {
	return append(key(b, name), value...)
}

func key(b []byte, name string) []byte {
	if last := b[len(b)-1]; last != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, name...)
	return append(b, '"', ':')
}

// object returns the JSON object of names and texts, in order.
func object(pairs ...string) []byte {
	b := []byte{'{'}
	for i := 0; i+1 < len(pairs); i += 2 {
		b = member(b, pairs[i], pairs[i+1])
	}
	return append(b, '}')
}

// second writes a time as Bedrock and CloudTrail do, to the second.
func second(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05Z")
}

// pieces cuts text into parts of low to high bytes at rune borders, as a
// streamed answer arrives.
func pieces(r *random, text string, low, high int, yield func(string)) {
	for len(text) > 0 {
		n := r.between(low, high)
		if n >= len(text) {
			yield(text)
			return
		}
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		yield(text[:n])
		text = text[n:]
	}
}
