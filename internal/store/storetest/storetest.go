// Package storetest is the one suite that every store passes: the identity rule,
// search, numbers, the archive, quarantine, ledger, cursors, troubles, findings,
// series and erasure.
//
// It never knows a store's tables, and holds no store of its own.
package storetest

import (
	"context"
	"testing"

	"seismo/internal/event"
	"seismo/internal/query"
	"seismo/internal/seal"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Opened is what the suite asks of a store.
type Opened interface {
	store.Store
	store.Archive
	source.Journal
	Beside
}

// Beside is what a store does beside keeping events.
type Beside interface {
	store.Gallery
	store.Series
	store.Counter
	store.Keeper
}

// Config is how a test wants its store.
type Config struct {
	Keyring *seal.Keyring
	Mode    store.Mode
	Mask    func([]byte) []byte
}

// Opener opens a new, empty store. The suite closes it.
type Opener func(t testing.TB, cfg Config) Opened

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(*testing.T, Opener){
		"identity/example":   testIdentity,
		"identity/any order": testAnyOrder,
		"search/examples":    testSearch,
		"search/paging":      testPaging,
		"search/random":      testRandomSearch,
		"aggregate":          testAggregate,
		"archive/exact":      testArchive,
		"archive/prefix":     testPrefix,
		"modes/events":       testModes,
		"modes/quarantine":   testModesBad,
		"ledger":             testLedger,
		"quarantine":         testQuarantine,
		"erase":              testErase,
		"journal/cursors":    testCursors,
		"journal/troubles":   testTroubles,
		"journal/together":   testTogether,
		"findings":           testFindings,
		"findings/modes":     testFindingModes,
		"findings/erase":     testFindingErase,
		"series":             testSeries,
		"trail counts":       testTrailCounts,
		"retention":          testRetention,
		"retention/all":      testRetentionOfAll,
	} {
		t.Run(name, func(t *testing.T) { test(t, open) })
	}
}

func fresh(t testing.TB, open Opener) Opened {
	return opened(t, open, Config{Keyring: Keyring(t)})
}

func opened(t testing.TB, open Opener, cfg Config) Opened {
	t.Helper()
	s := open(t, cfg)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func appendAll(t testing.TB, s Opened, events ...event.Event) store.Receipt {
	t.Helper()
	r, err := s.Append(context.Background(), store.Batch{Events: events})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all returns every event that a query finds.
func all(t testing.TB, s Opened, q query.Query) []event.Event {
	t.Helper()
	q.Limit = query.MaxLimit
	page, err := s.Search(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if page.Next != "" {
		t.Fatal("more than one page")
	}
	return page.Events
}
