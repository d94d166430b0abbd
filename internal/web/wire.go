package web

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/query"
)

// wireTable is a query.Table as JSON. Integers are numbers without a point and
// decimals always have one, so that a reader can tell them apart cell by cell;
// Types say which columns hold times, which look like text.
type wireTable struct {
	Columns []string           `json:"columns"`
	Types   []string           `json:"types"` // text, integer, decimal, boolean, time, list; "" over nothing but null
	Rows    [][]jsontext.Value `json:"rows"`
}

// MarshalJSON options for what others wrote: their names may repeat, and their
// numbers and strings go out with the digits and escapes they came in with.
var lenient = json.JoinOptions(
	jsontext.AllowDuplicateNames(true),
	jsontext.AllowInvalidUTF8(true),
	jsontext.PreserveRawStrings(true),
)

func encodeTable(t query.Table) (wireTable, error) {
	w := wireTable{Columns: t.Columns, Types: make([]string, len(t.Columns)), Rows: make([][]jsontext.Value, len(t.Rows))}
	if w.Columns == nil {
		w.Columns = []string{}
	}
	for i, row := range t.Rows {
		cells := make([]jsontext.Value, len(row))
		for j, cell := range row {
			raw, err := encodeCell(cell)
			if err != nil {
				return w, fmt.Errorf("row %d, column %d: %w", i, j, err)
			}
			cells[j] = raw
			if j < len(w.Types) && w.Types[j] == "" {
				w.Types[j] = cellType(cell)
			}
		}
		w.Rows[i] = cells
	}
	return w, nil
}

func cellType(cell any) string {
	switch cell.(type) {
	case string:
		return "text"
	case int64:
		return "integer"
	case float64:
		return "decimal"
	case bool:
		return "boolean"
	case time.Time:
		return "time"
	case []string:
		return "list"
	}
	return ""
}

func encodeCell(cell any) (jsontext.Value, error) {
	switch v := cell.(type) {
	case float64:
		return decimal(v), nil
	case time.Time:
		return json.Marshal(v.UTC().Format(time.RFC3339Nano))
	case nil, string, int64, bool, []string:
		return json.Marshal(v, lenient)
	}
	return nil, fmt.Errorf("a table cannot hold a %T", cell)
}

// decimal writes a float with a point, also when it is whole. What JSON has no
// number for is text, as in ECMAScript.
func decimal(f float64) jsontext.Value {
	switch {
	case math.IsNaN(f):
		return jsontext.Value(`"NaN"`)
	case math.IsInf(f, 1):
		return jsontext.Value(`"Infinity"`)
	case math.IsInf(f, -1):
		return jsontext.Value(`"-Infinity"`)
	}
	raw := strconv.AppendFloat(nil, f, 'g', -1, 64)
	if !bytes.ContainsAny(raw, ".e") {
		raw = append(raw, ".0"...)
	}
	return raw
}

func decodeTable(w wireTable) (query.Table, error) {
	t := query.Table{Columns: w.Columns, Rows: make([][]any, len(w.Rows))}
	for i, cells := range w.Rows {
		row := make([]any, len(cells))
		for j, raw := range cells {
			kind := ""
			if j < len(w.Types) {
				kind = w.Types[j]
			}
			cell, err := decodeCell(raw, kind)
			if err != nil {
				return t, fmt.Errorf("row %d, column %d: %w", i, j, err)
			}
			row[j] = cell
		}
		t.Rows[i] = row
	}
	return t, nil
}

func decodeCell(raw jsontext.Value, kind string) (any, error) {
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw.Kind() == 't', nil
	case '0':
		if bytes.ContainsAny(raw, ".eE") {
			return strconv.ParseFloat(string(raw), 64)
		}
		return strconv.ParseInt(string(raw), 10, 64)
	case '[':
		list := []string{}
		return list, json.Unmarshal(raw, &list, lenient)
	}
	var text string
	if err := json.Unmarshal(raw, &text, lenient); err != nil {
		return nil, err
	}
	switch kind {
	case "time":
		t, err := time.Parse(time.RFC3339Nano, text)
		return t.UTC(), err
	case "decimal":
		return strconv.ParseFloat(text, 64)
	}
	return text, nil
}
