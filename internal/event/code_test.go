package event

import (
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "ThrottlingException": "ThrottlingException", "200": "200", "a\x00b\n\u0085c": "abc",
		strings.Repeat("x", 128): strings.Repeat("x", 128), strings.Repeat("x", 1<<20): strings.Repeat("x", 128),
		strings.Repeat("x", 127) + "é": strings.Repeat("x", 127), strings.Repeat("\x01", 300) + "x": "x",
	} {
		if got := Code(s); got != want {
			t.Errorf("Code(%.20q…) = %q, want %q", s, got, want)
		}
	}
}
