package publish

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestUnusual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Backfill = 8 * 3600e9
		for h := range 20 * 24 { // three or four calls an hour for 20 days
			for i := range 3 + h%2 {
				w.rows.add(call(fmt.Sprint("h", h, i), time.Duration(h+30)*time.Hour))
			}
		}
		stranger := call("s", 3*time.Hour)
		stranger.Person, stranger.Source.Country = "mallory@example.com", "XX"
		w.rows.add(stranger, stranger)
		for i := range 100 {
			w.rows.add(call(fmt.Sprint("burst", i), 5*time.Hour))
		}
		w.once()
		got := w.sums()
		// The stranger's two calls are by a new person and from a new country. The
		// hours of the two weeks before the burst have 3 or 4 calls, but for the last
		// 25, which have none: median 3, deviation 1, so that 3 + 6 × 1.4826 is usual.
		for name, want := range map[string]float64{"person": 2, "country": 2, "model": 0, "principal": 0, "volume": 88} {
			if got["UnusualActivity "+name] != want {
				t.Errorf("%s counts %v, want %v", name, got["UnusualActivity "+name], want)
			}
		}
	})
}

func TestYoungAccountsHaveNothingUnusual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", 3*time.Hour), call("b", 100*time.Hour))
		w.once()
		for name := range w.sums() {
			if strings.HasPrefix(name, unusualCalls) {
				t.Errorf("%s in an account that is known for four days", name)
			}
		}
	})
}
