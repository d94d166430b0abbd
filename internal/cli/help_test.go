package cli

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestHelpFitsAndNamesItsValues reads the help of every command as somebody with
// 80 columns does.
func TestHelpFitsAndNamesItsValues(t *testing.T) {
	var out bytes.Buffer
	root := (&shell{in: strings.NewReader(""), out: &out, err: &out}).root()
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		_, flags, _ := strings.Cut(c.UsageString(), "\nFlags:\n")
		for line := range strings.Lines(flags) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 && !strings.Contains(line, "seismo.duckdb") { // a path has no place to break at
				t.Errorf("%s: a line of %d characters: %s", c.CommandPath(), n, line)
			}
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if name, _ := pflag.UnquoteUsage(f); f.Value.Type() == "bool" && name != "" {
				t.Errorf("%s --%s takes no value, and its help shows %q as one", c.CommandPath(), f.Name, name)
			}
			// pflag takes what stands in the first back-quotes for the value's name
			if name, _ := pflag.UnquoteUsage(f); strings.ContainsAny(name, " .") {
				t.Errorf("%s --%s takes a value that its help calls %q", c.CommandPath(), f.Name, name)
			}
		})
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(root)
}
