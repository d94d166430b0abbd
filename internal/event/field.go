package event

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Type is the type of a field's value.
type Type string

// The types, with the Go type that Field.Get returns for each.
const (
	Text    Type = "text"    // string
	Integer Type = "integer" // int64
	Decimal Type = "decimal" // float64
	Boolean Type = "boolean" // bool
	Instant Type = "time"    // time.Time in UTC
	List    Type = "list"    // []string
	JSON    Type = "json"    // jsontext.Value: free JSON, a map or a list of objects
)

// Sensitivity says who may see a field's value.
type Sensitivity string

// The sensitivities, from the least to the most. Content never becomes a plain
// column: it lies sealed with the record.
const (
	Public   Sensitivity = "public"   // facts about AWS: models, Regions, counts
	Internal Sensitivity = "internal" // facts about the company: accounts, teams, costs
	Personal Sensitivity = "personal" // facts about a person: names, addresses, agents
	Content  Sensitivity = "content"  // what was said
)

// Field is one name of the vocabulary.
type Field struct {
	Name        string
	Type        Type
	Sensitivity Sensitivity
	Meaning     string
	Example     string

	// Names of the same thing elsewhere; "" where there is none.
	ECS  string // as Elastic's aws_bedrock integration spells it
	OTel string // OpenTelemetry GenAI conventions
	OCSF string // OCSF 1.9-dev, API Activity with the ai_operation profile
	AWS  string // path in the raw AWS record

	// Virtual fields are read from another field, and are never set.
	Virtual bool
}

// Column reports whether the field is stored as a plain, typed column.
func (f Field) Column() bool { return f.Sensitivity != Content }

// Path follows the struct's JSON names down to the field.
func (f Field) Path() []string { return strings.Split(f.Name, ".") }

// Get reads the field from e: nil when it is absent, else the Go type that the
// field's Type names.
func (f Field) Get(e *Event) any {
	return f.Getter()(e)
}

// Set writes a value of the Go type that the field's Type names; nil makes the
// field absent. Virtual fields and values of another type are ignored.
func (f Field) Set(e *Event, value any) {
	f.Setter()(e, value)
}

// assign writes a value to a member of an Event.
func assign(target reflect.Value, value any) {
	if value == nil {
		target.SetZero()
		return
	}
	if raw, ok := value.(jsontext.Value); ok && target.Type() != reflect.TypeFor[jsontext.Value]() {
		_ = json.Unmarshal(raw, target.Addr().Interface())
		return
	}
	source := reflect.ValueOf(value)
	if target.Kind() == reflect.Pointer && target.Type().Elem() == source.Type() {
		target.Set(reflect.New(source.Type()))
		target = target.Elem()
	}
	if source.Type().AssignableTo(target.Type()) {
		target.Set(source)
	}
}

func export(t Type, v reflect.Value) any {
	if !v.IsValid() || v.IsZero() {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch t {
	case Instant:
		return v.Interface().(time.Time).UTC()
	case List:
		return v.Interface().([]string)
	case JSON:
		if raw, ok := v.Interface().(jsontext.Value); ok {
			return raw
		}
		raw, err := json.Marshal(v.Interface(), json.Deterministic(true))
		if err != nil {
			return nil
		}
		return jsontext.Value(raw)
	}
	return v.Interface()
}

// virtual reads the fields that are made from others: parts of lists, and
// copies without content.
func virtual(name string) func(*Event) any {
	switch name {
	case "tool_calls.name":
		return func(e *Event) any { return names(e.ToolCalls, func(c ToolCall) string { return c.Name }) }
	case "tool_calls.id":
		return func(e *Event) any { return names(e.ToolCalls, func(c ToolCall) string { return c.ID }) }
	case "guardrail.items":
		return func(e *Event) any { return itemsWithoutMatch(e.Guardrail.Items) }
	case "tool_results.id":
		return func(e *Event) any { return names(e.ToolResults, func(r ToolResult) string { return r.ID }) }
	}
	return nil
}

func names[T any](list []T, name func(T) string) any {
	var out []string
	for _, item := range list {
		if n := name(item); n != "" {
			out = append(out, n)
		}
	}
	if out == nil {
		return nil
	}
	return out
}

// itemsWithoutMatch leaves out the matched text, which is content.
func itemsWithoutMatch(items []GuardrailItem) any {
	if len(items) == 0 {
		return nil
	}
	bare := slices.Clone(items)
	for i := range bare {
		bare[i].Match = ""
	}
	raw, err := json.Marshal(bare)
	if err != nil {
		return nil
	}
	return jsontext.Value(raw)
}
