package cli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/query"
	"seismo/internal/terminal"
)

// table prints rows for people, or with --json as an array of objects.
func (s *shell) table(t query.Table) error {
	if s.json {
		return writeJSON(s.out, t)
	}
	return writeTable(s.out, t)
}

// object prints one value as indented JSON.
func (s *shell) object(v any) error {
	text, err := json.Marshal(v, append(lenient(), jsontext.WithIndent("  "), json.Deterministic(true))...)
	if err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	_, err = fmt.Fprintf(s.out, "%s\n", plainJSON(text))
	return err
}

// writeJSON prints an array with an object for each row, one a line, its
// members in the order of the columns; what is absent is null.
func writeJSON(w io.Writer, t query.Table) error {
	var text bytes.Buffer
	enc := jsontext.NewEncoder(&text, append(lenient(), jsontext.WithIndent("  "))...)
	if err := enc.WriteToken(jsontext.BeginArray); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := enc.WriteToken(jsontext.BeginObject); err != nil {
			return err
		}
		for i, name := range t.Columns {
			if err := enc.WriteToken(jsontext.String(name)); err != nil {
				return err
			}
			if err := json.MarshalEncode(enc, finite(row[i]), json.Deterministic(true)); err != nil {
				return fmt.Errorf("print column %s: %w", name, err)
			}
		}
		if err := enc.WriteToken(jsontext.EndObject); err != nil {
			return err
		}
	}
	if err := enc.WriteToken(jsontext.EndArray); err != nil {
		return err
	}
	_, err := w.Write(plainJSON(text.Bytes()))
	return err
}

// finite makes null of what JSON has no number for.
func finite(cell any) any {
	if f, ok := cell.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return cell
}

func writeCSV(w io.Writer, t query.Table) error {
	out := csv.NewWriter(w)
	if err := out.Write(t.Columns); err != nil {
		return err
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = csvCell(cell)
			if onTerminal(w) {
				cells[i] = plain(cells[i])
			}
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// csvCell keeps every digit, and puts an apostrophe before text that a
// spreadsheet would run as a formula.
func csvCell(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		if v != "" && strings.ContainsRune("=+-@\t\r\n|", rune(v[0])) {
			return "'" + v
		}
		return v
	case []string:
		return csvCell(strings.Join(v, "; "))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	}
	return csvCell(fmt.Sprint(cell))
}

func writeTable(w io.Writer, t query.Table) error {
	if len(t.Rows) == 0 {
		_, err := fmt.Fprintln(w, "nothing found")
		return err
	}
	columns := make([]terminal.Column, len(t.Columns))
	for i, name := range t.Columns {
		columns[i] = terminal.Column{Name: plain(name), Number: numeric(t.Rows, i), Whole: name == "id", Most: 60}
	}
	rows := make([][]string, len(t.Rows))
	for n, row := range t.Rows {
		rows[n] = make([]string, len(row))
		for i, cell := range row {
			rows[n][i] = show(t.Columns[i], cell)
		}
	}
	return terminal.Table(w, columns, rows)
}

func numeric(rows [][]any, column int) bool {
	for _, row := range rows {
		switch row[column].(type) {
		case int64, float64:
			return true
		case nil:
		default:
			return false
		}
	}
	return false
}

// show formats one cell for people.
func show(column string, cell any) string {
	switch v := cell.(type) {
	case nil:
		return terminal.Absent
	case string:
		return plain(v)
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return thousands(strconv.FormatInt(v, 10))
	case float64:
		return showFloat(column, v)
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05")
	case []string:
		return plain(strings.Join(v, ", "))
	}
	return plain(fmt.Sprint(cell))
}

func showFloat(column string, v float64) string {
	switch {
	case strings.Contains(column, "usd") && math.Abs(v) >= 1:
		return "$" + thousands(strconv.FormatFloat(v, 'f', 2, 64))
	case strings.Contains(column, "usd"):
		return "$" + strconv.FormatFloat(v, 'f', 6, 64)
	case strings.Contains(column, "share"):
		return strconv.FormatFloat(v*100, 'f', 1, 64) + " %"
	case v == math.Trunc(v) || math.Abs(v) >= 100:
		return thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// thousands puts commas between groups of three digits.
func thousands(digits string) string {
	whole, rest, found := strings.Cut(digits, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + "," + whole[at:]
	}
	if found {
		rest = "." + rest
	}
	return sign + whole + rest
}

// plain makes text safe for a terminal.
func plain(text string) string { return terminal.Plain(text) }

// plainJSON makes a JSON text safe for a terminal: what plain replaces stands as
// an escape, so that the value stays the same. The text itself may have line
// breaks and tabs; in its strings they are escapes already.
func plainJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r != '\n' && terminal.Moves(r) }) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for _, r := range string(text) {
		if terminal.Moves(r) && r != '\n' && r != '\t' && r != '\r' {
			out = fmt.Appendf(out, "\\u%04x", r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

func onTerminal(w io.Writer) bool { return terminal.On(w) }

func terminalWidth(w io.Writer) int { return terminal.Width(w) }
