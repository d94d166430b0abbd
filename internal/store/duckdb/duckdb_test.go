package duckdb_test

import (
	"fmt"
	"strings"
	"testing"

	"seismo/internal/event"
	"seismo/internal/store"
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

// TestSaving sends a conversation of forty turns, its history with each of them,
// as agents do.
func TestSaving(t *testing.T) {
	s := open(t, storetest.Config{Keyring: storetest.Keyring(t)})
	defer s.Close()
	var turns []string
	for n := range 40 {
		turns = append(turns, fmt.Sprintf("question %d: %s", n, strings.Repeat(fmt.Sprint(n, " sheep "), 80)))
		answer := fmt.Sprintf("answer %d: %s", n, strings.Repeat(fmt.Sprint(n, " goats "), 40))
		call := storetest.Talk(n, "alice@example.com", turns, answer)
		if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{call}}); err != nil {
			t.Fatal(err)
		}
		turns = append(turns, answer)
	}
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if stats.Saving() < 10 {
		t.Errorf("storing each message once saves %.1f times, want at least 10: %+v", stats.Saving(), stats)
	}
}
