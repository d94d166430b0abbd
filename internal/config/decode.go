package config

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

var (
	partType = reflect.TypeFor[Part]()
	textType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// Decode fills a struct. Keys are the fields' yaml tags; a field of type Part
// takes its value as it stands. "sqs.wait_time: 20s" is the same as a mapping
// sqs with a key wait_time. Fields that are not given keep what they have. The
// error is a *Fault.
func (p Part) Decode(into any, except ...string) error {
	if p.node == nil {
		return nil
	}
	return p.mapping(reflect.ValueOf(into).Elem(), except)
}

func (p Part) value(v reflect.Value) error {
	if v.Type() == partType {
		v.Set(reflect.ValueOf(p))
		return nil
	}
	if isNull(p.node) {
		return nil
	}
	if v.CanAddr() && v.Addr().Type().Implements(textType) {
		return p.text(v.Addr().Interface().(encoding.TextUnmarshaler))
	}
	switch v.Kind() {
	case reflect.Struct:
		return p.mapping(v, nil)
	case reflect.Map:
		return p.table(v)
	case reflect.Slice:
		return p.list(v)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		return p.value(v.Elem())
	case reflect.Interface: // a key that is accepted and has no effect
		return nil
	}
	return p.scalar(v)
}

func (p Part) mapping(v reflect.Value, except []string) error {
	if !isMapping(p.node) {
		return p.Fault("", "not a mapping of keys", "write key: value lines below it, indented")
	}
	fields := fieldsOf(v)
	seen := map[string]bool{}
	for _, e := range p.entries() {
		sub := Part{p.file, join(p.path, e.key), e.node, p.env}
		if seen[e.key] {
			return faultAt(sub, e.at, "given twice", "keep one of the two")
		}
		seen[e.key] = true
		if contains(except, e.key) {
			continue
		}
		field, ok := fields[e.key]
		if !ok {
			if nested, rest, found := dotted(fields, e.key); found {
				if err := sub.under(rest).value(nested); err != nil {
					return err
				}
				continue
			}
			return faultAt(sub, e.at, "no such key", suggest(e.key, fields))
		}
		if err := sub.value(field); err != nil {
			return err
		}
	}
	return nil
}

func faultAt(p Part, at ast.Node, what, remedy string) *Fault {
	return &Fault{File: p.file, Line: line(at), Key: p.path, What: what, Remedy: remedy}
}

// dotted finds the struct field that a key like sqs.wait_time begins with.
func dotted(fields map[string]reflect.Value, key string) (reflect.Value, string, bool) {
	first, rest, cut := strings.Cut(key, ".")
	v, ok := fields[first]
	if !cut || !ok || v.Kind() != reflect.Struct {
		return reflect.Value{}, "", false
	}
	return v, rest, true
}

// under is the part as the value of one key of a mapping.
func (p Part) under(key string) Part {
	path := strings.TrimSuffix(p.path, "."+key)
	at := p.node.GetToken()
	return Part{p.file, path, ast.MappingValue(at, ast.String(copyToken(at, key)), p.node), p.env}
}

// fieldsOf lists a struct's fields by key, those of inlined structs too.
func fieldsOf(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	for i := range v.NumField() {
		name, opt, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		switch {
		case opt == "inline":
			for k, f := range fieldsOf(v.Field(i)) {
				fields[k] = f
			}
		case name != "" && name != "-":
			fields[name] = v.Field(i)
		}
	}
	return fields
}

func (p Part) table(v reflect.Value) error {
	if !isMapping(p.node) {
		return p.Fault("", "not a mapping of names", "write NAME: lines below it, indented")
	}
	table := reflect.MakeMap(v.Type())
	for _, e := range p.entries() {
		item := reflect.New(v.Type().Elem()).Elem()
		if err := (Part{p.file, join(p.path, e.key), e.node, p.env}).value(item); err != nil {
			return err
		}
		table.SetMapIndex(reflect.ValueOf(e.key), item)
	}
	v.Set(table)
	return nil
}

// list takes a sequence, or one value alone for a list of one.
func (p Part) list(v reflect.Value) error {
	nodes := []ast.Node{p.node}
	if seq, ok := bare(p.node).(*ast.SequenceNode); ok {
		nodes = seq.Values
	} else if isMapping(p.node) && v.Type().Elem().Kind() != reflect.Map && v.Type().Elem() != partType {
		return p.Fault("", "not a list", "begin each item with a dash")
	}
	list := reflect.MakeSlice(v.Type(), len(nodes), len(nodes))
	for i, n := range nodes {
		if err := (Part{p.file, fmt.Sprintf("%s[%d]", p.path, i), n, p.env}).value(list.Index(i)); err != nil {
			return err
		}
	}
	v.Set(list)
	return nil
}

func (p Part) text(into encoding.TextUnmarshaler) error {
	s, err := p.word()
	if err != nil {
		return err
	}
	if err := into.UnmarshalText([]byte(s)); err != nil {
		return p.Fault("", err.Error(), "")
	}
	return nil
}

func (p Part) scalar(v reflect.Value) error {
	s, err := p.word()
	if err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
		return nil
	case reflect.Bool:
		b, err := strconv.ParseBool(strings.ToLower(s))
		if err != nil {
			return p.Fault("", "not true or false", "write true or false")
		}
		v.SetBool(b)
		return nil
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v.OverflowInt(n) {
			return p.Fault("", "not a whole number", "write digits only")
		}
		v.SetInt(n)
		return nil
	case reflect.Float64:
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return p.Fault("", "not a number", "write digits, with a point where needed")
		}
		v.SetFloat(n)
		return nil
	}
	return p.Fault("", "cannot be configured", "")
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
