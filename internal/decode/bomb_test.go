package decode_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// pressed compresses unit, count times over, without holding it.
func pressed(t testing.TB, unit string, count int) string {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	block := strings.Repeat(unit, 1+(64<<10)/len(unit))
	for left := count; left > 0; left -= len(block) / len(unit) {
		io.WriteString(w, block)
	}
	w.Close()
	return b.String()
}

func pressedZstd(t testing.TB, unit string, count int) string {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b)
	if err != nil {
		t.Fatal(err)
	}
	for range count {
		io.WriteString(w, unit)
	}
	w.Close()
	return b.String()
}

func wrapped(text string, times int) string {
	for range times {
		text = zip(text)
	}
	return text
}

const mib = 1 << 20

// maxGrown is the most memory in MiB that an object may take: a record of the
// longest length, while it grows, and the tree of the most values.
const maxGrown = 384

// A bomb is stopped by a limit, and a bad item says so.
func TestBombs(t *testing.T) {
	zeros := strings.Repeat("\x00", mib)
	for _, c := range []struct {
		name   string
		bomb   string
		reason string // of the last bad item
	}{
		{"zeros", pressed(t, "\x00", 72*mib), decode.BadExpansion},
		{"one letter", pressed(t, "a", 72*mib), decode.BadExpansion},
		{"spaces", pressed(t, " ", 72*mib), decode.BadExpansion},
		{"newlines", pressed(t, "\n", 72*mib), decode.BadExpansion},
		{"a string without end", zip("") + pressed(t, `{"schemaType":"`, 1) + pressed(t, "x", 72*mib), decode.BadExpansion},
		{"lines of one letter", pressed(t, "x\n", 36*mib), decode.BadExpansion},
		{"open lists", pressed(t, "[", 72*mib), decode.BadExpansion},
		{"open objects", pressed(t, `{"a":`, 15*mib), decode.BadExpansion},
		{"a list of lists", pressed(t, "[],", 24*mib), decode.BadExpansion},
		{"a list of numbers in a list", zip("[[") + pressed(t, "1,", 36*mib), decode.BadExpansion},
		{"open lists, line by line", pressed(t, "[1,\n", 18*mib), decode.BadExpansion},
		{"open objects, line by line", pressed(t, `{"a":[1,`+"\n", 28*mib), decode.BadExpansion},
		{"open elements", zip("[") + pressed(t, `{"a":[1,`, 28*mib), decode.BadExpansion},
		{"empty objects", pressed(t, "{}\n", 24*mib), decode.BadExpansion},
		{"objects of no kind in a list", zip("[") + pressed(t, `{"a":1},`, 40*mib), decode.BadExpansion},
		{"numbers in a list", zip("[") + pressed(t, "1,", 36*mib), decode.BadExpansion},
		{"members of a long object", zip("{") + pressed(t, `"a":0,`, 40*mib), decode.BadExpansion},
		{"backslashes", zip(`{"a":"`) + pressed(t, `\\`, 36*mib), decode.BadExpansion},
		{"many members", strings.Repeat(zip(zeros), 80), decode.BadExpansion},
		{"gzip in gzip", zip(pressed(t, "\x00", 100*mib)), decode.BadExpansion},
		{"zstd", pressedZstd(t, zeros, 80), decode.BadExpansion},
		{"zstd in gzip", zip(pressedZstd(t, zeros, 80)), decode.BadExpansion},
		{"layers", wrapped("x", 50), decode.BadLayers},
		{"a payload", `{"data":"` + base64.StdEncoding.EncodeToString([]byte(pressed(t, "\x00", 72*mib))) + `"}`, decode.BadExpansion},
		{"payloads in payloads", payloads50(), decode.BadLayers},
		{"empty members", strings.Repeat(zip(""), 200_000), ""},
		{"nested", strings.Repeat("[", 8*mib), decode.BadTooDeep},
		{"values", "[[" + strings.Repeat("1,", 8*mib) + "1]]", decode.BadTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			began, before := time.Now(), heap()
			var last decode.Item
			var peak uint64
			stop := make(chan struct{})
			done := make(chan struct{})
			go watch(&peak, stop, done)
			err := decode.New(decode.Limits{}).Decode(t.Context(), strings.NewReader(c.bomb), event.Origin{}, func(item decode.Item) error {
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
			if last.Reason != c.reason && c.reason != "" {
				t.Errorf("the last bad item says %q, want %q", last.Reason, c.reason)
			}
			grown := (int64(peak) - int64(before)) / mib
			if grown > maxGrown {
				t.Errorf("%d bytes took %d MiB", len(c.bomb), grown)
			}
			t.Logf("%d bytes took %v and %d MiB", len(c.bomb), time.Since(began), grown)
		})
	}
}

func payloads50() string {
	text := call(1)
	for range 12 {
		text = `{"data":"` + base64.StdEncoding.EncodeToString([]byte(text)) + `"}`
	}
	return text
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
