package ctl

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"seismo/internal/terminal"
)

// The widths that help is made for: what is no terminal is read at 80 columns.
const (
	usualWidth = 80
	leastWidth = 60
	mostWidth  = 100
)

// Fit has the help of a program's commands wrap what flags mean to the width of
// what it is written to.
func Fit(root *cobra.Command, out io.Writer) {
	width := usualWidth
	if n := terminal.Width(out); n > 0 {
		width = min(max(n, leastWidth), mostWidth)
	}
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages |", fmt.Sprintf("FlagUsagesWrapped %d |", width)))
}
