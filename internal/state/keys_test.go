package state

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"seismo/internal/seal"
)

func TestKeys(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "state.db"))
	ctx := t.Context()
	if got, err := s.Get(ctx, "a"); got != nil || err != nil {
		t.Errorf("before there is one: %q, %v", got, err)
	}
	for _, wrapped := range []string{"first", "second"} {
		if kept, err := s.Put(ctx, "a", []byte(wrapped)); err != nil || string(kept) != "first" {
			t.Errorf("put %s: %q, %v", wrapped, kept, err)
		}
	}
	for range 2 {
		if err := s.Delete(ctx, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(ctx, "never seen"); err != nil {
		t.Fatal(err)
	}
	for _, owner := range []string{"a", "never seen"} {
		if got, err := s.Get(ctx, owner); !errors.Is(err, seal.ErrErased) || got != nil {
			t.Errorf("get %s after erasing: %q, %v", owner, got, err)
		}
		if got, err := s.Put(ctx, owner, []byte("third")); !errors.Is(err, seal.ErrErased) || got != nil {
			t.Errorf("put %s after erasing: %q, %v", owner, got, err)
		}
	}
}

// wrapped is a key whose bytes are found nowhere else.
func wrapped(i int) []byte {
	sum := sha256.Sum256(fmt.Append(nil, "key ", i))
	return append(sum[:], sum[:]...)
}

// After an erasure the wrapped key is in none of the files, wherever pages were
// split and moved before.
func TestDeletedKeysAreGone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "state.db"))
	const owners = 400
	for i := range owners {
		if _, err := s.Put(t.Context(), fmt.Sprintf("owner %x", i*7919%owners), wrapped(i*7919%owners)); err != nil {
			t.Fatal(err)
		}
	}
	if n := found(t, dir, owners, func(int) bool { return true }); n != owners {
		t.Fatalf("the search finds %d of %d keys that are there", n, owners)
	}
	erased := func(i int) bool { return i%3 == 0 }
	for i := range owners {
		if !erased(i) {
			continue
		}
		if err := s.Delete(t.Context(), fmt.Sprintf("owner %x", i)); err != nil {
			t.Fatal(err)
		}
	}
	if n := found(t, dir, owners, erased); n != 0 {
		t.Errorf("%d erased keys are still in the files", n)
	}
	if n := found(t, dir, owners, func(i int) bool { return !erased(i) }); n != owners-(owners+2)/3 {
		t.Errorf("only %d of the other keys are left", n)
	}
}

// found counts the keys, of those asked for, of which the files in dir hold the
// first bytes.
func found(t *testing.T, dir string, owners int, ask func(int) bool) (n int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	for i := range owners {
		if ask(i) && bytes.Contains(all, wrapped(i)[:16]) {
			n++
		}
	}
	return n
}

// A reader in another process keeps the old pages alive: erasing says so
// instead of claiming that the bytes are gone.
func TestDeleteBesideAReader(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	if _, err := s.Put(t.Context(), "a", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	reader := open(t, path)
	tx, err := reader.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("COMMIT; BEGIN DEFERRED; SELECT * FROM data_keys"); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "a"); !errors.Is(err, errBusy) {
		t.Errorf("with a reader: %v", err)
	}
	if _, err := s.Get(t.Context(), "a"); !errors.Is(err, seal.ErrErased) {
		t.Errorf("the key can still be had: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Errorf("without the reader: %v", err)
	}
}

func TestKeyringOverState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	master, err := seal.Create(filepath.Join(t.TempDir(), "key"), "")
	if err != nil {
		t.Fatal(err)
	}
	var rings []*seal.Keyring
	for range 2 {
		ring, err := seal.New(master, open(t, path))
		if err != nil {
			t.Fatal(err)
		}
		rings = append(rings, ring)
	}
	var wg sync.WaitGroup
	sums := make([][16]byte, 20)
	for i := range sums {
		wg.Go(func() {
			key, err := rings[i%2].Owner(context.Background(), "alice@example.com")
			if err != nil {
				t.Error(err)
				return
			}
			sums[i] = key.Hash(nil)
		})
	}
	wg.Wait()
	for _, sum := range sums {
		if sum != sums[0] {
			t.Fatal("two processes made two keys for one person")
		}
	}
	if err := rings[0].Erase(t.Context(), "alice@example.com"); err != nil {
		t.Fatal(err)
	}
	if _, err := rings[0].Owner(t.Context(), "alice@example.com"); !errors.Is(err, seal.ErrErased) {
		t.Errorf("after erasing: %v", err)
	}
}
