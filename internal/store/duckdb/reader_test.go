package duckdb_test

import (
	"bufio"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// shelf is a database that is closed, in a folder of its own.
func shelf(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	a := storetest.Call(1, "Where is the zebra?", "At home.")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{a, storetest.Trail(a, 1)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func openReading(t *testing.T, path string) (*duckdb.Store, error) {
	t.Helper()
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: path, Keyring: storetest.Keyring(t), ReadOnly: true})
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
	}
	return s, err
}

const readEnv = "SEISMO_READ_TEST_FILE"

// TestReadChild reads a database until its input ends.
func TestReadChild(t *testing.T) {
	path := os.Getenv(readEnv)
	if path == "" {
		t.Skip("runs only as the child of another test")
	}
	if _, err := openReading(t, path); err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("\nopen\n")
	bufio.NewReader(os.Stdin).ReadString('\n')
}

// reading starts a process that reads a database.
func reading(t *testing.T, path string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestReadChild$")
	cmd.Env = append(os.Environ(), readEnv+"="+path)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "open" {
			return
		}
	}
	t.Fatal("the other process does not read")
}

// TestOpenReaders reads a database in two processes at once: neither of them
// opens it for writing, even for a moment.
func TestOpenReaders(t *testing.T) {
	path := filepath.Join(shelf(t), "a.db")
	reading(t, path)
	s, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, s); len(got) != 1 || got[0].Trail.Name != "Converse" {
		t.Errorf("%+v", got)
	}
}

// TestOpenReadersOfLeftOver reads beside another reader what a killed process
// left in the log.
func TestOpenReadersOfLeftOver(t *testing.T) {
	cfg := leftOver(t)
	reading(t, cfg.Path)
	if _, err := openReading(t, cfg.Path); err != nil {
		t.Fatal(err)
	}
}

// TestOpenReadingWritesNothing reads from a folder in which nothing can be
// written, as on a disk that is full.
func TestOpenReadingWritesNothing(t *testing.T) {
	dir := shelf(t)
	path := filepath.Join(dir, "a.db")
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]fs.FileMode{path: 0o400, dir: 0o500} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	s, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := all(t, s); len(got) != 1 {
		t.Errorf("%d events", len(got))
	}
	after, err := os.Stat(path)
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("the file was written at %v, %v", after.ModTime(), err)
	}
}

// TestOpenReadingOlder reads a file that lacks a column of this version.
func TestOpenReadingOlder(t *testing.T) {
	path := filepath.Join(shelf(t), "a.db")
	alter(t, path, `DROP VIEW calls`, `DROP VIEW trail`, `ALTER TABLE event_done DROP COLUMN "guardrail.action"`)
	s, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	alter(t, path, `INSERT INTO meta VALUES ('version', '1000')`)
	if _, err := openReading(t, path); !errors.Is(err, duckdb.ErrNewer) {
		t.Errorf("a newer file: %v", err)
	}
}

// alter changes a file behind the store's back.
func alter(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
