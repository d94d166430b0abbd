package state

import (
	"path/filepath"
	"testing"
)

func TestFacts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	for _, step := range []struct{ remember, want string }{{"", ""}, {"metadata", "metadata"}, {"full", "full"}, {"", ""}, {"redacted", "redacted"}} {
		if err := s.Remember(t.Context(), "mode", step.remember); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Fact(t.Context(), "mode"); err != nil || got != step.want {
			t.Errorf("%q, %v; want %q", got, err, step.want)
		}
	}
	if got, err := open(t, path).Fact(t.Context(), "mode"); err != nil || got != "redacted" {
		t.Errorf("after a restart: %q, %v", got, err)
	}
	if got, err := s.Fact(t.Context(), "batch"); err != nil || got != "" {
		t.Errorf("another fact: %q, %v", got, err)
	}
}

// TestFromTheFirstSchema opens a file as the first version made it.
func TestFromTheFirstSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s := open(t, path)
	if _, err := s.Put(t.Context(), "o", []byte("wrapped")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	alter(t, path, `DROP TABLE facts; DROP TABLE inventory; DROP TABLE inventory_looks; DROP TABLE changes`)
	alter(t, path, `PRAGMA user_version = 1`)
	s = open(t, path)
	if err := s.Remember(t.Context(), "mode", "full"); err != nil {
		t.Error(err)
	}
	if got, err := s.Get(t.Context(), "o"); err != nil || string(got) != "wrapped" {
		t.Errorf("a key: %q, %v", got, err)
	}
}
