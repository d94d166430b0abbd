package store

import (
	"slices"

	"seismo/internal/event"
)

// Column is a field that is stored as it is, in the clear.
type Column struct {
	event.Field
	get func(*event.Event) any
	set func(*event.Event, any)
}

// Set writes the column's value, as event.Field.Set does.
func (c Column) Set(e *event.Event, value any) { c.set(e, value) }

// Columns are the fields that are stored in the clear, in the table's order.
func Columns() []Column {
	var list []Column
	for _, f := range event.Fields() {
		if f.Column() {
			list = append(list, Column{f, f.Getter(), f.Setter()})
		}
	}
	return list
}

// Value reads the column from an event, as event.Field's Get does.
func (c Column) Value(e *event.Event) any { return c.get(e) }

// Values reads all columns from an event.
func Values(columns []Column, e *event.Event) []any {
	row := make([]any, len(columns))
	for i, c := range columns {
		row[i] = c.get(e)
	}
	return row
}

// Event makes an event of the values of columns. It has no content: of tool
// calls only names and ids, of tool results only ids.
func Event(columns []Column, row []any) event.Event {
	var e event.Event
	var names, ids, results []string
	for i, c := range columns {
		switch c.Name {
		case "tool_calls.name":
			names, _ = row[i].([]string)
		case "tool_calls.id":
			ids, _ = row[i].([]string)
		case "tool_results.id":
			results, _ = row[i].([]string)
		default:
			if row[i] != nil {
				c.Set(&e, row[i])
			}
		}
	}
	e.ToolCalls = calls(names, ids)
	for _, id := range results {
		e.ToolResults = append(e.ToolResults, event.ToolResult{ID: id})
	}
	return e
}

// calls pairs names with ids where there are as many of both.
func calls(names, ids []string) []event.ToolCall {
	var list []event.ToolCall
	for _, n := range names {
		list = append(list, event.ToolCall{Name: n})
	}
	if len(names) == len(ids) {
		for i := range ids {
			list[i].ID = ids[i]
		}
		return list
	}
	for _, id := range ids {
		list = append(list, event.ToolCall{ID: id})
	}
	return list
}

// Typed is the event with its columns only, as stores return it.
func Typed(columns []Column, e *event.Event) event.Event {
	return Event(columns, Values(columns, e))
}

// Filled are the fields that a call takes over from its CloudTrail event where
// it has none of its own.
func Filled() []string {
	return slices.Clone(filled[:])
}

var filled = [...]string{
	"inference_region", "principal", "identity_arn",
	"source.ip", "source.service", "source.as", "source.country",
	"user_agent", "client", "vpc_endpoint", "key_type", "mfa", "tls",
	"trail.id", "trail.name", "trail.source", "trail.category", "trail.error", "trail.message",
	"trail.read_only", "trail.request", "trail.response", "trail.extra",
}
