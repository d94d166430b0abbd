package config

import (
	"reflect"
	"strings"
)

// Key is one key that can be configured, for the reference page.
type Key struct {
	Name string // with the names of the mappings it stands in: sqs.wait_time
	Type string // text, secret, duration, size, number, true or false, list, mapping
	Help string // from the field's help tag
}

// Describe lists the keys of a struct, in the order of its fields.
func Describe(t reflect.Type) []Key {
	var keys []Key
	for i := range t.NumField() {
		f := t.Field(i)
		name, opt, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case opt == "inline":
			keys = append(keys, Describe(f.Type)...)
		case name == "" || name == "-":
		case f.Type.Kind() == reflect.Struct && f.Type != partType && !reflect.PointerTo(f.Type).Implements(textType):
			for _, k := range Describe(f.Type) {
				keys = append(keys, Key{name + "." + k.Name, k.Type, k.Help})
			}
		default:
			keys = append(keys, Key{name, typeName(f.Type), f.Tag.Get("help")})
		}
	}
	return keys
}

func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return "duration"
	case reflect.TypeFor[Size]():
		return "size"
	case reflect.TypeFor[Secret]():
		return "secret"
	}
	if t.Kind() == reflect.Struct && !reflect.PointerTo(t).Implements(textType) {
		return "mapping"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64, reflect.Float64:
		return "number"
	case reflect.Slice:
		return "list"
	case reflect.Map:
		return "mapping"
	case reflect.Pointer:
		return typeName(t.Elem())
	}
	return "text"
}
