// Package house holds the house's rules as tests: which room may know which, how
// large a piece may grow, and that what is generated is fresh.
package house

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seismo/internal/event"
)

// floors lists the rooms from the bottom up; a room may know the rooms below it
// and those beside it that its entry names.
var floors = [][]string{
	{"content", "docs", "internal/event", "internal/jsondoc", "internal/config", "internal/crowd", "internal/terminal"},
	{"internal/source"},
	{"internal/account", "internal/source/dir", "internal/source/paged"},
	{
		"internal/source/s3", "internal/source/sqs", "internal/source/cwlogs",
		"internal/source/firehose", "internal/source/cloudtrail", "internal/source/cloudtrail/digest",
	},
	{"internal/query", "internal/decode", "internal/enrich", "internal/enrich/mmdb", "internal/seal", "internal/state"},
	{"internal/normalize/arn", "internal/normalize/model"},
	{"internal/normalize/bedrock", "internal/normalize/cloudtrail", "internal/normalize/finding", "internal/store"},
	{"internal/normalize", "internal/store/duckdb", "internal/store/memory", "internal/store/storetest"},
	{"internal/metrics", "internal/inventory", "internal/doctor", "internal/mail", "internal/bill"},
	{"internal/coverage", "internal/logging"},
	{"internal/deploy", "internal/publish"},
	{"internal/ctl"},
	{"internal/web", "internal/simulate", "internal/report"},
	{"internal/pipeline"},
	{"internal/app"},
	{"internal/cli"},
	{"cmd/seismo", "cmd/seismo-aws", "release/pack"},
}

// beside are the arrows between rooms of one floor.
var beside = map[string][]string{
	"internal/source/sqs":        {"internal/source/s3"},
	"internal/source/cloudtrail": {"internal/source/s3"},
	"internal/enrich":            {"internal/enrich/mmdb"},
	"internal/state":             {"internal/seal"},
	"internal/normalize/model":   {"internal/normalize/arn"},
}

type room struct {
	path  string
	files map[string]*ast.File
}

func rooms(t *testing.T, set *token.FileSet) []room {
	t.Helper()
	found := map[string]*room{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == ".git" || d.Name() == ".cache" || d.Name() == "test") {
			return cond(err, fs.SkipDir)
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), "../"))
		if found[dir] == nil {
			found[dir] = &room{dir, map[string]*ast.File{}}
		}
		found[dir].files[path] = file
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []room
	for _, r := range found {
		list = append(list, *r)
	}
	return list
}

func cond(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

func floorOf(path string) int {
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, path) })
}

func TestArrowsPointDown(t *testing.T) {
	for _, r := range rooms(t, token.NewFileSet()) {
		from := floorOf(r.path)
		if from < 0 {
			t.Errorf("room %s stands on no floor: add it to floors", r.path)
			continue
		}
		for name, file := range r.files {
			for _, spec := range file.Imports {
				to, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), "seismo/")
				if !ours || floorOf(to) < from && floorOf(to) >= 0 || slices.Contains(beside[r.path], to) {
					continue
				}
				t.Errorf("%s: %s may not know %s", name, r.path, to)
			}
		}
	}
}

func TestOnlyDuckDBSeesDuckDB(t *testing.T) {
	for _, r := range rooms(t, token.NewFileSet()) {
		for name, file := range r.files {
			for _, spec := range file.Imports {
				path := strings.Trim(spec.Path.Value, `"`)
				if (path == "C" || strings.Contains(path, "duckdb-go")) && r.path != "internal/store/duckdb" {
					t.Errorf("%s imports %s", name, path)
				}
			}
		}
	}
}

func TestEveryRoomSaysWhatItIsFor(t *testing.T) {
	for _, r := range rooms(t, token.NewFileSet()) {
		var text string
		for _, file := range r.files {
			if file.Doc != nil {
				text += file.Doc.Text()
			}
		}
		if r.path != "cmd/seismo" && !strings.Contains(text, "never") && !strings.Contains(text, "only") {
			t.Errorf("%s: the package comment says what it is for and what it never does", r.path)
		}
	}
}

func TestSizes(t *testing.T) {
	set := token.NewFileSet()
	var lengths []int
	for _, r := range rooms(t, set) {
		for name, file := range r.files {
			lines := set.File(file.Pos()).LineCount()
			if lines > 500 && filepath.Base(name) != "fields.go" {
				t.Errorf("%s has %d lines; 500 is the most", name, lines)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncDecl:
					if n.Body != nil {
						lengths = append(lengths, set.Position(n.End()).Line-set.Position(n.Pos()).Line+1)
					}
					if n.Name.Name == "init" && n.Recv == nil {
						t.Errorf("%s has an init function", name)
					}
				case *ast.InterfaceType:
					if len(n.Methods.List) > 4 {
						t.Errorf("%s: an interface with %d methods; 4 is the most", name, len(n.Methods.List))
					}
				}
				return true
			})
		}
	}
	slices.Sort(lengths)
	if p90 := lengths[len(lengths)*9/10]; p90 > 40 {
		t.Errorf("nine of ten functions have at most %d lines; 40 is the most", p90)
	}
}

func TestEveryFieldHasMeaningExampleAndPlace(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range event.Fields() {
		if f.Meaning == "" || f.Example == "" || f.Sensitivity == "" || f.Type == "" || seen[f.Name] {
			t.Errorf("field %s lacks something, or stands twice", f.Name)
		}
		seen[f.Name] = true
	}
}

func TestGeneratedPagesAreFresh(t *testing.T) {
	onDisk, err := os.ReadFile("../docs/reference/fields.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(onDisk, []byte(event.Reference())) {
		t.Error("docs/reference/fields.md is stale: make gen")
	}
}
