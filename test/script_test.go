// Package test meets the program as a user does: every page of script/ is a
// session at a terminal.
package test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"seismo/internal/cli"
	"seismo/test/process"
)

func TestMain(m *testing.M) {
	process.Main()
	testscript.Main(m, map[string]func(){
		"seismo": func() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_DATA_HOME", env.WorkDir+"/data")
			return nil
		},
	})
}
