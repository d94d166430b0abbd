package event

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestCode is the most bytes of a code.
const longestCode = 128

// Code is a short word of a log as it may be shown in a list: at most 128 bytes,
// without control characters. Codes stand in the clear, while what is longer may
// be what somebody said.
func Code(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s[:min(len(s), 4*longestCode)])
	if len(s) <= longestCode {
		return s
	}
	end := longestCode
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}
