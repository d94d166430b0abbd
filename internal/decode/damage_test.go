package decode_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"seismo/internal/decode"
	"seismo/internal/event"
)

func call(i int) string {
	return fmt.Sprintf(`{"schemaType":"ModelInvocationLog","requestId":"%08x","n":%d}`, uint32(i)*2654435761, i)
}

func calls(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(call(i) + "\n")
	}
	return b.String()
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

func zst(t testing.TB, text string) string {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(w.EncodeAll([]byte(text), nil))
}

func raws(items []decode.Item, v decode.Verdict) []string {
	out := []string{}
	for _, item := range items {
		if item.Verdict == v {
			out = append(out, string(item.Raw))
		}
	}
	return out
}

// Cut anywhere, an object gives the records before the cut and at most one bad
// piece, the last item: that the rest is missing.
func TestCutAnywhere(t *testing.T) {
	text := calls(40)
	trail := `{"Records":[` + strings.Repeat(`{"eventSource":"a.amazonaws.com","eventName":"b","x":"`+strings.Repeat("y", 50)+`"},`, 20) + `{"eventSource":"a.amazonaws.com","eventName":"c"}]}`
	for name, object := range map[string]string{
		"plain": text, "gzip": zip(text), "zstd": zst(t, text), "gzip twice": zip(zip(text)),
		"members": zip(text[:700]) + zip(text[700:]), "list": trail, "list in gzip": zip(trail),
	} {
		t.Run(name, func(t *testing.T) {
			all := raws(decodeAll(t, decode.Limits{}, object, event.Origin{}), decode.Good)
			for cut := 1; cut < len(object); cut++ {
				items := decodeAll(t, decode.Limits{}, object[:cut], event.Origin{})
				good, bad := raws(items, decode.Good), raws(items, decode.Bad)
				if len(good) > len(all) || !cmp.Equal(good, append([]string{}, all[:len(good)]...)) {
					t.Fatalf("cut at %d: %d good items that are not the first ones", cut, len(good))
				}
				if len(bad) > 1 || len(bad) == 1 && items[len(items)-1].Verdict != decode.Bad {
					t.Fatalf("cut at %d: %s", cut, told(items))
				}
				if len(bad) == 0 && len(good) < len(all) && name != "plain" && name != "members" {
					t.Fatalf("cut at %d: %d of %d good and nothing bad", cut, len(good), len(all))
				}
			}
		})
	}
}

// A damaged byte in compressed data never goes unnoticed and never makes more
// than one bad piece of the data, whatever comes out of it.
func TestDamageIsNoticed(t *testing.T) {
	text := calls(40)
	object := zip(text)
	for at := 10; at < len(object); at++ {
		damaged := []byte(object)
		damaged[at] ^= 0x10
		items := decodeAll(t, decode.Limits{}, string(damaged), event.Origin{})
		last := items[len(items)-1]
		if last.Verdict != decode.Bad || last.Reason != decode.BadCompression {
			t.Fatalf("byte %d: the last item is %s", at, told(items[len(items)-1:]))
		}
	}
}

func TestDigestIsOfTheLine(t *testing.T) {
	items := decodeAll(t, decode.Limits{}, "{\"a\":\r\n", event.Origin{})
	if len(items) != 1 || items[0].Size != 5 || string(items[0].Raw) != `{"a":` {
		t.Fatalf("%+v", items)
	}
	if got, want := items[0].SHA256, sum(`{"a":`); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

// A long bad piece is kept in part; its size and digest are of the whole.
func TestLongBadPiece(t *testing.T) {
	long := "x" + strings.Repeat("0123456789", 200_000)
	items := decodeAll(t, decode.Limits{}, call(1)+"\n"+long+"\n"+call(2), event.Origin{})
	if len(items) != 3 || len(items[1].Raw) != decode.KeepBad || items[1].Size != int64(len(long)) {
		t.Fatalf("%d items, kept %d of %d bytes", len(items), len(items[1].Raw), items[1].Size)
	}
	if got, want := items[1].SHA256, sum(long); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

// Bad pieces without end are gathered; what is good among them is not lost.
func TestFlood(t *testing.T) {
	flood := strings.Repeat("{}\n", 50_000)
	items := decodeAll(t, decode.Limits{}, flood+call(1)+"\n"+flood, event.Origin{})
	bad := raws(items, decode.Bad)
	if good := raws(items, decode.Good); len(good) != 1 || len(bad) != 2*20_001 {
		t.Fatalf("%d good, %d bad", len(good), len(bad))
	}
	if gathered := bad[20_000]; len(gathered) != 30_000*len("{}\n") {
		t.Errorf("%d bytes gathered", len(gathered))
	}
}
