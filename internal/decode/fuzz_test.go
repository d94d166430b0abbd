package decode_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/decode"
	"seismo/internal/event"
)

func seeds(f *testing.F) {
	for _, page := range pages(f) {
		f.Add(object(f, page))
	}
}

// FuzzDecode gives any bytes as an object: no panic, items that are whole.
func FuzzDecode(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, in []byte) {
		decodeAll(t, decode.Limits{Expanded: 4 << 20}, string(in), event.Origin{Key: "x"})
		decodeAll(t, decode.Limits{Line: 64, Layers: 2, Expanded: 1 << 16}, string(in),
			event.Origin{Key: "BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/x"})
	})
}

// FuzzSplit holds that no byte of a text is lost between its pieces, but white
// space and what a list has around its elements; and that small chunks make no
// difference.
func FuzzSplit(f *testing.F) {
	seeds(f)
	for _, text := range fragments(f) {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		text := string(in)
		if strings.ContainsAny(text, "\x1f\x28\x18") {
			return // may be compressed
		}
		items := decodeAll(t, decode.Limits{}, text, event.Origin{})
		again := decodeFrom(t, decode.Limits{}, &chunked{text: text, sizes: []int{1, 7}}, event.Origin{})
		if diff := cmp.Diff(told(items), told(again)); diff != "" {
			t.Fatal(diff)
		}
		if !strings.ContainsAny(text, "[") && !strings.Contains(text, "essage") && !strings.Contains(text, "data") &&
			!strings.Contains(text, "Data") && !strings.Contains(text, "detail") && !strings.Contains(text, "CloudTrailEvent") && !strings.Contains(text, `\`) {
			inOrder(t, text, items)
		}
	})
}

// inOrder finds the pieces in the text, and only white space between them.
func inOrder(t *testing.T, text string, items []decode.Item) {
	t.Helper()
	lost := 0
	for _, item := range items {
		if item.Verdict == decode.Skipped {
			return // its bytes are not kept
		}
		at := strings.Index(text, string(item.Raw))
		if at < 0 {
			t.Fatalf("a piece that is not in the text: %q", item.Raw)
		}
		lost += len(between.Replace(text[:at]))
		text = text[at+len(item.Raw):]
	}
	if lost += len(between.Replace(text)); lost > len("2026-03-01T08:30:00.123456789Z")*len(items) {
		t.Fatalf("%d bytes lost", lost)
	}
}

// between takes out what may stand between pieces. The time before an exported
// log event may, too.
var between = strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "", ",", "", "\ufeff", "")

// FuzzGzip damages compressed objects: what is told to be good is what was
// packed, up to the damage.
func FuzzGzip(f *testing.F) {
	f.Add(uint16(3), uint16(40), byte(1), []byte("tail"))
	f.Add(uint16(30), uint16(12), byte(0), []byte{})
	f.Add(uint16(1), uint16(200), byte(255), []byte("\x1f\x8b\x08"))
	f.Fuzz(func(t *testing.T, n, at uint16, flip byte, tail []byte) {
		packed := []byte(zip(calls(int(n % 64))))
		packed[int(at)%len(packed)] ^= flip
		items := decodeAll(t, decode.Limits{Expanded: 1 << 20}, string(packed)+string(tail), event.Origin{})
		if flip == 0 && len(raws(items, decode.Good)) < int(n%64) {
			t.Fatalf("%d good of %d", len(raws(items, decode.Good)), n%64)
		}
	})
}
