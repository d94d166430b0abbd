package duckdb

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

// said300 is a text of 300 KB that cannot be compressed to less than half of it.
func said300(n int) string {
	source := rand.New(rand.NewPCG(uint64(n), 3))
	b := make([]byte, 0, 300_000)
	for len(b) < 300_000 {
		b = fmt.Appendf(b, "%016x", source.Uint64())
	}
	return string(b)
}

// TestPieces stores a text that is longer than a row of sealed bytes may be.
func TestPieces(t *testing.T) {
	s := scaleStore(t)
	call := storetest.Call(1, said300(1), "yes")
	if _, err := s.Append(t.Context(), store.Batch{Events: []event.Event{call}}); err != nil {
		t.Fatal(err)
	}
	var longest, rows int
	if err := s.db.QueryRowContext(t.Context(), `SELECT max(octet_length(sealed)), count(*) FROM block`).Scan(&longest, &rows); err != nil {
		t.Fatal(err)
	}
	if longest > pieceBytes || rows < 150_000/pieceBytes {
		t.Errorf("%d rows, of which the longest has %d bytes", rows, longest)
	}
	_, record, err := s.Record(t.Context(), call.ID)
	if err != nil || !bytes.Equal(record.Raw, call.Record.Raw) {
		t.Errorf("a record of %d bytes came back with %d: %v", len(call.Record.Raw), len(record.Raw), err)
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Blocks != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	erased, err := s.Erase(t.Context(), call.Person)
	if err != nil || erased.Blocks != 1 {
		t.Errorf("%+v, %v", erased, err)
	}
}

// TestLargeTexts stores more of what was said in long texts than DuckDB may have
// in memory: the log can be written into the file all the same.
func TestLargeTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: that a log of long texts above the memory limit can be written into the file is not tried")
	}
	s := scaleStore(t)
	for n := 0; n < 2000; n += 20 {
		var b store.Batch
		for i := range 20 {
			b.Events = append(b.Events, storetest.Call(n+i, said300(n+i), "yes"))
		}
		if _, err := s.Append(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Checkpoint(t.Context()); err != nil {
		t.Error(err)
	}
}
