package web

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
)

func wantsCSV(r *http.Request) bool { return r.URL.Query().Get("format") == "csv" }

func (s *site) writeTable(w http.ResponseWriter, r *http.Request, name string, t query.Table) error {
	if wantsCSV(r) {
		return writeCSV(w, name, t)
	}
	wire, err := encodeTable(t)
	if err != nil {
		return err
	}
	return writeJSON(w, wire)
}

// writeCSV writes RFC 4180 with a heading line. Absent values are empty cells;
// text that a spreadsheet would run as a formula gets an apostrophe before it.
func writeCSV(w http.ResponseWriter, name string, t query.Table) error {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	heading := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heading[i] = harmless(c)
	}
	if err := out.Write(heading); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = csvCell(cell)
		}
		if err := out.Write(cells); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out.Flush()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	send(w, b.Bytes())
	return nil
}

func csvCell(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return harmless(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return exact(v)
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return instant(v)
	case []string:
		return harmless(strings.Join(v, "; "))
	case jsontext.Value:
		return harmless(string(v))
	}
	return harmless(fmt.Sprint(cell))
}

// harmless keeps a spreadsheet from running a text as a formula.
func harmless(s string) string {
	if s == "" || !strings.ContainsRune("=+-@\t\r\n|", rune(s[0])) {
		return s
	}
	return "'" + s
}

// readFields reads lists of field names, separated by commas; none is all
// fields that are plain columns.
func readFields(lists []string) ([]event.Field, error) {
	var names []string
	for _, list := range lists {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				names = append(names, name)
			}
		}
	}
	var out []event.Field
	if names == nil {
		for _, f := range event.Fields() {
			if f.Column() && !f.Virtual {
				out = append(out, f)
			}
		}
		return out, nil
	}
	for _, name := range names {
		i := slices.IndexFunc(event.Fields(), func(f event.Field) bool { return f.Name == name && f.Column() })
		if i < 0 {
			return nil, unreadable("fields", "names of fields that are columns; "+strconv.Quote(name)+" is not one")
		}
		out = append(out, event.Fields()[i])
	}
	return out, nil
}

func eventTable(events []event.Event, fields []event.Field) query.Table {
	t := query.Table{Columns: make([]string, len(fields)), Rows: make([][]any, len(events))}
	for i, f := range fields {
		t.Columns[i] = f.Name
	}
	for i := range events {
		row := make([]any, len(fields))
		for j, f := range fields {
			row[j] = f.Get(&events[i])
		}
		t.Rows[i] = row
	}
	return t
}

func quarantineTable(items []store.Quarantined) query.Table {
	t := query.Table{Columns: []string{"id", "time", "reason", "detail", "bucket", "key", "line", "sha256", "size"}}
	for _, q := range items {
		var at any
		if q.Origin.Line != nil {
			at = *q.Origin.Line
		}
		t.Rows = append(t.Rows, []any{q.ID, q.Time, q.Reason, q.Detail, q.Origin.Bucket, q.Origin.Key, at, q.SHA256, q.Size})
	}
	return t
}
