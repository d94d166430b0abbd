package simulate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
)

// TestRulesThatAreNamedAreThere reads the package's own sources for the names
// of rules, which say and prose take on trust.
func TestRulesThatAreNamedAreThere(t *testing.T) {
	_, lex := settled(t, Config{})
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			arg, text := call.Args[0].(*ast.BasicLit)
			if !ok || !text || fun.Sel.Name != "say" && fun.Sel.Name != "prose" {
				return true
			}
			named++
			name, _ := strconv.Unquote(arg.Value)
			if _, ok := lex.names[name]; !ok {
				t.Errorf("%s: no rule %q", f.Name(), name)
			}
			return true
		})
	}
	for _, name := range []string{"ask", "foreign", "report", "notes", "copy"} { // named through variables
		if _, ok := lex.names[name]; !ok {
			t.Errorf("no rule %q", name)
		}
	}
	if named < 40 {
		t.Errorf("%d names of rules found", named)
	}
}

func TestGrammar(t *testing.T) {
	g, err := parseGrammar("# a comment\nname = Ada | Bo\nline:\n{{^pet}} of {{name}}, {{3-3}} years\\n{{x2}}{{A1}}\npet = cat\n")
	if err != nil {
		t.Fatal(err)
	}
	r := derive(1)
	text := string(g.expand(nil, &r, g.names["line"]))
	head, tail, _ := strings.Cut(text, ", 3 years\n")
	if head != "Cat of Ada" && head != "Cat of Bo" || len(tail) != 3 || strings.Trim(tail[:2], hexDigits) != "" || tail[2] < 'A' || tail[2] > 'Z' {
		t.Errorf("%q", text)
	}
	for _, bad := range []string{"text", "a = {{b}}", "a = {{5-1}}", "a = {{x", "a = {{1-z}}"} {
		if _, err := parseGrammar(bad); err == nil || !strings.HasPrefix(err.Error(), "grammar: ") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParseGrammar(f *testing.F) {
	f.Add(grammarText[:2000])
	f.Add("a = b | {{c}}\nc:\n{{1-9}}{{x4}}{{A2}}\n")
	f.Add("a = {{-}}{{^a}}")
	f.Fuzz(func(t *testing.T, text string) {
		g, err := parseGrammar(text)
		if err == nil && len(g.rules) < len(g.names) {
			t.Errorf("%d rules for %d names", len(g.rules), len(g.names))
		}
	})
}
