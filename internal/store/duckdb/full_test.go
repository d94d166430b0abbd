//go:build linux || darwin

package duckdb_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/source"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// fillUp makes writing beyond some size fail for this process, as on a disk that
// is full; a negative size ends it.
func fillUp(t testing.TB, size int64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Skipf("this system limits no file's size: %v", err)
	}
	limit.Cur = limit.Max
	if size >= 0 {
		limit.Cur = uint64(size)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Skipf("this system limits no file's size: %v", err)
	}
}

func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// fullBatch is object n with its events and its cursor.
func fullBatch(n int) store.Batch {
	events := killObject(n)
	entry := store.Entry{Object: source.Object{ID: fmt.Sprintf("object-%d", n), Cursor: &source.Cursor{Name: "place", Value: strconv.Itoa(n)}},
		Read: int64(len(events)), Last: len(events), Done: time.Now()}
	return store.Batch{Events: events, Objects: []store.Entry{entry}}
}

// counted holds that a store answers, with the calls of n objects and no others.
func counted(t testing.TB, s *duckdb.Store, n int) {
	t.Helper()
	table, err := s.Aggregate(t.Context(), query.Aggregate{Measures: []query.Measure{{Func: query.Count}},
		Where: query.Compare{Field: "kind", Op: query.Equal, Value: event.KindCall}})
	if err != nil {
		t.Fatalf("reading does not go on: %v", err)
	}
	if got := table.Rows[0][0]; got != int64(n*killEvents) {
		t.Fatalf("%v calls, want %d", got, n*killEvents)
	}
	cursor, err := s.Cursor(t.Context(), "place")
	if want := strconv.Itoa(n - 1); err != nil || n > 0 && cursor != want {
		t.Fatalf("cursor %q, want %s; %v", cursor, want, err)
	}
}

// Test26bDiskFull lets the disk run full again and again, during batches and
// checkpoints: nothing that was stored is lost, reading goes on, and the batch that
// failed is stored once there is room, without a restart. SEISMO_FULL is how often.
func Test26bDiskFull(t *testing.T) {
	rounds := 12
	if n, err := strconv.Atoi(os.Getenv("SEISMO_FULL")); err == nil {
		rounds = n
	}
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	path := filepath.Join(t.TempDir(), "a.db")
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: path, Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	defer fillUp(t, -1)
	stored, failed := 0, 0
	for round := range rounds {
		room := int64(rand.IntN(200 << 10))
		base := max(fileSize(path), fileSize(path+".wal"))
		if round%3 == 2 {
			base = fileSize(path) // a checkpoint finds no room
		}
		fillUp(t, base+room)
		for range 30 {
			_, err := s.Append(t.Context(), fullBatch(stored))
			if err != nil {
				failed++
				if !errors.Is(err, store.ErrFull) {
					t.Fatalf("round %d: %v", round, err)
				}
				break
			}
			stored++
		}
		if err := s.Checkpoint(t.Context()); err != nil && !errors.Is(err, store.ErrFull) {
			t.Fatalf("round %d: checkpoint: %v", round, err)
		}
		counted(t, s, stored)
		fillUp(t, -1)
		if _, err := s.Append(t.Context(), fullBatch(stored)); err != nil {
			t.Fatalf("round %d, with room again: %v", round, err)
		}
		stored++
		counted(t, s, stored)
	}
	if failed == 0 {
		t.Error("the disk was never full")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := duckdb.Check(t.Context(), duckdb.Checking{Path: path, Rows: true, Blocks: true}); err != nil {
		t.Error(err)
	}
}
