package seal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func testKey(t testing.TB, fill byte) *Key {
	t.Helper()
	key, err := newKey(bytes.Repeat([]byte{fill}, keySize))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestSealAndOpen(t *testing.T) {
	key := testKey(t, 1)
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(r, "plain")
		aad := rapid.SliceOf(rapid.Byte()).Draw(r, "aad")
		sealed := key.Seal([]byte("before"), plain, aad)
		if len(sealed) != len("before")+len(plain)+Overhead {
			r.Fatalf("%d bytes were sealed to %d", len(plain), len(sealed)-len("before"))
		}
		opened, err := key.Open([]byte("kept "), sealed[len("before"):], aad)
		if err != nil || !bytes.Equal(opened, append([]byte("kept "), plain...)) {
			r.Fatalf("opened %q, %v; want %q", opened, err, plain)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	key := testKey(t, 1)
	plain := []byte("canary: what was said")
	sealed := key.Seal(nil, plain, []byte("row 1"))
	for name, open := range map[string]func() ([]byte, error){
		"another key":   func() ([]byte, error) { return testKey(t, 2).Open(nil, sealed, []byte("row 1")) },
		"another place": func() ([]byte, error) { return key.Open(nil, sealed, []byte("row 2")) },
		"no place":      func() ([]byte, error) { return key.Open(nil, sealed, nil) },
		"a cut end":     func() ([]byte, error) { return key.Open(nil, sealed[:len(sealed)-1], []byte("row 1")) },
		"more at end":   func() ([]byte, error) { return key.Open(nil, append(bytes.Clone(sealed), 0), []byte("row 1")) },
		"nothing":       func() ([]byte, error) { return key.Open(nil, nil, []byte("row 1")) },
	} {
		if got, err := open(); !errors.Is(err, ErrOpen) || len(got) > 0 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if bytes.Contains(sealed, plain[:6]) {
		t.Error("the sealed bytes show the plain ones")
	}
	if bytes.Equal(sealed, key.Seal(nil, plain, []byte("row 1"))) {
		t.Error("sealing twice gives the same bytes")
	}
}

// Any one byte that differs is noticed.
func TestTampering(t *testing.T) {
	key := testKey(t, 1)
	random := rand.New(rand.NewPCG(1, 2))
	aad := []byte("block 7")
	for i := range 10_000 {
		plain := make([]byte, random.IntN(300))
		sealed := key.Seal(nil, plain, aad)
		sealed[random.IntN(len(sealed))] ^= byte(1 + random.IntN(255))
		if got, err := key.Open(nil, sealed, aad); !errors.Is(err, ErrOpen) || got != nil {
			t.Fatalf("tampering %d was not noticed: %v", i, err)
		}
	}
}

func TestHash(t *testing.T) {
	one, other := testKey(t, 1), testKey(t, 2)
	if first, again := one.Hash([]byte("part")), one.Hash([]byte("part")); first != again {
		t.Error("one part has two hashes")
	}
	if one.Hash([]byte("part")) == one.Hash([]byte("part ")) {
		t.Error("two parts have one hash")
	}
	if one.Hash([]byte("part")) == other.Hash([]byte("part")) {
		t.Error("the hash does not depend on the key")
	}
}

func BenchmarkSeal(b *testing.B) {
	key := testKey(b, 1)
	plain := make([]byte, 64<<10)
	b.SetBytes(int64(len(plain)))
	var sealed []byte
	for b.Loop() {
		sealed = key.Seal(sealed[:0], plain, nil)
	}
}
