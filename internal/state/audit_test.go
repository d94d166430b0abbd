package state

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/seal"
)

func storeKey(t testing.TB) *seal.Key {
	t.Helper()
	master, err := seal.Create(filepath.Join(t.TempDir(), "key"), "")
	if err != nil {
		t.Fatal(err)
	}
	ring, err := seal.New(master, nil)
	if err != nil {
		t.Fatal(err)
	}
	return ring.Store()
}

func audit(t testing.TB, s *State, key *seal.Key) *Audit {
	t.Helper()
	a, err := s.Audit(context.Background(), key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// written is a log of n entries, and its file.
func written(t testing.TB, n int) (string, *seal.Key) {
	t.Helper()
	path, key := filepath.Join(t.TempDir(), "state.db"), storeKey(t)
	s := open(t, path)
	a := audit(t, s, key)
	for i := range n {
		_, err := a.Append(context.Background(), Entry{Time: time.Date(2026, 3, 1, 8, 0, i, i, time.UTC),
			Actor: "alice", Action: "read", Target: fmt.Sprintf("event %d", i+1), Reason: "case \x00 \"7\" é"})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Put(context.Background(), "owner", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path, key
}

func TestAudit(t *testing.T) {
	path, key := written(t, 5)
	a := audit(t, open(t, path), key)
	if n, err := a.Verify(t.Context()); n != 5 || err != nil {
		t.Fatalf("%d entries, %v", n, err)
	}
	list, err := a.List(t.Context(), 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{3, time.Date(2026, 3, 1, 8, 0, 2, 2, time.UTC), "alice", "read", "event 3", "case \x00 \"7\" é"},
		{2, time.Date(2026, 3, 1, 8, 0, 1, 1, time.UTC), "alice", "read", "event 2", "case \x00 \"7\" é"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	e, err := a.Append(t.Context(), Entry{Actor: "bob"})
	if err != nil || e.Seq != 6 || time.Since(e.Time) > time.Hour {
		t.Errorf("appended %+v, %v", e, err)
	}
	if list, err := a.List(t.Context(), 0, 100); err != nil || len(list) != 6 || list[0].Actor != "bob" {
		t.Errorf("listed %+v, %v", list, err)
	}
}

// A query may repeat what was said, so it does not lie in the file in plain.
func TestAuditIsSealed(t *testing.T) {
	path, key := written(t, 0)
	if _, err := audit(t, open(t, path), key).Append(t.Context(), Entry{Actor: "alice", Action: "search",
		Target: "canary one", Reason: "canary two"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal"} {
		text, err := os.ReadFile(name)
		if err != nil || bytes.Contains(text, []byte("canary")) {
			t.Errorf("%s holds the canary, %v", filepath.Base(name), err)
		}
	}
}

func TestEmptyAudit(t *testing.T) {
	path, key := written(t, 0)
	a := audit(t, open(t, path), key)
	if n, err := a.Verify(t.Context()); n != 0 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

// Whatever is done to the log, Verify notices.
func TestTampering(t *testing.T) {
	for name, change := range map[string]string{
		"one letter":           `UPDATE audit SET actor = 'alicE' WHERE seq = 3`,
		"another's detail":     `UPDATE audit SET detail = (SELECT detail FROM audit WHERE seq = 2) WHERE seq = 3`,
		"the time":             `UPDATE audit SET time = '2026-03-01T08:00:02.000000003Z' WHERE seq = 3`,
		"the time's spelling":  `UPDATE audit SET time = '2026-03-01T08:00:02.0000000020Z' WHERE seq = 3`,
		"a time that is none":  `UPDATE audit SET time = 'soon' WHERE seq = 3`,
		"from word to word":    `UPDATE audit SET actor = 'alicer', action = 'ead' WHERE seq = 3`,
		"deleted at the start": `DELETE FROM audit WHERE seq = 1`,
		"deleted inside":       `DELETE FROM audit WHERE seq = 3`,
		"deleted at the end":   `DELETE FROM audit WHERE seq = 5`,
		"cut, head set back": `DELETE FROM audit WHERE seq > 3;
			UPDATE audit_head SET seq = 3, proof = (SELECT chain FROM audit WHERE seq = 3)`,
		"cut, head left":    `DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET seq = 3`,
		"emptied":           `DELETE FROM audit`,
		"emptied with head": `DELETE FROM audit; DELETE FROM audit_head`,
		"renumbered": `DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = seq - 1 WHERE seq > 3;
			UPDATE audit_head SET seq = 4`,
		"swapped": `UPDATE audit SET seq = 30 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 4;
			UPDATE audit SET seq = 4 WHERE seq = 30`,
		"added":     `INSERT INTO audit SELECT 6, time, actor, action, detail, chain FROM audit WHERE seq = 5`,
		"the chain": `UPDATE audit SET chain = zeroblob(16) WHERE seq = 2`,
		"the proof": `UPDATE audit_head SET proof = zeroblob(16)`,
	} {
		t.Run(name, func(t *testing.T) {
			path, key := written(t, 5)
			alter(t, path, change)
			a := audit(t, open(t, path), key)
			if _, err := a.Verify(t.Context()); !errors.Is(err, ErrTampered) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Every single byte of every entry counts.
func TestTamperingWithEveryByte(t *testing.T) {
	path, key := written(t, 3)
	s := open(t, path)
	a := audit(t, s, key)
	for _, column := range []string{"time", "actor", "action", "detail", "chain"} {
		var text []byte
		read := `SELECT CAST(` + column + ` AS BLOB) FROM audit WHERE seq = 2`
		if err := s.db.QueryRow(read).Scan(&text); err != nil || len(text) == 0 {
			t.Fatalf("%q, %v", text, err)
		}
		kind := "TEXT"
		if column == "detail" || column == "chain" {
			kind = "BLOB"
		}
		write := `UPDATE audit SET ` + column + ` = CAST(? AS ` + kind + `) WHERE seq = 2`
		for i := range text {
			changed := bytes.Clone(text)
			changed[i] ^= 1
			if _, err := s.db.Exec(write, changed); err != nil {
				t.Fatal(err)
			}
			if _, err := a.Verify(t.Context()); !errors.Is(err, ErrTampered) {
				t.Errorf("byte %d of %s: %v", i, column, err)
			}
		}
		if _, err := s.db.Exec(write, text); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Verify(t.Context()); err != nil {
		t.Errorf("all put back: %v", err)
	}
}

func TestAuditNeedsTheKey(t *testing.T) {
	path, _ := written(t, 3)
	a := audit(t, open(t, path), storeKey(t))
	if _, err := a.Verify(t.Context()); !errors.Is(err, ErrTampered) {
		t.Errorf("under another key: %v", err)
	}
	if _, err := a.Append(t.Context(), Entry{Actor: "mallory"}); !errors.Is(err, ErrTampered) {
		t.Errorf("appended under another key: %v", err)
	}
}

// Two processes append to one log without losing or doubling an entry.
func TestAppendTogether(t *testing.T) {
	path, key := written(t, 0)
	var wg sync.WaitGroup
	for p := range 2 {
		a := audit(t, open(t, path), key)
		for i := range 10 {
			wg.Go(func() {
				if _, err := a.Append(context.Background(), Entry{Actor: fmt.Sprint(p), Target: fmt.Sprint(i)}); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	a := audit(t, open(t, path), key)
	if n, err := a.Verify(t.Context()); n != 20 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
	list, err := a.List(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, e := range list {
		seen[strings.Join([]string{e.Actor, e.Target}, " ")] = true
	}
	if len(seen) != 20 {
		t.Errorf("%d different entries", len(seen))
	}
}
