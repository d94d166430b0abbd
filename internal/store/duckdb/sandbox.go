package duckdb

import (
	"fmt"
	"strings"
)

// consoleTables are what SQL of users may read.
var consoleTables = [...]string{"calls", "trail", "findings", "quarantine", "ledger", "cursors", "troubles", "points"}

// consoleFunctions are the functions that SQL of users may read as tables.
var consoleFunctions = [...]string{"unnest", "range", "generate_series", "json_each", "json_tree"}

// inspector walks a statement as DuckDB's own parser understands it.
type inspector struct {
	local  map[string]bool // names of the statement's own WITH tables
	uses   map[string]int  // how often each table is named
	lists  bool            // some value may be a list
	adds   int             // additions of two values that may be lists
	growth int             // how many times larger than its source a value can be at most
}

// inspect looks at the tree that json_serialize_sql makes of a text and refuses
// tables that are not views for users, and functions that do more than compute or
// whose result is not bounded. Taken are the names that a WITH table must not
// have: inside of its own definition such a name would mean the table of the
// database.
func inspect(root any, size int, taken map[string]bool) error {
	i := inspector{local: make(map[string]bool), uses: make(map[string]int), growth: 1}
	top, _ := root.(map[string]any)
	if failed, _ := top["error"].(bool); failed {
		return fmt.Errorf("%w: %v", ErrRefused, top["error_message"])
	}
	statements, _ := top["statements"].([]any)
	if len(statements) != 1 {
		return fmt.Errorf("%w: only a single SELECT is", ErrRefused)
	}
	i.collect(root)
	for name := range i.local {
		if taken[name] {
			return fmt.Errorf("%w: a WITH table named %q; there is a table of this name", ErrRefused, name)
		}
	}
	statement, _ := statements[0].(map[string]any)
	if err := i.outermost(statement); err != nil {
		return err
	}
	return i.size(size)
}

// collect gathers the names of WITH tables.
func (i *inspector) collect(node any) {
	switch n := node.(type) {
	case map[string]any:
		if ctes, ok := n["cte_map"].(map[string]any); ok {
			list, _ := ctes["map"].([]any)
			for _, entry := range list {
				if pair, ok := entry.(map[string]any); ok {
					name, _ := pair["key"].(string)
					i.local[strings.ToLower(name)] = true
				}
			}
		}
		if n["type"] == "RECURSIVE_CTE_NODE" || n["type"] == "CTE_NODE" {
			name, _ := n["cte_name"].(string)
			i.local[strings.ToLower(name)] = true
		}
		for _, child := range n {
			i.collect(child)
		}
	case []any:
		for _, child := range n {
			i.collect(child)
		}
	}
}

func (i *inspector) check(node any) error {
	switch n := node.(type) {
	case map[string]any:
		if err := i.node(n); err != nil {
			return err
		}
		if n["type"] == "TABLE_FUNCTION" {
			return nil // node went through its arguments
		}
		for _, child := range n {
			if err := i.check(child); err != nil {
				return err
			}
		}
	case []any:
		return i.each(n)
	}
	return nil
}

func (i *inspector) each(nodes []any) error {
	for _, n := range nodes {
		if err := i.check(n); err != nil {
			return err
		}
	}
	return nil
}

func (i *inspector) node(n map[string]any) error {
	if sets, _ := n["group_sets"].([]any); len(sets) > maxGroupings {
		return fmt.Errorf("%w: more than %d groupings", ErrRefused, maxGroupings)
	}
	if n["sample"] != nil {
		return fmt.Errorf("%w: a sample", ErrRefused)
	}
	switch n["type"] {
	case "BASE_TABLE":
		return i.table(n)
	case "TABLE_FUNCTION":
		call, _ := n["function"].(map[string]any)
		name, _ := call["function_name"].(string)
		if !named(consoleFunctions[:], name) {
			return fmt.Errorf("%w: the table function %s", ErrRefused, name)
		}
		arguments, _ := call["children"].([]any)
		return i.each(arguments)
	case "SHOW_REF":
		return fmt.Errorf("%w: SHOW and DESCRIBE", ErrRefused)
	case "PIVOT":
		return fmt.Errorf("%w: PIVOT and UNPIVOT", ErrRefused)
	case "RECURSIVE_CTE_NODE":
		return fmt.Errorf("%w: WITH RECURSIVE; for rows of numbers or days there is FROM range(…)", ErrRefused)
	}
	return i.expression(n)
}

func (i *inspector) table(n map[string]any) error {
	name, _ := n["table_name"].(string)
	schema, _ := n["schema_name"].(string)
	catalog, _ := n["catalog_name"].(string)
	i.uses[strings.ToLower(name)]++
	if schema == "" && catalog == "" && (i.local[strings.ToLower(name)] || named(consoleTables[:], name)) {
		return nil
	}
	return fmt.Errorf("%w: the table %q; there are %s", ErrRefused, name, strings.Join(consoleTables[:], ", "))
}

func named(list []string, name string) bool {
	for _, n := range list {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
