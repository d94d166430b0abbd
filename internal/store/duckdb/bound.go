package duckdb

import (
	"fmt"
	"slices"
	"strings"

	"seismo/internal/event"
	"seismo/internal/store"
)

// Bounds of SQL of users. DuckDB computes 2,048 values at once, and neither its
// memory limit nor the clock applies until they are made.
const (
	maxText      = 32 << 10  // bytes of a statement
	maxGrowth    = 64        // times that a value can be larger than its source
	maxValue     = 128 << 10 // bytes that a value made of the statement's own text can have
	maxGroupings = 32        // grouping sets, as CUBE makes them
	maxTables    = 64        // tables named
	maxCopies    = 256       // times that a WITH table can stand in the plan
)

// outermost checks a statement. An aggregate as large as all its rows may stand
// in the outermost list only: no row after it repeats the value.
func (i *inspector) outermost(statement map[string]any) error {
	node, _ := statement["node"].(map[string]any)
	items, _ := node["select_list"].([]any)
	for k, item := range items {
		n, _ := item.(map[string]any)
		if n["class"] != "FUNCTION" || functions[functionName(n)] != gatherer {
			continue
		}
		if err := i.function(n, gatherer); err != nil {
			return err
		}
		items[k] = []any{n["children"], n["filter"], n["order_bys"]}
	}
	return i.check(statement)
}

// size looks at what the whole statement can make of the rows and of its text.
func (i *inspector) size(text int) error {
	if i.lists {
		i.grow(1 << min(i.adds, 16))
	}
	if i.growth > maxGrowth || i.growth*text > maxValue {
		return fmt.Errorf("%w: values that are joined, split or replaced so often can become too large", ErrRefused)
	}
	copies, tables := 1, 0
	for name, n := range i.uses {
		tables += n
		if i.local[name] {
			copies = min(copies*n, 2*maxCopies)
		}
	}
	if tables > maxTables {
		return fmt.Errorf("%w: more than %d tables", ErrRefused, maxTables)
	}
	if copies > maxCopies {
		return fmt.Errorf("%w: WITH tables that are used so often by one another", ErrRefused)
	}
	return nil
}

func (i *inspector) grow(times int) { i.growth = min(i.growth*max(times, 1), 2*maxGrowth) }

func functionName(n map[string]any) string {
	name, _ := n["function_name"].(string)
	return strings.ToLower(name)
}

// expression refuses what is not known to be bounded.
func (i *inspector) expression(n map[string]any) error {
	children, _ := n["children"].([]any)
	switch class, _ := n["class"].(string); class {
	case "FUNCTION", "WINDOW":
		kind := functions[functionName(n)]
		if kind == gatherer {
			return fmt.Errorf("%w: %s anywhere but alone in the outermost list of columns", ErrRefused, functionName(n))
		}
		return i.function(n, kind)
	case "CAST":
		return i.cast(n["cast_type"])
	case "LAMBDA": // what the parser makes of json -> path
		return i.path(n["expr"])
	case "COLUMN_REF":
		i.column(n)
	case "STAR":
		i.lists = true
	case "OPERATOR":
		switch n["type"] {
		case "ARRAY_CONSTRUCTOR":
			return i.join(children)
		case "ARRAY_EXTRACT":
			if len(children) == 2 {
				return i.path(children[1])
			}
		case "ARRAY_SLICE":
			i.lists = true
		}
	case "", "CONSTANT", "CASE", "COMPARISON", "CONJUNCTION", "BETWEEN", "SUBQUERY", "COLLATE", "POSITIONAL_REFERENCE":
	default:
		return fmt.Errorf("%w: %s", ErrRefused, strings.ToLower(class))
	}
	return nil
}

