package account_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seismo/internal/account"
)

func TestPartitionOfARegion(t *testing.T) {
	for region, want := range map[string][2]string{
		"us-east-1":      {"aws", "amazonaws.com"},
		"cn-northwest-1": {"aws-cn", "amazonaws.com.cn"},
		"us-gov-east-1":  {"aws-us-gov", "amazonaws.com"},
		"eusc-de-east-1": {"aws-eusc", "amazonaws.eu"},
		"us-isob-east-1": {"aws-iso-b", "sc2s.sgov.gov"},
		"cn-south-9":     {"aws-cn", "amazonaws.com.cn"}, // not there yet: by its beginning
		"xx-north-1":     {"aws", "amazonaws.com"},
		"":               {"aws", "amazonaws.com"},
	} {
		if p := account.PartitionOf(region); p.ID != want[0] || p.Suffix != want[1] {
			t.Errorf("PartitionOf(%q) = %v, want %v", region, p, want)
		}
	}
}

func TestARNsAreTakenApartAndPutTogether(t *testing.T) {
	text := "arn:aws-cn:logs:cn-north-1:111122223333:log-group:bedrock:*"
	a, ok := account.ParseARN(text)
	want := account.ARN{Partition: "aws-cn", Service: "logs", Region: "cn-north-1", Account: "111122223333", Resource: "log-group:bedrock:*"}
	if !ok || a != want || a.String() != text {
		t.Errorf("got %+v, %v, %s", a, ok, a)
	}
	if got := account.PartitionOf("us-gov-west-1").ARN("s3", "", "", "logs/key"); got != "arn:aws-us-gov:s3:::logs/key" {
		t.Error(got)
	}
	for _, bad := range []string{"", "arn", "arn:aws:s3:::", "arn::s3:::b", "x:aws:s3:::b", "logs"} {
		if _, ok := account.ParseARN(bad); ok {
			t.Errorf("%q was taken for an ARN", bad)
		}
	}
}

// Failure case 24: a partition written into the code. Shipped code and content
// say it nowhere but in the table; comments, examples of fields, help texts and
// the invented company of the simulator may show what an ARN looks like.
func TestCase24NoPartitionIsWrittenIntoTheCode(t *testing.T) {
	const root, literal = "../..", "arn:" + "aws:"
	shown := func(path string) bool {
		for _, dir := range []string{"internal/simulate/", "internal/store/storetest/", "test/"} {
			if strings.HasPrefix(path, dir) {
				return true
			}
		}
		return false
	}
	looked := 0
	walk := func(dir, ext string, look func(path string)) {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ext) || strings.HasSuffix(path, "_test.go") {
				return err
			}
			rel, _ := filepath.Rel(root, path)
			if !shown(filepath.ToSlash(rel)) {
				looked++
				look(path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"internal", "cmd", "content"} {
		walk(dir, ".go", func(path string) {
			for _, where := range literals(t, path, literal) {
				t.Errorf("%s holds %s: use the table of partitions", where, literal)
			}
		})
	}
	walk("content", "", func(path string) {
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasSuffix(path, ".go") && strings.Contains(string(text), literal) {
			t.Errorf("%s holds %s, %v", path, literal, err)
		}
	})
	if looked < 100 {
		t.Errorf("only %d files were looked at", looked)
	}
}

// literals finds string literals of a file that hold a text. Tags of structs and
// values of Example fields are not looked at.
func literals(t *testing.T, path, text string) []string {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			n.Tag = nil
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && (key.Name == "Example" || key.Name == "Long") {
				return false
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.Contains(n.Value, text) {
				found = append(found, set.Position(n.Pos()).String())
			}
		}
		return true
	})
	return found
}
