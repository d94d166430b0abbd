package ctl

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	prettytext "github.com/jedib0t/go-pretty/v6/text"

	"seismo/internal/terminal"
)

// object prints one value as indented JSON.
func (d Deps) object(v any) error {
	text, err := json.Marshal(v, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true), json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	_, err = fmt.Fprintf(d.Out, "%s\n", escaped(string(text)))
	return err
}

// escaped is JSON in which what could move a terminal's cursor, or turn the
// direction of writing, is spelled out. JSON itself has such characters in strings
// only, but for line breaks.
func escaped(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r != '\n' && r != '\t' && terminal.Moves(r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// rows prints a table for people.
func (d Deps) rows(head []string, rows [][]string) {
	columns := make([]terminal.Column, len(head))
	for i, name := range head {
		columns[i] = terminal.Column{Name: plain(name)}
	}
	cells := make([][]string, len(rows))
	for n, row := range rows {
		for _, c := range row {
			cells[n] = append(cells[n], plain(c))
		}
	}
	_ = terminal.Table(d.Out, columns, cells) // as every other line
}

// say prints one line for people, without what could move a terminal's cursor.
func (d Deps) say(format string, args ...any) {
	fmt.Fprintln(d.Out, plain(fmt.Sprintf(format, args...)))
}

// warn says one line beside the output.
func (d Deps) warn(format string, args ...any) {
	fmt.Fprintln(d.Err, plain(fmt.Sprintf(format, args...)))
}

// paint colours a line on terminals, unless NO_COLOR is set.
func paint(w io.Writer, colour prettytext.Color, line string) string {
	if !onTerminal(w) || os.Getenv("NO_COLOR") != "" {
		return line
	}
	return colour.EscapeSeq() + line + prettytext.Reset.EscapeSeq()
}

func onTerminal(w io.Writer) bool { return terminal.On(w) }

// plain makes text safe for a terminal.
func plain(text string) string { return terminal.Plain(text) }
