// Package process runs seismo as another process, for tests that kill it: the
// test's own binary is the program when it is called by another name.
//
// It never builds anything and leaves no process behind.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"seismo/internal/cli"
)

// suffix of the test's binary where it is the program. It is told by the file's
// name and not by the environment, since seismo starts itself with a clean one.
const suffix = ".seismo"

// Main is to be called by TestMain first of all: in a process that Command
// started, and in those that this one starts, it is the program, and does not
// return.
func Main() {
	if self, err := os.Executable(); err == nil && strings.HasSuffix(self, suffix) {
		os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
}

// Command is seismo with arguments, not started yet.
func Command(args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		return &exec.Cmd{Err: err}
	}
	// A second name, put in place whole: an older binary may have left its own.
	name, link := self+suffix, fmt.Sprintf("%s.%x", self, rand.Uint64())
	err = errors.Join(os.Link(self, link), os.Rename(link, name))
	_ = os.Remove(link) // still there when both were one file before
	cmd := exec.Command(name, args...)
	cmd.Err = errors.Join(cmd.Err, err)
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
