package ctl

import (
	"bytes"
	"strings"
	"testing"

	"seismo/internal/logging"
)

// JSON has no character that moves a terminal's cursor, and says the same.
func TestJSONMovesNoCursor(t *testing.T) {
	var b bytes.Buffer
	if err := (Deps{Out: &b}).object([]logging.Check{{Name: "x", Saw: "a\u009b31mred \u202e evil \x1b[2J \x7f é"}}); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.ContainsAny(text, "\u009b\u202e\x1b\x7f") || !strings.Contains(text, `a\u009b31mred \u202e evil \u001b[2J \u007f é`) {
		t.Errorf("%q", text)
	}
}
