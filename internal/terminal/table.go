package terminal

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Column is one column of a table.
type Column struct {
	Name   string
	Number bool // aligned on the right, and never cut
	Whole  bool // never cut, as an id that a command takes
	Most   int  // widest cell, also where there is room; 0 is without a limit
}

// Absent is what stands for a cell without a value.
const Absent = "–"

// Table prints rows below their columns. On a terminal it keeps to its width: long
// names lose their middle, sentences take several lines, and where that does not do,
// each row is a list with a line for each column that has something. Cells must be Plain.
func Table(w io.Writer, columns []Column, rows [][]string) error {
	_, err := fmt.Fprintln(w, render(columns, rows, Width(w)))
	return err
}

// render is the text of a table; a width of 0 is without a limit.
func render(columns []Column, rows [][]string, width int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	var widths []int
	if width > 0 {
		list := extents(columns, rows)
		if widths = fit(list, width, padding); widths == nil {
			widths = fit(list, width, tight)
			t.Style().Box.PaddingLeft = ""
		}
		if widths == nil {
			return listed(columns, rows, width)
		}
	}
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	head := make(table.Row, len(columns))
	configs := make([]table.ColumnConfig, len(columns))
	for i, c := range columns {
		configs[i] = table.ColumnConfig{Number: i + 1}
		if c.Most > 0 {
			configs[i].WidthMax, configs[i].WidthMaxEnforcer = c.Most, text.Trim
		}
		if c.Number {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
		if head[i] = c.Name; widths != nil {
			head[i] = heading(c.Name, widths[i])
			configs[i].WidthMax, configs[i].WidthMaxEnforcer = 0, nil
		}
	}
	t.AppendHeader(head)
	t.SetColumnConfigs(configs)
	for _, row := range rows {
		cells := make(table.Row, len(row))
		for i, cell := range row {
			if cells[i] = cell; widths != nil {
				cells[i] = shape(cell, widths[i])
			}
		}
		t.AppendRow(cells)
	}
	return t.Render()
}

// listed writes each row as a list.
func listed(columns []Column, rows [][]string, width int) string {
	names := 0
	for _, c := range columns {
		names = max(names, text.StringWidth(c.Name))
	}
	names = min(names, width/3)
	room := max(width-names-1-padding, least)
	var b strings.Builder
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		for i, c := range columns {
			if row[i] == Absent && i > 0 {
				continue
			}
			for k, line := range strings.Split(shape(row[i], room), "\n") {
				name := ""
				if k == 0 {
					name = middle(c.Name, names)
				}
				fmt.Fprintf(&b, " %s  %s\n", text.Pad(name, names, ' '), line)
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
