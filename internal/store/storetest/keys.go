package storetest

import (
	"context"
	"errors"
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

type refusing struct{}

// errRefused is what Keys say under a context of Refusing.
var errRefused = errors.New("no key today")

// Refusing is a context under which no key that is not known already can be had.
func Refusing(ctx context.Context) context.Context { return context.WithValue(ctx, refusing{}, true) }

// Get implements seal.KeyStore.
func (k *Keys) Get(ctx context.Context, owner string) ([]byte, error) {
	if ctx.Value(refusing{}) != nil {
		return nil, errRefused
	}
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
