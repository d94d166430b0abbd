package jsondoc

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// unquote reads a JSON string literal; what is not valid Unicode in it becomes
// U+FFFD, which is why the error is of no interest.
func unquote(raw []byte) string {
	inner := raw[1 : len(raw)-1]
	if bytes.IndexByte(inner, '\\') < 0 && utf8.Valid(inner) {
		return string(inner)
	}
	text, _ := jsontext.AppendUnquote(make([]byte, 0, len(inner)), raw)
	return string(text)
}

// number reads a JSON number as a whole one. Floats and exponents count when
// they are whole (12.0, 1e3); a fraction or more than 2^63 does not.
func number(raw []byte) (int64, bool) {
	if whole, zeros, found := bytes.Cut(raw, []byte(".")); found && len(bytes.Trim(zeros, "0")) == 0 {
		raw = whole // exact beyond 2^53, where a float is not
	}
	if n, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}
