package duckdb_test

import (
	"testing"

	"seismo/internal/store/duckdb"
	"seismo/internal/store/storetest"
)

func open(t testing.TB, cfg storetest.Config) *duckdb.Store {
	t.Helper()
	s, err := duckdb.Open(t.Context(), duckdb.Config{Keyring: cfg.Keyring, Mode: cfg.Mode, Mask: cfg.Mask})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t testing.TB, cfg storetest.Config) storetest.Opened { return open(t, cfg) })
}

// TestLater holds searches for words that are everywhere to the same suite.
func TestLater(t *testing.T) {
	storetest.Run(t, func(t testing.TB, cfg storetest.Config) storetest.Opened {
		s := open(t, cfg)
		s.LookLater()
		return s
	})
}
