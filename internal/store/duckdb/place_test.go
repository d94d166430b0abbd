package duckdb_test

import (
	"fmt"
	"testing"
	"time"

	"seismo/internal/source"
	"seismo/internal/store"
	"seismo/internal/store/storetest"
)

// TestFirstTroubles: however many objects cannot be read, no more are taken out than
// are wanted, the next to be tried first, and all are counted.
func TestFirstTroubles(t *testing.T) {
	s := open(t, storetest.Config{Keyring: storetest.Keyring(t)})
	defer s.Close()
	began := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	var b store.Batch
	for n := range 120 {
		b.Troubles = append(b.Troubles, source.Trouble{Object: source.Object{ID: fmt.Sprintf("o%03d", n)}, Source: "a",
			Fault: source.Forbidden, Attempts: 1, First: began, Last: began, Next: began.Add(time.Duration(120-n) * time.Minute)})
	}
	b.Troubles = append(b.Troubles, source.Trouble{Object: source.Object{ID: "other"}, Source: "b", Attempts: 1, First: began, Last: began})
	if _, err := s.Append(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		most, list int
		all        int64
		first      string
	}{{"a", 50, 50, 120, "o119"}, {"a", 500, 120, 120, "o119"}, {"b", 50, 1, 1, "other"}, {"c", 50, 0, 0, ""}} {
		list, all, err := s.FirstTroubles(t.Context(), c.name, c.most)
		if err != nil || len(list) != c.list || all != c.all || c.first != "" && list[0].ID != c.first {
			t.Errorf("%+v: %d of %d, %v", c, len(list), all, err)
		}
	}
}
