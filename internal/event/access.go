package event

import (
	"reflect"
	"strings"
)

// Getter is Get with the way to the field worked out beforehand, for callers
// that read every event.
func (f Field) Getter() func(*Event) any {
	if get := virtual(f.Name); get != nil {
		return get
	}
	index := indexOf(f.Path())
	if index == nil {
		return func(*Event) any { return nil }
	}
	return func(e *Event) any {
		return export(f.Type, reflect.ValueOf(e).Elem().FieldByIndex(index))
	}
}

// Setter is Set with the way to the field worked out beforehand.
func (f Field) Setter() func(*Event, any) {
	index := indexOf(f.Path())
	if f.Virtual || index == nil {
		return func(*Event, any) {}
	}
	return func(e *Event, value any) { assign(reflect.ValueOf(e).Elem().FieldByIndex(index), value) }
}

// indexOf is the way of a path through Event's struct fields, nil when there is
// none.
func indexOf(path []string) []int {
	var index []int
	t := reflect.TypeFor[Event]()
	for _, name := range path {
		if t.Kind() != reflect.Struct {
			return nil
		}
		i := memberIndex(t, name)
		if i < 0 {
			return nil
		}
		index = append(index, i)
		t = t.Field(i).Type
	}
	return index
}

func memberIndex(t reflect.Type, name string) int {
	for i := range t.NumField() {
		tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if tag == name {
			return i
		}
	}
	return -1
}
