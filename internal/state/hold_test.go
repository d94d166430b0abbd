package state

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestHold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	one, other := open(t, path), open(t, path) // other is as another process
	first, err := one.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second, err := one.Hold(t.Context())
	if err != nil {
		t.Fatal("what one process does at once holds together:", err)
	}
	if _, err := other.holdWithin(t.Context(), time.Millisecond); !errors.Is(err, ErrHeld) {
		t.Error("two processes hold it:", err)
	}
	first()
	first()
	if _, err := other.holdWithin(t.Context(), time.Millisecond); !errors.Is(err, ErrHeld) {
		t.Error("released before the last has:", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := other.Hold(stopped); !errors.Is(err, context.Canceled) {
		t.Error("waits on although it was interrupted:", err)
	}
	second()
	release, err := other.Hold(t.Context())
	if err != nil {
		t.Fatal("not released:", err)
	}
	release()
	if info, err := os.Stat(path + ".lock"); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Error("the lock is not its owner's alone:", info, err)
	}
}

// A process that waits gets it as soon as the other ends.
func TestHoldWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	one, other := open(t, path), open(t, path)
	release, err := one.Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan error)
	go func() {
		release, err := other.Hold(context.Background())
		if err == nil {
			release()
		}
		got <- err
	}()
	release()
	if err := <-got; err != nil {
		t.Error(err)
	}
}
