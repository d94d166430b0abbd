package state

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func open(t testing.TB, path string) *State {
	t.Helper()
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it themselves
	return s
}

// alter changes the file behind the back of the package.
func alter(t testing.TB, path, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state with spaces? & 100%.db")
	s := open(t, path)
	if _, err := s.Put(t.Context(), "o", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	other := open(t, path) // as another process would
	if got, err := other.Get(t.Context(), "o"); err != nil || string(got) != "wrapped" {
		t.Errorf("beside the first: %q, %v", got, err)
	}
	if err := errors.Join(s.Close(), other.Close()); err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, path).Get(t.Context(), "o"); err != nil || string(got) != "wrapped" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "state.db"))
	if _, err := s.Put(t.Context(), "o", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v; want the file and its write-ahead log", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
	}
}

func TestSettings(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "busy_timeout": "10000"} {
		var got string
		if err := s.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", pragma, got, err, want)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s := open(t, good)
	for i := range 200 {
		if _, err := s.Put(t.Context(), string(rune('a'+i)), bytes.Repeat([]byte{byte(i)}, 100)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	holed := bytes.Clone(whole)
	clear(holed[len(holed)-4096:])
	for name, c := range map[string]struct {
		bytes []byte
		want  error
		sql   string
	}{
		"no database":        {bytes.Repeat([]byte("not a database. "), 300), ErrDamaged, ""},
		"a page of zeros":    {holed, ErrDamaged, ""},
		"a cut file":         {whole[:len(whole)-5000], ErrDamaged, ""},
		"a newer schema":     {whole, ErrNewer, "PRAGMA user_version = 999"},
		"another program's":  {nil, ErrForeign, "CREATE TABLE bookmarks (url TEXT)"},
		"another's and mark": {nil, ErrForeign, "PRAGMA application_id = 5"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		if c.sql != "" {
			alter(t, path, c.sql)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), path); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the file was changed, %v", name, err)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "missing", "state.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a missing folder: %v", err)
	}
}

// Processes that make the file at once do not get in each other's way.
func TestOpenTogether(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := Open(context.Background(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// Whatever is wrong with the bytes of the file, opening and reading it ends in
// an answer or an error.
func TestDamage(t *testing.T) {
	path, key := written(t, 20)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 300 {
		damaged := bytes.Clone(whole)
		switch i % 3 {
		case 0:
			damaged[random.IntN(len(damaged))] ^= byte(1 + random.IntN(255))
		case 1:
			damaged = damaged[:random.IntN(len(damaged))]
		case 2:
			clear(damaged[random.IntN(len(damaged)):])
		}
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), path)
		if err != nil {
			continue
		}
		a, err := s.Audit(t.Context(), key)
		if err == nil {
			if n, err := a.Verify(t.Context()); err == nil && n != 20 && len(damaged) > 0 {
				t.Errorf("damage %d: the log verifies with %d entries", i, n)
			}
		}
		if err := s.Close(); err != nil {
			t.Errorf("damage %d: %v", i, err)
		}
	}
}
