package ctl

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"seismo/test/standin"
)

// A switch takes no value, and its help must not look as if it did: pflag takes the
// first word in back-quotes for the value's name. Other flags name theirs in capitals.
func TestHelpOfFlags(t *testing.T) {
	seen := 0
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			seen++
			name, usage := pflag.UnquoteUsage(f)
			switch {
			case f.Value.Type() == "bool" && name != "", strings.Contains(name, " "), strings.Contains(usage, "`"):
				t.Errorf("%s --%s looks as if it took %q: %s", c.CommandPath(), f.Name, name, f.Usage)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(Deps{Out: &bytes.Buffer{}, Err: &bytes.Buffer{}}))
	if seen < 100 {
		t.Errorf("only %d flags were looked at", seen)
	}
}

// plan makes no call, and says so of --canary.
func TestPlanSaysThatItsCanaryDoesNotFly(t *testing.T) {
	u := newUser(t, standin.New(t))
	out := u.run(exitOK, "plan makes no call", "logging", "plan", "--help")
	if strings.Contains(out, "make one real call") {
		t.Error(out)
	}
}

// A plan of what is there already does not name a command that would do nothing.
func TestPlanOfNothing(t *testing.T) {
	u := newUser(t, standin.New(t))
	u.run(exitOK, "What is above is done by: seismo-aws logging enable", "logging", "plan")
	u.run(exitOK, "", "logging", "enable")
	if out := u.run(exitOK, "Nothing was changed, and nothing is to be done", "logging", "plan"); strings.Contains(out, "is done by") {
		t.Error(out)
	}
}
