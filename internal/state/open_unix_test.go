//go:build unix

package state

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// owned is what a file looks like that belongs to somebody.
type owned struct {
	os.FileInfo
	uid uint32
}

func (o owned) Sys() any { return &syscall.Stat_t{Uid: o.uid} }

func TestOpenOnlyWhatNobodyElseMayChange(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	for mode, fits := range map[os.FileMode]bool{0o600: true, 0o644: true, 0o666: false, 0o620: false, 0o602: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), path)
		if err == nil {
			err = s.Close()
		}
		if fits && err != nil || !fits && (!errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), "chmod 600")) {
			t.Errorf("mode %04o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		me   int
		of   uint32
		fits bool
	}{{1000, 1000, true}, {1000, 0, true}, {1000, 1001, false}, {0, 1000, true}} {
		if err := safeFor(c.me, path, owned{info, c.of}); errors.Is(err, ErrExposed) == c.fits {
			t.Errorf("user %d, file of %d: %v", c.me, c.of, err)
		}
	}
}

func TestOpenFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real.db"), filepath.Join(dir, "link.db")
	if err := os.Symlink(real, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), link); err == nil || !strings.Contains(err.Error(), "is a link to a file that is not there") {
		t.Error("a link to nothing:", err)
	}
	if _, err := os.Stat(real); !errors.Is(err, os.ErrNotExist) {
		t.Error("a file was made behind the link:", err)
	}
	s := open(t, real)
	if _, err := s.Put(t.Context(), "o", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if got, err := open(t, link).Get(t.Context(), "o"); err != nil || string(got) != "wrapped" {
		t.Errorf("through a link on purpose: %q, %v", got, err)
	}
	if err := os.Chmod(real, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), link); !errors.Is(err, ErrExposed) || !strings.Contains(err.Error(), real) {
		t.Error("through a link to what others may change:", err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), pipe); err == nil || !strings.Contains(err.Error(), "is no file") {
		t.Error("a pipe:", err)
	}
}
