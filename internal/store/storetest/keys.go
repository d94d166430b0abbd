package storetest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	"seismo/internal/seal"
)

// Keys is a seal.KeyStore in memory.
type Keys struct {
	mu     sync.Mutex
	kept   map[string][]byte
	erased map[string]bool
}

// Get implements seal.KeyStore.
func (k *Keys) Get(_ context.Context, owner string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.erased[owner] {
		return nil, seal.ErrErased
	}
	return k.kept[owner], nil
}

// Put implements seal.KeyStore.
func (k *Keys) Put(_ context.Context, owner string, wrapped []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.erased[owner] {
		return nil, seal.ErrErased
	}
	if k.kept == nil {
		k.kept = make(map[string][]byte)
	}
	if k.kept[owner] == nil {
		k.kept[owner] = wrapped
	}
	return k.kept[owner], nil
}

// Delete implements seal.KeyStore.
func (k *Keys) Delete(_ context.Context, owner string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.erased == nil {
		k.erased = make(map[string]bool)
	}
	delete(k.kept, owner)
	k.erased[owner] = true
	return nil
}

// Keyring is a new keyring over a new master key.
func Keyring(t testing.TB) *seal.Keyring {
	t.Helper()
	master, err := seal.Create(filepath.Join(t.TempDir(), "master.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := seal.New(master, &Keys{})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
