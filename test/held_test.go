package test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/test/process"
)

// TestOneWriter holds that while one seismo has the database, reading commands
// get the same answers from it as from the file, writing ones are told who has
// it, and that a kill gives it back.
func TestOneWriter(t *testing.T) {
	dir := t.TempDir()
	logs, db := filepath.Join(dir, "logs"), filepath.Join(dir, "seismo.duckdb")
	process.Seismo(t, "simulate", "--out", logs, "--calls", "300", "--seed", "5")
	process.Seismo(t, "ingest", "--db", db, logs)
	id := strings.TrimSpace(strings.Split(process.Seismo(t, "sql", "--db", db, "--format", "csv",
		"select min(id) as id from calls where outcome = 'success'"), "\n")[1])
	readings := [][]string{
		{"search", "--json", "-n", "5", "kind:call"},
		{"report", "cost", "--by", "person,model", "--format", "csv"},
		{"report", "performance", "--by", "model", "--json"},
		{"sql", "--json", `select operation, sum("tokens.output") as n from calls group by all order by 1`},
		{"raw", id},
		{"raw", "--event", id},
		{"quarantine", "list", "--json"},
	}
	direct := answers(t, db, readings)

	server := process.Command("serve", "--db", db, "--listen", "127.0.0.1:0")
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	url := address(t, out)
	if diff := cmp.Diff(direct, answers(t, db, readings)); diff != "" {
		t.Errorf("the holder answers otherwise than the file (-file +holder):\n%s", diff)
	}
	if page := get(t, url); !strings.Contains(page, "anthropic.claude") {
		t.Error("the page names no model")
	}

	ingest := process.Command("ingest", "--db", db, logs)
	var said bytes.Buffer
	ingest.Stderr = &said
	var exit *exec.ExitError
	if err := ingest.Run(); !errors.As(err, &exit) || exit.ExitCode() != 5 {
		t.Errorf("a second writer ended with %v", err)
	}
	if !strings.Contains(said.String(), "is held by `seismo serve`") {
		t.Errorf("a second writer was told %q", said.String())
	}

	_ = server.Process.Kill()
	_ = server.Wait()
	process.Seismo(t, "ingest", "--db", db, logs)
}

func answers(t *testing.T, db string, readings [][]string) (list []string) {
	t.Helper()
	for _, args := range readings {
		list = append(list, process.Seismo(t, append(args, "--db", db)...))
	}
	return list
}

// address waits for the line that says where the page is.
func address(t *testing.T, out io.Reader) string {
	t.Helper()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, rest, found := strings.Cut(lines.Text(), "open "); found {
			url, _, _ := strings.Cut(rest, " ")
			return url
		}
	}
	t.Fatal("the server named no address")
	return ""
}

func get(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, answer.Status, err)
	}
	return string(text)
}
