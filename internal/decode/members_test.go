package decode_test

import (
	"strings"
	"testing"

	"seismo/internal/decode"
	"seismo/internal/event"
)

// TestCase20AllMembersOfAGzip reads 80,000 lines of 40 gzip members, of which some
// readers take the first alone.
func TestCase20AllMembersOfAGzip(t *testing.T) {
	var in strings.Builder
	for member := range 40 {
		var lines strings.Builder
		for i := range 2000 {
			lines.WriteString(call(member*2000+i) + "\n")
		}
		in.WriteString(zip(lines.String()))
	}
	items := decodeFrom(t, decode.Limits{}, strings.NewReader(in.String()), event.Origin{})
	if len(items) != 80_000 {
		t.Fatalf("%d records", len(items))
	}
	for _, item := range items {
		if item.Verdict != decode.Good {
			t.Fatalf("%+v", item.Reason)
		}
	}
}
