package duckdb_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sync/errgroup"

	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// Test26cCheckpointsBesideReaders checkpoints again and again beside several
// connections that read, which DuckDB's own checkpoints do not survive.
func Test26cCheckpointsBesideReaders(t *testing.T) {
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: filepath.Join(t.TempDir(), "a.db"), Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const batches = 10
	var g errgroup.Group
	stop := make(chan struct{})
	for range 3 {
		g.Go(func() error {
			for {
				select {
				case <-stop:
					return nil
				default:
				}
				if _, err := s.Stats(t.Context()); err != nil {
					return err
				}
			}
		})
	}
	for n := range batches {
		if _, err := s.Append(t.Context(), fullBatch(n)); err != nil {
			t.Error(err)
			break
		}
		if err := s.Checkpoint(t.Context()); err != nil {
			t.Error(err)
			break
		}
	}
	close(stop)
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
	counted(t, s, batches)
}

// Test26dLogLargerThanMemory opens a file whose log takes more memory than DuckDB
// is given. That is no damage: with more memory the log is put into the file, once.
func Test26dLogLargerThanMemory(t *testing.T) {
	keys := storetest.Keyring(t)
	from, to := filepath.Join(t.TempDir(), "a.db"), filepath.Join(t.TempDir(), "a.db")
	s, err := duckdb.Open(t.Context(), duckdb.Config{Path: from, Keyring: keys})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	done := s.Read()
	var events []event.Event
	for n := range 12 {
		noise := make([]byte, 1<<20)
		_, _ = rand.Read(noise)
		events = append(events, storetest.Call(n, fmt.Sprintf("%x", noise), ""))
	}
	for i := range events {
		if _, err := s.Append(t.Context(), store.Batch{Events: events[i : i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	for _, end := range []string{"", ".wal"} {
		data, err := os.ReadFile(from + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+end, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	done()
	small := duckdb.Checking{Path: to, Memory: "8MB"}
	if size := fileSize(to + ".wal"); size < 12<<20 {
		t.Fatalf("the log has %d bytes only", size)
	}
	if _, err := duckdb.Check(t.Context(), small); !errors.Is(err, duckdb.ErrMemory) || errors.Is(err, duckdb.ErrDamaged) {
		t.Errorf("with little memory: %v", err)
	}
	if c, err := duckdb.Check(t.Context(), duckdb.Checking{Path: to, Memory: "1GB", Settle: true, Rows: true}); err != nil || c.Batch != 12 {
		t.Errorf("with more: %+v, %v", c, err)
	}
	if size := fileSize(to + ".wal"); size > 0 {
		t.Errorf("the log still has %d bytes", size)
	}
	if c, err := duckdb.Check(t.Context(), small); err != nil || c.Batch != 12 {
		t.Errorf("afterwards, with little memory: %+v, %v", c, err)
	}
}
