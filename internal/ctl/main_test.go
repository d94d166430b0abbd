package ctl

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestTheSmallProgramNamesItself holds every help text against the commands that
// the program has.
func TestTheSmallProgramNamesItself(t *testing.T) {
	root := newRoot(Deps{})
	foreign := regexp.MustCompile(`seismo (logging|deploy)\b`)
	examples := 0
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if found := foreign.FindString(c.Long + c.Short + c.Example + c.Flags().FlagUsages()); found != "" {
			t.Errorf("%s names %q", c.CommandPath(), found)
		}
		examples += strings.Count(c.Example, "seismo-aws "+strings.TrimPrefix(c.CommandPath(), "seismo-aws "))
		for _, below := range c.Commands() {
			walk(below)
		}
	}
	walk(root)
	if examples == 0 {
		t.Error("no command has an example with the program's own name")
	}
}

func TestTheSmallProgramHasAVersionAndNamesItselfInErrors(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"version", "--json"}} {
		var out, errs bytes.Buffer
		if code := run(t.Context(), newRoot(Deps{Out: &out, Err: &errs}), args, &errs); code != exitOK || !strings.Contains(out.String(), Version()) {
			t.Errorf("%v: %d, %q, %q", args, code, out.String(), errs.String())
		}
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), newRoot(Deps{Out: &out, Err: &errs}), []string{"deploy", "snippet"}, &errs)
	if code == exitOK || strings.Contains(errs.String(), "`seismo deploy") || !strings.Contains(errs.String(), "`seismo-aws deploy snippet") {
		t.Errorf("%d, %q", code, errs.String())
	}
}
