package duckdb_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// erasable are two people's calls with CloudTrail events, enough to fill pages.
func erasable() (events []event.Event) {
	for n := range 3000 {
		person := "carol@example.com"
		if n%3 == 0 {
			person = "Mallory.Unique@example.com"
		}
		call := storetest.Talk(n, person, []string{"What of the zebra?"}, "It is striped.")
		events = append(events, call)
		if n%5 == 0 {
			events = append(events, storetest.Trail(call, n))
		}
	}
	return events
}

// remains looks for a name, in any case, in every file of a folder.
func remains(t *testing.T, dir, name string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(bytes.ToLower(data), []byte(strings.ToLower(name))) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEraseLeavesNoBytes(t *testing.T) {
	dir := t.TempDir()
	s, st, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	events := erasable()
	take := func(s *duckdb.Store) {
		t.Helper()
		for n := 0; n < len(events); n += 1000 {
			if _, err := s.Append(t.Context(), store.Batch{Events: events[n:min(n+1000, len(events))]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	take(s)
	if err := s.Close(); err != nil { // into the file, not only the log
		t.Fatal(err)
	}
	s, again, err := openKill(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	defer s.Close()
	if found := remains(t, dir, "mallory.unique"); len(found) == 0 {
		t.Fatal("the name is not there to be erased")
	}
	erased, err := s.Erase(t.Context(), "Mallory.Unique@example.com")
	if err != nil || erased.Calls != 1000 {
		t.Fatalf("%+v, %v", erased, err)
	}
	if found := remains(t, dir, "mallory.unique"); found != nil {
		t.Errorf("after erasing, the name is in %v", found)
	}
	take(s)
	if found := remains(t, dir, "mallory.unique"); found != nil {
		t.Errorf("after reading again, the name is in %v", found)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Calls != 3000 {
		t.Errorf("%d calls, %v", stats.Calls, err)
	}
	e := events[2]
	if e.Person != "carol@example.com" {
		t.Fatalf("the test looks for a call of %s", e.Person)
	}
	if _, r, err := s.Record(t.Context(), e.ID); err != nil || !bytes.Equal(r.Raw, e.Record.Raw) {
		t.Errorf("the other person's record: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if found := remains(t, dir, "mallory.unique"); found != nil {
		t.Errorf("after closing, the name is in %v", found)
	}
}

// TestEraseIsFinished opens a file as a kill between the transaction and the new
// file leaves it, with a part of a new file beside it.
func TestEraseIsFinished(t *testing.T) {
	dir := shelf(t)
	path := filepath.Join(dir, "a.db")
	before, err := openReading(t, path)
	if err != nil {
		t.Fatal(err)
	}
	want := all(t, before)
	before.Close()
	alter(t, path, `CREATE TABLE gone AS SELECT 'mallory.unique' || range % 50 AS name FROM range(200000)`,
		`CHECKPOINT`, `CREATE TABLE behind AS SELECT hash(range) AS n FROM range(200000)`, `CHECKPOINT`, `DROP TABLE gone`, duckdb.RewriteMark, `CHECKPOINT`)
	if remains(t, dir, "mallory.unique") == nil {
		t.Fatal("the name is not in free pages")
	}
	if err := os.WriteFile(path+".new", []byte("half of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s, err := duckdb.Open(t.Context(), duckdb.Config{Path: path, Keyring: storetest.Keyring(t)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, all(t, s)); diff != "" {
			t.Error(diff)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if found := remains(t, dir, "mallory.unique"); found != nil {
			t.Errorf("the name is in %v", found)
		}
	}
	if _, err := os.Stat(path + ".new"); err == nil {
		t.Error("the new file is left over")
	}
}
