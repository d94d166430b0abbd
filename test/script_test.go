// Package test meets the program as a user does: every page of script/ is a
// session at a terminal.
package test

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"seismo/internal/cli"
	"seismo/test/process"
	"seismo/test/standin"
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
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"cloud": cloudCommand},
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_DATA_HOME", env.WorkDir+"/data")
			env.Values[cloudKey{}] = new(*standin.Cloud)
			return nil
		},
	})
}
