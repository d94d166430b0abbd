package ctl

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/jedib0t/go-pretty/v6/table"
	prettytext "github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// object prints one value as indented JSON.
func (d Deps) object(v any) error {
	text, err := json.Marshal(v, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true), json.Deterministic(true))
	if err != nil {
		return fmt.Errorf("print as JSON: %w", err)
	}
	_, err = fmt.Fprintf(d.Out, "%s\n", text)
	return err
}

// rows prints a table for people.
func (d Deps) rows(head []string, rows [][]string) {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = prettytext.FormatDefault
	line := func(cells []string) (out table.Row) {
		for _, c := range cells {
			out = append(out, plain(c))
		}
		return out
	}
	t.AppendHeader(line(head))
	for _, r := range rows {
		t.AppendRow(line(r))
	}
	fmt.Fprintln(d.Out, t.Render())
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

func onTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// plain makes control characters visible, and those that turn the direction of
// writing; a line break becomes a space.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029':
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
