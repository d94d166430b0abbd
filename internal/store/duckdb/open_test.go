package duckdb_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// leftOver is a database as a killed process leaves it: with a log.
func leftOver(t *testing.T) (cfg duckdb.Config) {
	t.Helper()
	keys := storetest.Keyring(t)
	from := filepath.Join(t.TempDir(), "a.db")
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: from, Keyring: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a := storetest.Call(1, "Where is the zebra?", "At home.")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{a, storetest.Trail(a, 1)}}); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "b.db")
	for _, end := range []string{"", ".wal"} {
		data, err := os.ReadFile(from + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+end, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return duckdb.Config{Path: to, Keyring: keys}
}

func TestOpenAfterKill(t *testing.T) {
	cfg := leftOver(t)
	cfg.ReadOnly = true // has to merge what was left before it can only read
	s, err := duckdb.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got := all(t, s)
	if len(got) != 1 || got[0].Trail.Name != "Converse" {
		t.Errorf("%+v", got)
	}
	if page, err := s.Search(t.Context(), query.Query{Where: query.Words{Words: []string{"zebra"}}}); err != nil || len(page.Events) != 1 {
		t.Errorf("%d events, %v", len(page.Events), err)
	}
	if _, err := s.Append(t.Context(), store.Batch{}); err == nil {
		t.Error("a store that is open for reading takes a batch")
	}
}

func TestOpenDamaged(t *testing.T) {
	for name, damage := range map[string]func(cfg duckdb.Config) (string, func([]byte) []byte){
		"log flipped": func(cfg duckdb.Config) (string, func([]byte) []byte) {
			return cfg.Path + ".wal", func(b []byte) []byte { b[len(b)/2] ^= 0x10; return b }
		},
		"log with a zeroed tail": func(cfg duckdb.Config) (string, func([]byte) []byte) {
			return cfg.Path + ".wal", func(b []byte) []byte { clear(b[len(b)*3/4:]); return b }
		},
		"file is something else": func(cfg duckdb.Config) (string, func([]byte) []byte) {
			return cfg.Path, func([]byte) []byte { return []byte("no database at all, but long enough to be read as a header") }
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := leftOver(t)
			path, change := damage(cfg)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, change(data), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := duckdb.Open(t.Context(), cfg)
			if err == nil {
				s.Close()
			}
			if !errors.Is(err, duckdb.ErrDamaged) {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestOpenMissing(t *testing.T) {
	_, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(t.TempDir(), "no", "a.db"), Keyring: storetest.Keyring(t)})
	if err == nil || errors.Is(err, duckdb.ErrDamaged) {
		t.Errorf("a folder that is not there: %v", err)
	}
	_, err = duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(t.TempDir(), "a.db"), Keyring: storetest.Keyring(t), ReadOnly: true})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("reading a file that is not there: %v", err)
	}
}

const holdEnv = "SEISMO_HOLD_TEST_DIR"

// TestHoldChild holds a database until its input ends.
func TestHoldChild(t *testing.T) {
	dir := os.Getenv(holdEnv)
	if dir == "" {
		t.Skip("runs only as the child of TestOpenLocked")
	}
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	defer s.Close()
	os.Stdout.WriteString("\nopen\n")
	bufio.NewReader(os.Stdin).ReadString('\n')
}

func TestOpenLocked(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldChild$")
	cmd.Env = append(os.Environ(), holdEnv+"="+dir)
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
	defer cmd.Wait()
	defer in.Close()
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "open"; {
	}
	_, err = duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(dir, "a.db"), Keyring: storetest.Keyring(t)})
	if !errors.Is(err, duckdb.ErrLocked) {
		t.Errorf("a database that another process holds: %v", err)
	}
}
