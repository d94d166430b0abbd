package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/terminal"
)

// hostile are characters that move a terminal's cursor, begin its commands or
// turn the direction of writing, and bytes that are no UTF-8.
const hostile = "a\x1b[2Jb\x07c\x7fd\u009b31me\u202ef\u2066g\u061ch\u2028i\xffj\x00k"

func TestPlainText(t *testing.T) {
	const want = "a�[2Jb�c�d�31me�f�g�h�i�j�k l"
	if got := plain(hostile + "\nl"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestPlainJSONKeepsTheValue(t *testing.T) {
	in := "{\n\t\"a\": \"x\u009b31m\u202ey\x7f\u2028 \\u001b[2J ü\"\r\n}"
	got := plainJSON([]byte(in))
	for _, r := range string(got) {
		if terminal.Moves(r) && r != '\n' && r != '\t' && r != '\r' {
			t.Errorf("%q is left in %q", r, got)
		}
	}
	var before, after map[string]string
	if err := json.Unmarshal([]byte(in), &before); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &after); err != nil {
		t.Fatal(err)
	}
	if before["a"] != after["a"] {
		t.Errorf("the value was %q and is %q", before["a"], after["a"])
	}
}

func TestCSVCells(t *testing.T) {
	for cell, want := range map[string]string{
		"": "", "plain": "plain", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1", "|calc": "'|calc",
	} {
		if got := csvCell(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
	if got := csvCell([]string{"=a", "b"}); got != "'=a; b" {
		t.Errorf("a list: %q", got)
	}
	if got := csvCell(-1.5); got != "-1.5" {
		t.Errorf("a number: %q", got)
	}
	at := time.Date(2026, 3, 1, 8, 0, 0, 5, time.UTC)
	if got := csvCell(at); got != "2026-03-01T08:00:00.000000005Z" {
		t.Errorf("a time: %q", got)
	}
}

// What a file, a service or somebody's object says in an error, or in what is to be
// done about it, cannot move the cursor.
func TestErrorsArePlain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seismo.yaml")
	for _, text := range []string{"telemetry_listen: \"${\\e[2Jx}\"\n", "sources:\n  - name: \"${\\e[2Jx}\"\n", "\"\\e[2Jx\": 1\n", "sources:\n  - queue_url: \"\\e[2Jx\"\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out, errs strings.Builder
		if code := Main([]string{"serve", "-c", file, "--db", filepath.Join(filepath.Dir(file), "a.duckdb")}, strings.NewReader(""), &out, &errs); code == exitOK {
			t.Errorf("%q is taken", text)
		}
		if at := strings.IndexFunc(out.String()+errs.String(), func(r rune) bool { return terminal.Moves(r) && r != '\n' }); at >= 0 {
			t.Errorf("%q: %q", text, errs.String())
		}
	}
}
