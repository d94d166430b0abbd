package terraform

import (
	"fmt"
	"io/fs"
	"path"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/tryfunc"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Validate holds what the module says against the schemas: every type, argument and
// required argument, the types of all values, and that what is referred to is there.
// It knows the functions that the module uses, not all of Terraform's, and nothing of
// the rules that the provider has beside its schemas.
func (m *Module) Validate(s *Schemas) hcl.Diagnostics {
	served := s.Providers[Provider]
	all := m.names(served)
	diags := m.locals(all)
	for _, b := range m.blocks {
		scope := all.NewChild()
		scope.Variables = map[string]cty.Value{}
		schema, known := served.Resources[label(b)]
		switch b.Type {
		case "resource":
		case "data":
			schema, known = served.Data[label(b)]
		case "variable":
			for _, inner := range b.Body.Blocks {
				diags = append(diags, evaluate(inner.Body, scope)...)
			}
			continue
		case "output":
			diags = append(diags, evaluate(b.Body, scope)...)
			continue
		default:
			continue
		}
		if !known {
			diags = append(diags, refusal(b.TypeRange, fmt.Sprintf("the provider has no %s %s", b.Type, label(b))))
			continue
		}
		meta, body := apart(b.Body)
		if e := meta["for_each"]; e != nil {
			v, d := e.Expr.Value(all)
			diags = append(diags, d...)
			scope.Variables["each"] = cty.ObjectVal(map[string]cty.Value{"key": cty.UnknownVal(cty.String), "value": cty.UnknownVal(elementOf(v))})
		}
		if e := meta["count"]; e != nil {
			_, d := e.Expr.Value(all)
			diags = append(diags, d...)
			scope.Variables["count"] = cty.ObjectVal(map[string]cty.Value{"index": cty.UnknownVal(cty.Number)})
		}
		_, d := hcldec.Decode(body, schema.Block.spec(), scope)
		diags = append(diags, d...)
	}
	return diags
}

func label(b *hclsyntax.Block) string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0]
}

func refusal(at hcl.Range, text string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: text, Subject: &at}
}

func evaluate(body *hclsyntax.Body, scope *hcl.EvalContext) (diags hcl.Diagnostics) {
	for _, a := range body.Attributes {
		_, d := a.Expr.Value(scope)
		diags = append(diags, d...)
	}
	return diags
}

func elementOf(v cty.Value) cty.Type {
	if v.Type().IsCollectionType() {
		return v.Type().ElementType()
	}
	return cty.DynamicPseudoType
}

// apart divides the arguments that Terraform takes for every resource from its own.
func apart(b *hclsyntax.Body) (meta hclsyntax.Attributes, own *hclsyntax.Body) {
	meta = hclsyntax.Attributes{}
	copied := *b
	own = &copied
	own.Attributes = hclsyntax.Attributes{}
	for name, a := range b.Attributes {
		switch name {
		case "count", "for_each", "depends_on", "provider":
			meta[name] = a
		default:
			own.Attributes[name] = a
		}
	}
	return meta, own
}

// functions are those that the module calls; file reads what is there, so that a
// name without a file is found.
func functions(files fs.FS) map[string]function.Function {
	return map[string]function.Function{
		"can": tryfunc.CanFunc, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc,
		"nonsensitive": function.New(&function.Spec{ // nothing has marks here
			Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
			Type:   func(args []cty.Value) (cty.Type, error) { return args[0].Type(), nil },
			Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
		}),
		"regex": stdlib.RegexFunc, "replace": stdlib.ReplaceFunc,
		"toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"file": function.New(&function.Spec{
			Params: []function.Parameter{{Name: "path", Type: cty.String}},
			Type:   function.StaticReturnType(cty.String),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				text, err := fs.ReadFile(files, path.Clean(args[0].AsString()))
				return cty.StringVal(string(text)), err
			},
		}),
	}
}