func (i *inspector) function(n map[string]any, kind kindOf) error {
	name := functionName(n)
	children, _ := n["children"].([]any)
	if schema, _ := n["schema"].(string); schema != "" && schema != "main" {
		return fmt.Errorf("%w: value.%s(…); write %[2]s(value, …)", ErrRefused, name)
	}
	switch kind {
	case plain, gatherer:
	case adding:
		if len(children) == 2 && !literal(children[0]) && !literal(children[1]) {
			i.adds++
		}
	case joining:
		return i.join(children)
	case replacer:
		return i.replace(name, children)
	case splitter:
		i.lists = true
		i.grow(16)
	case pathed:
		for _, p := range children[min(1, len(children)):] {
			if err := i.path(p); err != nil {
				return err
			}
		}
	case layout:
		if len(children) < 2 || !slices.ContainsFunc(children, literal) {
			return fmt.Errorf("%w: %s with a format that is not a literal", ErrRefused, name)
		}
	case extreme:
		if most := 1 + strings.Count(name, "arg") + strings.Count(name, "_by"); len(children) > most {
			return fmt.Errorf("%w: %s with a number of values", ErrRefused, name)
		}
	default:
		return fmt.Errorf("%w: the function %s; %s", ErrRefused, name, allowed)
	}
	if strings.HasPrefix(name, "list_") || name == "flatten" || name == "struct_extract" {
		i.lists = true
	}
	return nil
}

// join takes note of values that go into one.
func (i *inspector) join(children []any) error {
	i.lists = true
	varying := 0
	for _, c := range children {
		if hasStar(c) {
			return fmt.Errorf("%w: * joined to one value", ErrRefused)
		}
		if !literal(c) {
			varying++
		}
	}
	i.grow(varying)
	return nil
}

// replace takes note of how much longer a text can become.
func (i *inspector) replace(name string, children []any) error {
	var from, with string
	ok := true
	for k, c := range children[min(1, len(children)):] {
		s, isText := literalText(c)
		switch ok = ok && isText; {
		case k == 1, name == "array_to_string":
			with = s
		case k == 0:
			from = s
		}
	}
	if !ok {
		return fmt.Errorf("%w: %s with arguments that are not literals", ErrRefused, name)
	}
	switch {
	case name != "replace":
		i.grow(1 + len(with))
	case from != "":
		i.grow((len(with) + len(from) - 1) / len(from))
	}
	return nil
}

// path refuses JSON paths that can return a value many times over.
func (i *inspector) path(n any) error {
	if call, ok := n.(map[string]any); ok && call["function_name"] == "-" {
		return nil // an index from the end
	}
	if s, isText := literalText(n); !literal(n) || isText && strings.Contains(s, "*") {
		return fmt.Errorf("%w: an index or JSON path that is not a literal, or has *", ErrRefused)
	}
	return nil
}

// column takes note of columns that hold lists.
func (i *inspector) column(n map[string]any) {
	names, _ := n["column_names"].([]any)
	for _, c := range store.Columns() {
		if c.Type == event.List && slices.ContainsFunc(names, func(v any) bool {
			s, _ := v.(string)
			return strings.EqualFold(s, c.Name)
		}) {
			i.lists = true
		}
	}
}

// cast refuses types of a fixed length, and all that are not known.
func (i *inspector) cast(t any) error {
	kind, _ := t.(map[string]any)
	id, _ := kind["id"].(string)
	info, _ := kind["type_info"].(map[string]any)
	name, _ := info["name"].(string)
	switch {
	case id == "LIST":
		i.lists = true
		return i.cast(info["child_type"])
	case consoleTypes[id] == plain, strings.HasSuffix(id, " WITH TIME ZONE"):
		return nil
	case id == "UNBOUND" && strings.EqualFold(name, "json"):
		return nil
	case id == "UNBOUND":
		id = name
	}
	return fmt.Errorf("%w: the type %s", ErrRefused, strings.ToLower(id))
}

// literal tells whether a node is written out in the statement.
func literal(n any) bool {
	node, _ := n.(map[string]any)
	if node["class"] == "CAST" {
		return literal(node["child"])
	}
	return node["class"] == "CONSTANT"
}

func literalText(n any) (text string, ok bool) {
	node, _ := n.(map[string]any)
	value, _ := node["value"].(map[string]any)
	text, ok = value["value"].(string)
	return text, ok && node["class"] == "CONSTANT"
}

// hasStar tells whether a node stands for many columns.
func hasStar(n any) bool {
	switch n := n.(type) {
	case map[string]any:
		if n["class"] == "STAR" {
			return true
		}
		for _, child := range n {
			if hasStar(child) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(n, hasStar)
	}
	return false
}
