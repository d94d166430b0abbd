package jsondoc

import (
	"bytes"
	"iter"
	"strconv"
)

func (v Value) node() *node {
	if v.doc == nil {
		return &node{}
	}
	return &v.doc.nodes[v.at]
}

// Kind is Missing for what is not there.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return Missing
	}
	return kindAt(v.doc.src, v.node().start)
}

// Exists reports whether the value is there and not null.
func (v Value) Exists() bool { return v.Kind() > Null }

// Raw is the value's own text, without white space around it; nil when missing.
func (v Value) Raw() []byte {
	if v.doc == nil {
		return nil
	}
	n := v.node()
	return v.doc.src[n.start:n.end:n.end]
}

// Span is the place of Raw in the text that was parsed.
func (v Value) Span() (start, end int) {
	n := v.node()
	return int(n.start), int(n.end)
}

// MemberSpan is the place of `"name": value` when the value is an object's
// member, and of the value alone otherwise.
func (v Value) MemberSpan() (start, end int) {
	n := v.node()
	if n.key > 0 {
		return int(n.keyStart()), int(n.end)
	}
	return int(n.start), int(n.end)
}

// Len is the number of items or members; 0 for everything else.
func (v Value) Len() int { return int(v.node().size) }

// Get follows member names downward. Of duplicate names the last one wins.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		v = v.member(name)
	}
	return v
}

// First is the first of the named members that exists and is not null.
func (v Value) First(names ...string) Value {
	for _, name := range names {
		if m := v.member(name); m.Exists() {
			return m
		}
	}
	return Value{}
}

func (v Value) member(name string) (found Value) {
	if v.Kind() != Object {
		return Value{}
	}
	for m := range v.children() {
		if v.doc.keyIs(m.node(), name) {
			found = m
		}
	}
	return found
}

func (n *node) keyStart() uint32 { return n.key&^altered - 1 }

func (d *doc) keyIs(n *node, name string) bool {
	if n.key&altered != 0 {
		return unquote(d.name(n)) == name
	}
	key := d.src[n.key:n.start]
	return len(key) > len(name) && key[len(name)] == '"' && string(key[:len(name)]) == name
}

// name is the quoted name of a member: it ends before the colon before the value.
func (d *doc) name(n *node) []byte {
	before := bytes.TrimRight(d.src[n.keyStart():n.start], " \t\r\n")
	return bytes.TrimRight(before[:len(before)-1], " \t\r\n")
}

// Items yields an array's elements in order; nothing for other kinds.
func (v Value) Items() iter.Seq[Value] {
	if v.Kind() != Array {
		return func(func(Value) bool) {}
	}
	return v.children()
}

// Members yields an object's members in order, duplicates included.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for m := range v.children() {
			if !yield(unquote(v.doc.name(m.node())), m) {
				return
			}
		}
	}
}

func (v Value) children() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for at := v.at + 1; at < v.node().next; at = v.doc.nodes[at].next {
			if !yield(Value{doc: v.doc, at: at}) {
				return
			}
		}
	}
}

// Str is a string's text, "" for every other kind.
func (v Value) Str() string {
	if v.Kind() != String {
		return ""
	}
	return unquote(v.Raw())
}

// Int is a whole number (12, 12.0, 1e3); false for everything else.
func (v Value) Int() (int64, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	return number(v.Raw())
}

// Float is a number as float64; false for every other kind and on overflow.
func (v Value) Float() (float64, bool) {
	if v.Kind() != Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(v.Raw()), 64)
	return f, err == nil
}

// Bool is true or false and whether the value is a boolean at all.
func (v Value) Bool() (value, ok bool) {
	return v.Kind() == Bool && v.Raw()[0] == 't', v.Kind() == Bool
}
