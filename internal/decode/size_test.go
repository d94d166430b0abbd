package decode_test

import (
	"io"
	"strings"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// repeat gives head, unit count times, and tail, without holding them.
func repeat(head, unit string, count int, tail string) io.Reader {
	block := strings.Repeat(unit, 1000)
	readers := []io.Reader{strings.NewReader(head)}
	for range count / 1000 {
		readers = append(readers, strings.NewReader(block))
	}
	return io.MultiReader(append(readers, strings.NewReader(strings.Repeat(unit, count%1000)+tail))...)
}

// A line as long as the limit is a record, one byte more is a bad piece of the
// right size, and its neighbours live.
func TestCase22LongestLine(t *testing.T) {
	const head, tail = `{"schemaType":"ModelInvocationLog","x":"`, `"}`
	for over := range 2 {
		long := head + strings.Repeat("x", 64*mib-len(head)-len(tail)+over) + tail
		r := io.MultiReader(strings.NewReader(call(1)+"\n"), strings.NewReader(long), strings.NewReader("\n"+call(2)))
		items := decodeFrom(t, decode.Limits{}, r, event.Origin{})
		if len(items) != 3 || items[0].Verdict != decode.Good || items[2].Verdict != decode.Good || *items[2].Origin.Line != 3 {
			t.Fatalf("%d items", len(items))
		}
		if middle := items[1]; middle.Size != int64(len(long)) || over == 0 != (middle.Verdict == decode.Good) || over == 1 != (middle.Reason == decode.BadTooLong) {
			t.Errorf("%d over the limit: %d, %s, %d bytes", over, middle.Verdict, middle.Reason, middle.Size)
		}
	}
}

// A CloudTrail file is one line however many events it has: its length takes no
// memory and no limit holds it up.
func TestAListOfAnyLength(t *testing.T) {
	const unit = `{"eventSource":"a.amazonaws.com","eventName":"b","x":"0123456789012345678901234567890123456789"},`
	const count = 300_000
	before := heap()
	var peak uint64
	stop, done := make(chan struct{}), make(chan struct{})
	go watch(&peak, stop, done)
	n := 0
	r := repeat(`{"Records":[`, unit, count, `{"eventSource":"a.amazonaws.com","eventName":"last"}]}`)
	err := decode.New(decode.Limits{Line: 1 << 20}).Decode(t.Context(), r, event.Origin{}, func(item decode.Item) error {
		if n++; item.Kind != decode.Trail || *item.Origin.Line != int64(n) {
			t.Fatalf("item %d: %s", n, item.Reason)
		}
		return nil
	})
	close(stop)
	<-done
	if err != nil || n != count+1 {
		t.Errorf("%d events of %d, %v", n, count+1, err)
	}
	if grown := int64(peak) - int64(before); grown > 32*mib {
		t.Errorf("%d MiB for events of 100 bytes", grown/mib)
	}
}
