package enrich

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Bounds of a price or map file. Ten thousand entries are about 1 MiB; neither
// format nests deeper than five levels. The parser takes time and memory that
// grow with the square of the depth, and more.
const (
	maxFile   = 4 << 20
	maxDepth  = 16  // open brackets, or dashes and question marks in one line
	maxIndent = 200 // columns
)

// yamlFile reads a YAML file node by node, so that every complaint names its
// line and numbers keep the digits they were written with. Anchors, aliases and
// tags are refused: neither format needs them.
type yamlFile struct{ name string }

// yamlField is one member of a mapping.
type yamlField struct {
	key   string
	value ast.Node
	node  ast.Node // the member itself, for its line
}

// root parses text; nil when the file holds nothing.
func (f yamlFile) root(text []byte) (ast.Node, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d MiB", f.name, maxFile>>20)
	}
	tokens := lexer.Tokenize(string(text))
	if line := tooDeep(tokens); line > 0 {
		return nil, fmt.Errorf("%s:%d: nested too deeply", f.name, line)
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, f.syntax(err)
	}
	var found ast.Node
	for _, doc := range file.Docs {
		if doc == nil || doc.Body == nil {
			continue
		}
		if _, comment := doc.Body.(*ast.CommentGroupNode); comment {
			continue
		}
		if found != nil {
			return nil, f.fault(doc.Body, "a second document; keep all in one")
		}
		found = doc.Body
	}
	return found, nil
}

// tooDeep is the first line that is nested beyond all need, 0 when there is none.
func tooDeep(tokens token.Tokens) int {
	brackets, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
			if t.Position.Column > maxIndent && brackets == 0 {
				return line
			}
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if brackets > maxDepth || dashes > maxDepth {
			return line
		}
	}
	return 0
}

func (f yamlFile) syntax(err error) error {
	var detail yaml.Error
	if errors.As(err, &detail) && detail.GetToken() != nil && detail.GetToken().Position != nil {
		return fmt.Errorf("%s:%d: not YAML: %s", f.name, detail.GetToken().Position.Line, detail.GetMessage())
	}
	return fmt.Errorf("%s: not YAML: %w", f.name, err)
}

// fault is a complaint with file and line.
func (f yamlFile) fault(n ast.Node, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", f.name, line(n), fmt.Sprintf(format, args...))
}

func line(n ast.Node) int {
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

// fields lists the members of a mapping in order; a name said twice is an error.
func (f yamlFile) fields(n ast.Node) ([]yamlField, error) {
	var members []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		members = m.Values
	case *ast.MappingValueNode:
		members = []*ast.MappingValueNode{m}
	default:
		return nil, f.fault(n, "expected names and values here")
	}
	seen := make(map[string]bool, len(members))
	fields := make([]yamlField, 0, len(members))
	for _, m := range members {
		key, err := f.text(m.Key)
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, f.fault(m.Key, "%q stands here twice", key)
		}
		seen[key] = true
		fields = append(fields, yamlField{key: key, value: m.Value, node: m.Key})
	}
	return fields, nil
}

// items lists the elements of a sequence.
func (f yamlFile) items(n ast.Node) ([]ast.Node, error) {
	switch s := n.(type) {
	case *ast.SequenceNode:
		return s.Values, nil
	case *ast.NullNode, nil:
		return nil, nil
	}
	return nil, f.fault(n, "expected a list here")
}

// text reads a scalar as it was written.
func (f yamlFile) text(n ast.Node) (string, error) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, nil
	case *ast.LiteralNode:
		return s.Value.Value, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, nil
	}
	return "", f.fault(n, "expected one word or text here")
}

// number reads a scalar that must be a number, with its digits.
func (f yamlFile) number(n ast.Node) (string, error) {
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return n.GetToken().Value, nil
	}
	return "", f.fault(n, "expected a number here")
}

// texts reads a list of scalars.
func (f yamlFile) texts(n ast.Node) ([]string, error) {
	items, err := f.items(n)
	if err != nil {
		return nil, err
	}
	out := make([]string, 0, len(items))
	for _, item := range items {
		s, err := f.text(item)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}
