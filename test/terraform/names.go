package terraform

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// names gives everything that expressions may refer to its type; values are unknown,
// as they are before a plan. The locals are not among them yet.
func (m *Module) names(served Served) *hcl.EvalContext {
	variables, data := map[string]cty.Value{}, map[string]map[string]cty.Value{}
	resources := map[string]map[string]cty.Value{}
	for _, b := range m.blocks {
		switch b.Type {
		case "variable":
			variables[b.Labels[0]] = cty.UnknownVal(typeOf(b.Body.Attributes["type"]))
		case "data":
			put(data, b, served.Data[b.Labels[0]])
		case "resource":
			put(resources, b, served.Resources[b.Labels[0]])
		}
	}
	roots := map[string]cty.Value{
		"var":  cty.ObjectVal(variables),
		"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(m.folder)}),
	}
	sources := map[string]cty.Value{}
	for name, of := range data {
		sources[name] = cty.ObjectVal(of)
	}
	roots["data"] = cty.ObjectVal(sources)
	for name, of := range resources {
		roots[name] = cty.ObjectVal(of)
	}
	return &hcl.EvalContext{Variables: roots, Functions: functions(m.files)}
}

func put(into map[string]map[string]cty.Value, b *hclsyntax.Block, s Schema) {
	is := s.Block.object()
	if b.Body.Attributes["count"] != nil {
		is = cty.List(is)
	}
	if b.Body.Attributes["for_each"] != nil {
		is = cty.Map(is)
	}
	if into[b.Labels[0]] == nil {
		into[b.Labels[0]] = map[string]cty.Value{}
	}
	into[b.Labels[0]][b.Labels[1]] = cty.UnknownVal(is)
}

// locals adds the locals. Those that refer to others are tried again when these are
// known; in the last round all errors count.
func (m *Module) locals(scope *hcl.EvalContext) (diags hcl.Diagnostics) {
	known, missing := map[string]cty.Value{}, map[string]hcl.Expression{}
	for _, b := range m.blocks {
		if b.Type == "locals" {
			for name, a := range b.Body.Attributes {
				missing[name] = a.Expr
			}
		}
	}
	for before := -1; len(missing) > 0 && len(missing) != before; {
		before, diags = len(missing), nil
		scope.Variables["local"] = cty.ObjectVal(known)
		for name, e := range missing {
			v, d := e.Value(scope)
			if diags = append(diags, d...); !d.HasErrors() {
				known[name] = v
				delete(missing, name)
			}
		}
	}
	scope.Variables["local"] = cty.ObjectVal(known)
	if len(missing) == 0 {
		return nil
	}
	return diags
}

func typeOf(a *hclsyntax.Attribute) cty.Type {
	if a == nil {
		return cty.DynamicPseudoType
	}
	switch hcl.ExprAsKeyword(a.Expr) {
	case "string":
		return cty.String
	case "bool":
		return cty.Bool
	case "number":
		return cty.Number
	}
	if c, d := hcl.ExprCall(a.Expr); !d.HasErrors() && c.Name == "map" && hcl.ExprAsKeyword(c.Arguments[0]) == "string" {
		return cty.Map(cty.String)
	}
	return cty.DynamicPseudoType
}

// object is what the block is to those who refer to it.
func (b Block) object() cty.Type {
	of := map[string]cty.Type{}
	for name, a := range b.Attributes {
		of[name] = a.Type
	}
	for name, n := range b.Blocks {
		switch of[name] = n.Block.object(); n.Mode {
		case "list":
			of[name] = cty.List(of[name])
		case "set":
			of[name] = cty.Set(of[name])
		}
	}
	return cty.Object(of)
}

// spec is what may and must be written in the block.
func (b Block) spec() hcldec.ObjectSpec {
	spec := hcldec.ObjectSpec{}
	for name, a := range b.Attributes {
		if a.Required || a.Optional {
			spec[name] = &hcldec.AttrSpec{Name: name, Type: a.Type, Required: a.Required}
		}
	}
	for name, n := range b.Blocks {
		switch n.Mode {
		case "list":
			spec[name] = &hcldec.BlockListSpec{TypeName: name, Nested: n.Block.spec()}
		case "set":
			spec[name] = &hcldec.BlockSetSpec{TypeName: name, Nested: n.Block.spec()}
		default:
			spec[name] = &hcldec.BlockSpec{TypeName: name, Nested: n.Block.spec()}
		}
	}
	return spec
}
