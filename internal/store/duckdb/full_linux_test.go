package duckdb_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// disk mounts a small disk in memory.
func disk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("seismo-test", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("mounting a small disk takes rights that this run does not have: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

// TestSmallDisk fills a real file system, with another file that goes away again.
func TestSmallDisk(t *testing.T) {
	dir := disk(t, "16m")
	path, ballast := filepath.Join(dir, "a.db"), filepath.Join(dir, "ballast")
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: path, Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stored := 0
	for round := range 4 {
		var fs syscall.Statfs_t
		if err := syscall.Statfs(dir, &fs); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(ballast, make([]byte, int64(fs.Bavail)*fs.Bsize-300<<10), 0o600); err != nil {
			t.Fatal(err)
		}
		for err = nil; err == nil; {
			if _, err = s.Append(t.Context(), fullBatch(stored)); err == nil {
				stored++
			}
		}
		if !errors.Is(err, store.ErrFull) {
			t.Fatalf("round %d: %v", round, err)
		}
		if err := s.Checkpoint(t.Context()); err != nil && !errors.Is(err, store.ErrFull) {
			t.Fatalf("round %d: checkpoint: %v", round, err)
		}
		counted(t, s, stored)
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), fullBatch(stored)); err != nil {
			t.Fatalf("round %d, with room again: %v", round, err)
		}
		stored++
		counted(t, s, stored)
	}
}

// TestReadOnlyDisk opens a database on a file system that became read-only: it can
// be read, and writing says why it cannot be.
func TestReadOnlyDisk(t *testing.T) {
	dir := disk(t, "16m")
	cfg := duckdb.Config{Path: filepath.Join(dir, "a.db"), Keyring: storetest.Keyring(t)}
	s, err := duckdb.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), fullBatch(0)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	writable := func(yes bool) {
		t.Helper()
		flags := uintptr(syscall.MS_REMOUNT | syscall.MS_RDONLY)
		if yes {
			flags = syscall.MS_REMOUNT
		}
		if err := syscall.Mount("seismo-test", dir, "tmpfs", flags, "size=16m"); err != nil {
			t.Fatal(err)
		}
	}
	writable(false)
	defer writable(true)
	if s, err := duckdb.Open(t.Context(), cfg); !errors.Is(err, store.ErrFull) {
		t.Errorf("for writing: %v, %v", s, err)
	}
	cfg.ReadOnly = true
	s, err = duckdb.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	counted(t, s, 1)
}
