package decode_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"seismo/internal/decode"
	"seismo/internal/event"
	"seismo/test/malformed"
)

const mib = 1 << 20

// maxGrown is the most memory in MiB that an object may take: a record of the
// longest length, while it grows, and the tree of the most values.
const maxGrown = 384

// A bomb is stopped by a limit, and a bad item says so.
func TestCase23Bombs(t *testing.T) {
	for _, c := range malformed.Bombs() {
		t.Run(c.Name, func(t *testing.T) {
			bomb := c.Make()
			began, before := time.Now(), heap()
			var last decode.Item
			var peak uint64
			stop := make(chan struct{})
			done := make(chan struct{})
			go watch(&peak, stop, done)
			err := decode.New(decode.Limits{}).Decode(t.Context(), strings.NewReader(bomb), event.Origin{}, func(item decode.Item) error {
				if item.Verdict != decode.Good {
					last = item
				}
				return nil
			})
			close(stop)
			<-done
			if err != nil {
				t.Fatal(err)
			}
			if last.Reason != c.Reason && c.Reason != "" {
				t.Errorf("the last bad item says %q, want %q", last.Reason, c.Reason)
			}
			grown := (int64(peak) - int64(before)) / mib
			if grown > maxGrown {
				t.Errorf("%d bytes took %d MiB", len(bomb), grown)
			}
			t.Logf("%d bytes took %v and %d MiB", len(bomb), time.Since(began), grown)
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func watch(peak *uint64, stop, done chan struct{}) {
	defer close(done)
	for {
		select {
		case <-stop:
			return
		case <-time.After(2 * time.Millisecond):
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*peak = max(*peak, m.HeapInuse)
	}
}
