package cli

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"seismo/internal/query"
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
	tw := table.NewWriter()
	tw.SetStyle(table.StyleLight)
	tw.Style().Options = table.Options{SeparateHeader: true}
	tw.Style().Format.Header = prettytext.FormatDefault
	head := make(table.Row, len(t.Columns))
	configs := make([]table.ColumnConfig, len(t.Columns))
	for i, name := range t.Columns {
		head[i] = plain(name)
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMax: 60, WidthMaxEnforcer: prettytext.Trim}
		if numeric(t.Rows, i) {
			configs[i].Align, configs[i].AlignHeader = prettytext.AlignRight, prettytext.AlignRight
		}
	}
	tw.AppendHeader(head)
	tw.SetColumnConfigs(configs)
	for _, row := range t.Rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			cells[i] = show(t.Columns[i], cell)
		}
		tw.AppendRow(cells)
	}
	if width := terminalWidth(w); width > 0 {
		tw.SetAllowedRowLength(width)
	}
	_, err := fmt.Fprintln(w, tw.Render())
	return err
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
		return "–"
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

// plain makes text safe for a terminal: control characters and those that turn
// the direction of writing become visible, so that a log cannot move the cursor.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if moves(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}

// moves reports whether a character can move the cursor or turn the direction of
// writing.
func moves(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// plainJSON makes a JSON text safe for a terminal: what plain replaces stands as
// an escape, so that the value stays the same. The text itself may have line
// breaks and tabs; in its strings they are escapes already.
func plainJSON(text []byte) []byte {
	if !bytes.ContainsFunc(text, func(r rune) bool { return r != '\n' && moves(r) }) {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for _, r := range string(text) {
		if moves(r) && r != '\n' && r != '\t' && r != '\r' {
			out = fmt.Appendf(out, "\\u%04x", r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// onTerminal reports whether what is written is seen on a terminal. One that
// does not tell its width is a terminal too.
func onTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalWidth is 0 where there is no terminal, or one that does not tell.
func terminalWidth(w io.Writer) int {
	file, ok := w.(*os.File)
	if !ok || !onTerminal(w) {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}
