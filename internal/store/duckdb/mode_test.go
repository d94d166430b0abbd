package duckdb_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"seismo/internal/store"
	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

// TestModeIsRemembered opens a file again without a mode: it keeps no more than
// it was last told to, until it is told otherwise.
func TestModeIsRemembered(t *testing.T) {
	cfg := duckdb.Config{Path: filepath.Join(t.TempDir(), "a.duckdb"), Keyring: storetest.Keyring(t),
		Mask: func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("secret"), []byte("******")) }}
	for i, step := range []struct{ given, want store.Mode }{
		{"", store.Full}, {store.Metadata, store.Metadata}, {"", store.Metadata}, {store.Redacted, store.Redacted},
		{"", store.Redacted}, {store.Full, store.Full}, {"", store.Full},
	} {
		cfg.Mode = step.given
		s, err := duckdb.Open(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Mode(); got != step.want {
			t.Errorf("step %d: mode %q given, %q taken, want %q", i, step.given, got, step.want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	cfg.Mode = store.Redacted
	for name, bad := range map[string]func(*duckdb.Config){
		"no mask": func(c *duckdb.Config) { c.Mask = nil },
		"no mode": func(c *duckdb.Config) { c.Mode = "redact" },
	} {
		c := cfg
		bad(&c)
		if s, err := duckdb.Open(t.Context(), c); err == nil {
			_ = s.Close()
			t.Errorf("%s: the store opens", name)
		}
	}
}
