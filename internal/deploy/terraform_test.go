package deploy

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"seismo/content"
)

// What the provider of AWS takes is held against its schemas by test/terraform, which
// downloads them. Here, without a download: that the module is written well, names only
// variables, resources and outputs that there are, and hands each template the
// parameters that it has.
func TestTerraformModule(t *testing.T) {
	blocks := map[string]*hclsyntax.Body{}
	var order []string
	files, err := fs.Glob(content.FS, "terraform/*.tf")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var traversals []hcl.Traversal
	for _, name := range files {
		text, err := fs.ReadFile(content.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		file, diags := hclsyntax.ParseConfig(text, path.Base(name), hcl.InitialPos)
		if diags.HasErrors() {
			t.Fatal(diags)
		}
		body := file.Body.(*hclsyntax.Body)
		for _, b := range body.Blocks {
			key := strings.Join(append([]string{b.Type}, b.Labels...), ".")
			if blocks[key] != nil {
				t.Errorf("%s stands twice", key)
			}
			blocks[key] = b.Body
			order = append(order, key)
		}
		_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
			if e, ok := n.(*hclsyntax.ScopeTraversalExpr); ok {
				traversals = append(traversals, e.Traversal)
			}
			return nil
		})
	}
	outputs := outputsOf(t, Infrastructure)
	for _, tr := range traversals {
		if name := place(tr); name != "" && !slices.Contains(outputs, name) {
			t.Errorf("%s names %s, which is no output of %v", tr.SourceRange(), name, outputs)
		}
		if to := target(tr); to != "" && blocks[to] == nil && !isLocal(blocks, tr) {
			t.Errorf("%s names %s, which there is not", tr.SourceRange(), to)
		}
	}
	for _, kind := range []string{Infrastructure, Trail, Alarms, Queries} {
		stack := blocks["resource.aws_cloudformation_stack."+kind]
		if stack == nil {
			t.Errorf("no stack of %s among %v", kind, order)
			continue
		}
		checkHandedOver(t, kind, stack)
	}
}

func target(tr hcl.Traversal) string {
	root := tr.RootName()
	next := func(i int) string {
		if i < len(tr) {
			if a, ok := tr[i].(hcl.TraverseAttr); ok {
				return a.Name
			}
		}
		return ""
	}
	switch {
	case root == "var":
		return "variable." + next(1)
	case root == "local":
		return "local." + next(1)
	case root == "data":
		return "data." + next(1) + "." + next(2)
	case strings.HasPrefix(root, "aws_"):
		return "resource." + root + "." + next(1)
	}
	return ""
}

// place is KEY in local.places["KEY"], the outputs of the infrastructure.
func place(tr hcl.Traversal) string {
	if target(tr) != "local.places" || len(tr) < 3 {
		return ""
	}
	index, ok := tr[2].(hcl.TraverseIndex)
	if !ok {
		return "something that is not named"
	}
	return index.Key.AsString()
}

func outputsOf(t *testing.T, kind string) (names []string) {
	t.Helper()
	text, err := Text(kind)
	if err != nil {
		t.Fatal(err)
	}
	_, text, ok := strings.Cut(text, "\nOutputs:\n")
	for _, m := range regexp.MustCompile(`(?m)^  (\w+):`).FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	if !ok || len(names) == 0 {
		t.Fatal(kind, "has no outputs")
	}
	return names
}

func isLocal(blocks map[string]*hclsyntax.Body, tr hcl.Traversal) bool {
	locals := blocks["locals"]
	return tr.RootName() == "local" && locals != nil && locals.Attributes[strings.TrimPrefix(target(tr), "local.")] != nil
}

// checkHandedOver holds the keys of the objects that a stack's parameters are
// merged from against the template's parameters.
func checkHandedOver(t *testing.T, kind string, stack *hclsyntax.Body) {
	t.Helper()
	tpl, err := load(kind)
	if err != nil {
		t.Fatal(err)
	}
	has := []string{"Environment", "NamePrefix"}
	_ = hclsyntax.VisitAll(stack.Attributes["parameters"].Expr.(hclsyntax.Node), func(n hclsyntax.Node) hcl.Diagnostics {
		if o, ok := n.(*hclsyntax.ObjectConsExpr); ok {
			for _, item := range o.Items {
				has = append(has, hcl.ExprAsKeyword(item.KeyExpr))
			}
		}
		return nil
	})
	for _, name := range has {
		if tpl.parameters[name] == nil {
			t.Errorf("%s has no parameter %q", kind, name)
		}
	}
	for name, p := range tpl.parameters {
		if _, ok := p["Default"]; !ok && !slices.Contains(has, name) {
			t.Errorf("%s is not given its parameter %s", kind, name)
		}
	}
}
