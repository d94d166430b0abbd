// Package process runs seismo as another process, for tests that kill it: the
// test's own binary is the program when its environment says so.
//
// It never builds anything and leaves no process behind.
package process

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"seismo/internal/cli"
)

const asCLI = "SEISMO_TEST_AS_CLI"

// Main is to be called by TestMain first of all: in a process that Command
// started it is the program, and does not return.
func Main() {
	if os.Getenv(asCLI) != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
}

// Command is seismo with arguments, not started yet.
func Command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCLI+"=1")
	return cmd
}

// Seismo runs seismo to its end and returns what it printed.
func Seismo(t testing.TB, args ...string) string {
	t.Helper()
	cmd := Command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("seismo %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return out.String()
}

// Rows lists every call and trail event of a database, what it costs and what it
// was made of, so that anything lost or doubled shows.
func Rows(t testing.TB, db string) string {
	t.Helper()
	out := Seismo(t, "sql", "--db", db, "--format", "csv", "--limit", "1000000",
		`select id, "request_id", "cost.usd", "body.input.state", "body.output.state", "source.ip" from calls order by all`)
	return out + Seismo(t, "sql", "--db", db, "--format", "csv", "--limit", "1000000",
		`select id, "trail.name" from trail order by all`)
}

// Count is how many rows a database holds, as text.
func Count(t testing.TB, db string) string {
	t.Helper()
	out := Seismo(t, "sql", "--db", db, "--format", "csv", `select (select count(*) from calls) + (select count(*) from trail) as n`)
	return strings.TrimSpace(strings.TrimPrefix(out, "n"))
}
