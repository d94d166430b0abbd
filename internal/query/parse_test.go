package query

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the goldens anew")

// now is the moment that the goldens count relative times from.
var now = time.Date(2026, 3, 8, 12, 30, 0, 0, time.UTC)

// A page of testdata has files whose names are the queries' titles. Their text
// is the query, then "->" and the tree or the error.
func TestParseGoldens(t *testing.T) {
	for _, page := range []string{"testdata/parse.txtar", "testdata/errors.txtar"} {
		archive, err := txtar.ParseFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range archive.Files {
			text, want, _ := strings.Cut(string(f.Data), "\n->\n")
			n, err := ParseAt(text, now)
			got := draw(n, "") + "\n"
			if err != nil {
				got = err.Error() + "\n"
			}
			if *update {
				archive.Files[i].Data = []byte(text + "\n->\n" + got)
				continue
			}
			t.Run(f.Name, func(t *testing.T) {
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", text, diff)
				}
				if wantsError := strings.HasSuffix(page, "errors.txtar"); wantsError != (err != nil) {
					t.Errorf("%s: error is %v", text, err)
				}
				if err == nil {
					roundTrip(t, n)
				}
			})
		}
		if *update {
			if err := os.WriteFile(page, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// draw writes a tree as an indented outline.
func draw(n Node, indent string) string {
	list := func(title string, nodes []Node) string {
		text := indent + title
		for _, n := range nodes {
			text += "\n" + draw(n, indent+"  ")
		}
		return text
	}
	switch n := n.(type) {
	case And:
		return list("all", n)
	case Or:
		return list("any", n)
	case Not:
		return list("not", []Node{n.Node})
	case Has:
		return indent + "has " + n.Field
	case Words:
		text := fmt.Sprintf("%swords %q", indent, n.Words)
		if n.Prefix {
			text += " and on"
		}
		return text
	case Compare:
		switch v := n.Value.(type) {
		case string:
			return fmt.Sprintf("%s%s %s %q", indent, n.Field, n.Op, v)
		case time.Time:
			return fmt.Sprintf("%s%s %s %s", indent, n.Field, n.Op, v.Format(time.RFC3339Nano))
		}
		return fmt.Sprintf("%s%s %s %T %v", indent, n.Field, n.Op, n.Value, n.Value)
	}
	return indent + "nothing"
}

func roundTrip(t testing.TB, n Node) {
	t.Helper()
	again, err := ParseAt(Format(n), now)
	if err != nil {
		t.Fatalf("Format gave %q, which does not parse: %v", Format(n), err)
	}
	if diff := cmp.Diff(n, again); diff != "" {
		t.Errorf("Format gave %q, which is another tree (-want +got):\n%s", Format(n), diff)
	}
	if err := Check(n); err != nil {
		t.Errorf("Check refuses what Parse made: %v", err)
	}
}

func TestLimits(t *testing.T) {
	for name, text := range map[string]string{
		"too long":  strings.Repeat("a", MaxText+1),
		"too deep":  strings.Repeat("(", MaxDepth+1) + "a" + strings.Repeat(")", MaxDepth+1),
		"too many":  strings.Repeat("a ", MaxNodes+1),
		"many nots": strings.Repeat("-", 60_000) + "a",
		"not UTF-8": "a\xff",
	} {
		var syntax *SyntaxError
		if _, err := Parse(text); !errors.As(err, &syntax) {
			t.Errorf("%s: %v is no SyntaxError", name, err)
		}
	}
	for name, text := range map[string]string{
		"long": `"` + strings.Repeat("a", MaxText-2) + `"`,
		"deep": strings.Repeat("(", MaxDepth-1) + "a" + strings.Repeat(")", MaxDepth-1),
		"many": strings.Repeat("a ", MaxNodes-1),
	} {
		if _, err := Parse(text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorPosition(t *testing.T) {
	_, err := Parse(`"æøå" modle:x`)
	var syntax *SyntaxError
	if !errors.As(err, &syntax) || syntax.Pos != 7 {
		t.Errorf("the position counts characters from 1: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, page := range []string{"testdata/parse.txtar", "testdata/errors.txtar"} {
		archive, err := txtar.ParseFile(page)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			text, _, _ := strings.Cut(string(file.Data), "\n->\n")
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := ParseAt(text, now)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Pos < 1 || syntax.Pos > len(text)+1 {
				t.Fatalf("%v is no SyntaxError in the text", err)
			}
			return
		}
		if len(Format(n)) <= MaxText {
			roundTrip(t, n)
		}
	})
}
