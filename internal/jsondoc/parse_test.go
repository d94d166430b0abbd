package jsondoc_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/jsondoc"
)

// reference is what the library says of a text, by seismo's rules for JSON.
func reference(src []byte) bool {
	dec := jsontext.NewDecoder(bytes.NewReader(src),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err := dec.SkipValue(); err != nil {
		return false
	}
	_, err := dec.ReadToken()
	return errors.Is(err, io.EOF)
}

var texts = []string{
	`{}`, `[]`, `{"a":1}`, ` { "a" : [ 1 , 2.5e-3 , -0 , true , false , null , "x" ] } `,
	`{"a":{"a":{"a":[[],[[]],{}]}},"a":2}`, `"\u00e9\ud83d\ude00\ud800\n\/"`, "\"\xff\xfe\"", `12`, `-1.0E+10`, `0`,
	"{\"a\r\n\":1}", `{"a" 1}`, `{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{1:2}`, `01`, `+1`, `1.`, `.5`, `1e`, `-`, `--1`, `NaN`,
	`tru`, `truex`, `nul`, `"abc`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"\x01\"", "\"\n\"", `{"a":1}x`, `{} {}`, ``, ` `, `}`, `]`, `[}`, `{]`,
	`{"a":[1,2}`, "\x1f\x8b", "\xef\xbb\xbf{}", `[1 2]`, `{"a":1 "b":2}`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `[`, `[1`, `[1,`,
	`"plain text that is longer than eight bytes"`, `"12345678"`, `"1234567\""`, "\"1234567\x1f\"", `"日本語のテキスト"`,
}

func TestParseAgreesWithTheLibrary(t *testing.T) {
	for _, text := range texts {
		_, err := jsondoc.Parse([]byte(text))
		if want := reference([]byte(text)); (err == nil) != want {
			t.Errorf("Parse(%q): %v, the library accepts it: %v", text, err, want)
		}
	}
}

func TestPrefixSaysWhetherMoreMayHelp(t *testing.T) {
	var p jsondoc.Parser
	for _, text := range texts {
		if !reference([]byte(text)) {
			continue
		}
		whole := strings.TrimLeft(text, " ")
		for cut := range len(strings.TrimRight(whole, " ")) {
			n, err := p.Prefix([]byte(whole[:cut]), false)
			if !errors.Is(err, jsondoc.ErrIncomplete) {
				t.Errorf("Prefix(%q) = %d, %v; want ErrIncomplete", whole[:cut], n, err)
			}
		}
	}
}
