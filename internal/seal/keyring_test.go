package seal

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

// memoryKeys is a KeyStore for tests.
type memoryKeys struct {
	mu     sync.Mutex
	keys   map[string][]byte
	erased map[string]bool
}

func newMemoryKeys() *memoryKeys {
	return &memoryKeys{keys: make(map[string][]byte), erased: make(map[string]bool)}
}

func (m *memoryKeys) Get(_ context.Context, owner string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.erased[owner] {
		return nil, ErrErased
	}
	return m.keys[owner], nil
}

func (m *memoryKeys) Put(_ context.Context, owner string, wrapped []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.erased[owner] {
		return nil, ErrErased
	}
	if m.keys[owner] == nil {
		m.keys[owner] = wrapped
	}
	return m.keys[owner], nil
}

func (m *memoryKeys) Delete(_ context.Context, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, owner)
	m.erased[owner] = true
	return nil
}

func testMaster(fill byte) *Master { return &Master{bytes.Repeat([]byte{fill}, keySize)} }

func testRing(t testing.TB, keys KeyStore) *Keyring {
	t.Helper()
	ring, err := New(testMaster(7), keys)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestOwnersHaveTheirOwnKeys(t *testing.T) {
	keys := newMemoryKeys()
	ring := testRing(t, keys)
	alice, err := ring.Owner(t.Context(), "alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	bob, err := ring.Owner(t.Context(), "bob@example.com")
	if err != nil {
		t.Fatal(err)
	}
	sealed := alice.Seal(nil, []byte("secret"), nil)
	if _, err := bob.Open(nil, sealed, nil); !errors.Is(err, ErrOpen) {
		t.Errorf("bob opens what is alice's: %v", err)
	}
	if _, err := ring.Store().Open(nil, sealed, nil); !errors.Is(err, ErrOpen) {
		t.Errorf("the store's key opens what is alice's: %v", err)
	}
	again, err := testRing(t, keys).Owner(t.Context(), "alice@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Open(nil, sealed, nil); err != nil || string(plain) != "secret" {
		t.Errorf("after a restart: %q, %v", plain, err)
	}
	for _, name := range slices.Collect(maps.Keys(keys.keys)) {
		if strings.Contains(name, "alice") || strings.Contains(name, "example") {
			t.Errorf("the key store sees the name %q", name)
		}
	}
}

func TestErase(t *testing.T) {
	keys := newMemoryKeys()
	ring := testRing(t, keys)
	if _, err := ring.Owner(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := ring.Erase(t.Context(), "alice"); err != nil {
			t.Fatal(err)
		}
	}
	if err := ring.Erase(t.Context(), "nobody"); err != nil {
		t.Fatal(err)
	}
	for _, r := range []*Keyring{ring, testRing(t, keys)} {
		for _, owner := range []string{"alice", "nobody"} {
			if _, err := r.Owner(t.Context(), owner); !errors.Is(err, ErrErased) {
				t.Errorf("after erasing %s: %v", owner, err)
			}
		}
	}
	if len(keys.keys) != 0 {
		t.Error("the wrapped key is still there")
	}
}

func TestAnotherMasterKey(t *testing.T) {
	keys := newMemoryKeys()
	if _, err := testRing(t, keys).Owner(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	other, err := New(testMaster(8), keys)
	if err != nil {
		t.Fatal(err)
	}
	for name, wrapped := range keys.keys {
		if _, err := other.wrap.Open(nil, wrapped, []byte(name)); !errors.Is(err, ErrOpen) {
			t.Errorf("another master key unwraps: %v", err)
		}
	}
}

// Two wrapped keys that change places are noticed.
func TestSwappedKeys(t *testing.T) {
	keys := newMemoryKeys()
	ring := testRing(t, keys)
	for _, owner := range []string{"alice", "bob"} {
		if _, err := ring.Owner(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
	}
	a, b := ring.id("alice"), ring.id("bob")
	keys.keys[a], keys.keys[b] = keys.keys[b], keys.keys[a]
	if _, err := testRing(t, keys).Owner(t.Context(), "alice"); !errors.Is(err, ErrOpen) {
		t.Errorf("alice gets bob's key: %v", err)
	}
}

// Many goroutines, and two processes, that meet a person for the first time
// agree on one key.
func TestFirstKeyRace(t *testing.T) {
	keys := newMemoryKeys()
	rings := []*Keyring{testRing(t, keys), testRing(t, keys)}
	var wg sync.WaitGroup
	sums := make([][16]byte, 64)
	for i := range sums {
		wg.Go(func() {
			key, err := rings[i%2].Owner(context.Background(), "alice")
			if err != nil {
				t.Error(err)
				return
			}
			sums[i] = key.Hash([]byte("part"))
		})
	}
	wg.Wait()
	if len(slices.Compact(sums)) != 1 {
		t.Error("one person got several keys")
	}
}
