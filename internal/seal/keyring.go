package seal

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync"
)

// KeyStore keeps wrapped data keys. It must be durable, and an erased owner must
// stay erased. Owners are keyed hashes in hexadecimal, never names, so that what
// remains of an erased person tells nobody who it was.
type KeyStore interface {
	// Get returns an owner's wrapped key, nil when there is none; ErrErased when
	// the owner was erased.
	Get(ctx context.Context, owner string) ([]byte, error)
	// Put keeps an owner's first wrapped key and returns the one that is kept:
	// when another was there already, that one. ErrErased when the owner was erased.
	Put(ctx context.Context, owner string, wrapped []byte) ([]byte, error)
	// Delete removes the key so that its bytes are gone from the disk, and
	// remembers that the owner was erased. An owner without a key is remembered too.
	Delete(ctx context.Context, owner string) error
}

// Keyring hands out keys. It is safe for use by several goroutines.
type Keyring struct {
	wrap   *Key // seals data keys
	store  *Key
	names  *Key // hashes owners' names
	filter [2]uint64
	keys   KeyStore

	mu     sync.Mutex
	opened map[string]*Key
	asking sync.Mutex // one maker of keys at a time
}

// New makes a keyring over the master key and the wrapped keys in the store.
func New(master *Master, keys KeyStore) (*Keyring, error) {
	wrap, err := master.key("wrap")
	if err != nil {
		return nil, err
	}
	store, err := master.key("store")
	if err != nil {
		return nil, err
	}
	names, err := master.key("names")
	if err != nil {
		return nil, err
	}
	filter, err := derive(master.secret, "filter")
	if err != nil {
		return nil, err
	}
	return &Keyring{wrap: wrap, store: store, names: names, filter: filterKey(filter), keys: keys,
		opened: make(map[string]*Key)}, nil
}

// Store is the key for what belongs to no person: quarantined bytes, calls
// without an owner.
func (k *Keyring) Store() *Key { return k.store }

// Owner returns a person's key, and makes it when there is none. It fails with
// ErrErased for an owner that was erased. An opened key is kept, so that erasing
// through another process is noticed only after a restart.
func (k *Keyring) Owner(ctx context.Context, owner string) (*Key, error) {
	if key := k.lookup(owner); key != nil {
		return key, nil
	}
	k.asking.Lock()
	defer k.asking.Unlock()
	if key := k.lookup(owner); key != nil {
		return key, nil
	}
	id := k.id(owner)
	wrapped, err := k.keys.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("get a data key: %w", err)
	}
	if wrapped == nil {
		wrapped, err = k.keys.Put(ctx, id, k.wrap.Seal(nil, newSecret(), []byte(id)))
		if err != nil {
			return nil, fmt.Errorf("keep a data key: %w", err)
		}
	}
	secret, err := k.wrap.Open(nil, wrapped, []byte(id))
	if err != nil {
		return nil, fmt.Errorf("unwrap a data key with this master key: %w", err)
	}
	key, err := newKey(secret)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	k.opened[owner] = key
	k.mu.Unlock()
	return key, nil
}

// Opens reports whether a wrapped key, kept under the owner's hash, was wrapped
// under this keyring's master key.
func (k *Keyring) Opens(owner string, wrapped []byte) bool {
	_, err := k.wrap.Open(nil, wrapped, []byte(owner))
	return err == nil
}

// id is the name under which the store knows an owner.
func (k *Keyring) id(owner string) string {
	sum := k.names.Hash([]byte(owner))
	return hex.EncodeToString(sum[:])
}

func (k *Keyring) lookup(owner string) *Key {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.opened[owner]
}

// Erase removes a person's key for ever. Erasing twice, or somebody who has no
// key, is no error.
func (k *Keyring) Erase(ctx context.Context, owner string) error {
	k.asking.Lock()
	defer k.asking.Unlock()
	if err := k.keys.Delete(ctx, k.id(owner)); err != nil {
		return fmt.Errorf("erase a data key: %w", err)
	}
	k.mu.Lock()
	delete(k.opened, owner)
	k.mu.Unlock()
	return nil
}
