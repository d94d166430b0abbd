package seal

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func numbered(prefix string, n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range n {
			if !yield(fmt.Sprintf("%s%d", prefix, i)) {
				return
			}
		}
	}
}

// The vector of the SipHash paper's appendix: key 00…0f, input 00…0e.
func TestSipHash(t *testing.T) {
	key := filterKey([]byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	input := "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e"
	if got := siphash(key, input); got != 0xa129ca6149be45e5 {
		t.Errorf("siphash is %#x", got)
	}
}

// What is in a filter is always found.
func TestFilterFindsAll(t *testing.T) {
	ring := testRing(t, newMemoryKeys())
	rapid.Check(t, func(r *rapid.T) {
		tokens := rapid.SliceOf(rapid.String()).Draw(r, "tokens")
		if !ring.Probe(tokens).May(ring.Filter(slices.Values(tokens))) {
			r.Fatalf("%q is not found", tokens)
		}
	})
}

func TestFilterAccuracyAndSize(t *testing.T) {
	ring := testRing(t, newMemoryKeys())
	for _, n := range []int{1, 40, 80, 400, 4000, 30_000} {
		filter := ring.Filter(numbered("in", n))
		if most := 13*n/8 + 80; len(filter) > most {
			t.Errorf("a filter of %d tokens takes %d bytes, more than %d", n, len(filter), most)
		}
		wrong := 0
		const tries = 100_000
		for word := range numbered("out", tries) {
			if ring.Probe([]string{word}).May(filter) {
				wrong++
			}
		}
		share := float64(wrong) / tries
		t.Logf("%d tokens: %d bytes, %.2f %% false", n, len(filter), 100*share)
		if share >= 0.005 {
			t.Errorf("%d tokens: %.2f %% false", n, 100*share)
		}
	}
}

func TestFilterNeedsTheKey(t *testing.T) {
	one := testRing(t, newMemoryKeys())
	other, err := New(testMaster(9), newMemoryKeys())
	if err != nil {
		t.Fatal(err)
	}
	filter := one.Filter(numbered("in", 1000))
	found := 0
	for word := range numbered("in", 1000) {
		if other.Probe([]string{word}).May(filter) {
			found++
		}
	}
	if found > 50 {
		t.Errorf("without the key %d of 1,000 words are seen in the filter", found)
	}
}

// A filter that this version cannot read must not hide anything.
func TestFilterUnknown(t *testing.T) {
	ring := testRing(t, newMemoryKeys())
	filter := ring.Filter(slices.Values([]string{"a"}))
	probe := ring.Probe([]string{"missing"})
	if probe.May(filter) || !ring.Probe(nil).May(filter) {
		t.Error("a readable filter is not read")
	}
	newer := slices.Clone(filter)
	newer[0] = 2
	for name, f := range map[string][]byte{"none": nil, "cut": filter[:len(filter)-1], "newer": newer, "no blocks": {1, 0, 0, 0, 0}} {
		if !probe.May(f) {
			t.Errorf("%s: it hides a block", name)
		}
	}
}

func FuzzFilter(f *testing.F) {
	f.Add("ignore previous instructions", []byte{1, 1, 0, 0, 0})
	f.Add("", []byte{1, 255, 255, 255, 255})
	f.Add("a a a \x00 \xff", []byte(nil))
	ring := testRing(f, newMemoryKeys())
	f.Fuzz(func(t *testing.T, text string, filter []byte) {
		words := strings.Fields(text)
		probe := ring.Probe(words)
		probe.May(filter)
		if !probe.May(ring.Filter(slices.Values(words))) {
			t.Fatalf("%q is not found", words)
		}
	})
}

func BenchmarkFilter(b *testing.B) {
	ring := testRing(b, newMemoryKeys())
	tokens := slices.Collect(numbered("token", 30_000))
	for b.Loop() {
		ring.Filter(slices.Values(tokens))
	}
}

func BenchmarkMay(b *testing.B) {
	ring := testRing(b, newMemoryKeys())
	filter := ring.Filter(numbered("token", 30_000))
	probe := ring.Probe([]string{"token1", "missing"})
	for b.Loop() {
		probe.May(filter)
	}
}
