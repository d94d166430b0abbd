package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Fault is one thing that is wrong in a file. It never holds a value, since
// values can be secrets.
type Fault struct {
	File   string
	Line   int    // from 1; 0 is the file as a whole
	Key    string // path of the key: sources[0].queue_url
	What   string
	Remedy string
}

func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.What)
	return b.String()
}

// Hint is the remedy.
func (f *Fault) Hint() string { return f.Remedy }

// Part is a piece of a file, to be decoded once it is known what it is. The zero
// Part is an empty mapping.
type Part struct {
	file string
	path string
	node ast.Node
	env  func(string) (string, bool)
}

// Given tells a part that the file has, even an empty one, from one that it has not.
func (p Part) Given() bool { return p.node != nil }

// longest is the most bytes of a configuration file.
const longest = 4 << 20

// Read reads a file. env looks up variables; nil is the process's environment.
func Read(path string, env func(string) (string, bool)) (Part, error) {
	file, err := os.Open(path)
	if err != nil {
		return Part{}, fmt.Errorf("read the configuration: %w", err)
	}
	defer file.Close()                                       // it was only read
	text, err := io.ReadAll(io.LimitReader(file, longest+1)) // a device does not tell its length
	if err != nil {
		return Part{}, fmt.Errorf("read the configuration: %w", err)
	}
	if len(text) > longest {
		return Part{}, &Fault{File: path, What: "longer than 4 MiB", Remedy: "this is hardly a configuration file"}
	}
	return Parse(path, text, env)
}

// Parse reads the text of a file; file is its name in errors.
func Parse(file string, text []byte, env func(string) (string, bool)) (Part, error) {
	if env == nil {
		env = os.LookupEnv
	}
	p := Part{file: file, env: env}
	tree, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return p, p.syntax(err)
	}
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		if p.node != nil {
			return p, &Fault{File: file, Line: line(doc.Body), What: "a second document", Remedy: "keep one; remove the line ---"}
		}
		p.node = doc.Body
	}
	return p, nil
}

func (p Part) syntax(err error) error {
	f := &Fault{File: p.file, What: "not YAML", Remedy: "look at the indentation and the quotes around this line"}
	var known yaml.Error
	if errors.As(err, &known) {
		if t := known.GetToken(); t != nil && t.Position != nil {
			f.Line = t.Position.Line
		}
	}
	return f
}

// Fault makes an error at a key of the part; "" is the part itself.
func (p Part) Fault(key, what, remedy string) *Fault {
	f := &Fault{File: p.file, Line: line(p.node), Key: p.path, What: what, Remedy: remedy}
	if key == "" {
		return f
	}
	f.Key = join(p.path, key)
	for _, e := range p.entries() {
		if e.key == key || strings.HasPrefix(key, e.key+".") {
			f.Line = line(e.node)
		}
	}
	return f
}

// Path is where the part stands: sources[0].
func (p Part) Path() string { return p.path }

// Keys lists the keys of a mapping, in their order.
func (p Part) Keys() []string {
	var keys []string
	for _, e := range p.entries() {
		keys = append(keys, e.key)
	}
	return keys
}

type entry struct {
	key  string
	at   ast.Node // the key
	node ast.Node // the value
}

func (p Part) entries() []entry {
	var list []entry
	switch n := bare(p.node).(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			list = append(list, entry{keyOf(v), v.Key, v.Value})
		}
	case *ast.MappingValueNode:
		list = append(list, entry{keyOf(n), n.Key, n.Value})
	}
	return list
}

func keyOf(v *ast.MappingValueNode) string {
	if t := v.Key.GetToken(); t != nil {
		return t.Value
	}
	return v.Key.String()
}

// bare is the node without tag, anchor and the like.
func bare(n ast.Node) ast.Node {
	for {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.TagNode:
			n = v.Value
		default:
			return n
		}
	}
}

func line(n ast.Node) int {
	if n == nil {
		return 0
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0].Key
	}
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
