// Package seal keeps what people said unreadable without a key: it makes and
// guards one data key for every person, seals and opens bytes with it, hashes
// message parts under it, and makes the token filters that let a search skip
// sealed blocks without opening them.
//
// Erasing a person is removing that person's data key: what was sealed with it
// can never be opened again, in no copy. The package never stores anything but
// the master key's file, never logs, and never puts what it seals into an error.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// Errors that callers branch on.
var (
	// ErrErased says that the owner's key was removed and that there will be no
	// other.
	ErrErased = errors.New("erased: the key was removed")
	// ErrOpen says that sealed bytes were changed, cut, belong elsewhere or were
	// sealed with another key.
	ErrOpen = errors.New("sealed bytes cannot be opened: they were changed or belong to another key")
)

// keySize is the size of all keys in bytes: AES-256.
const keySize = 32

// version is the first byte of everything sealed: version, nonce of 12 bytes,
// ciphertext, tag of 16 bytes.
const version = 1

// Overhead is by how many bytes sealing makes a text longer.
const Overhead = 1 + 12 + 16

// Key seals, opens and hashes for one owner, or for the store as a whole. It is
// safe for use by several goroutines.
type Key struct {
	aead cipher.AEAD
	hash []byte
}

// newKey derives the sealing and the hashing key from a secret of keySize bytes.
func newKey(secret []byte) (*Key, error) {
	sealing, err := derive(secret, "seal")
	if err != nil {
		return nil, err
	}
	hashing, err := derive(secret, "hash")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(sealing)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make a cipher: %w", err)
	}
	return &Key{aead: aead, hash: hashing}, nil
}

func derive(secret []byte, purpose string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "seismo "+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive the %s key: %w", purpose, err)
	}
	return key, nil
}

// Seal appends plain to dst, sealed. The same aad must be given to Open: it ties
// the bytes to their place, so that they cannot be moved to another row.
func (k *Key) Seal(dst, plain, aad []byte) []byte {
	var nonce [12]byte
	_, _ = rand.Read(nonce[:]) // never fails: crypto/rand ends the process instead
	dst = append(dst, version)
	dst = append(dst, nonce[:]...)
	return k.aead.Seal(dst, nonce[:], plain, bind(aad))
}

// Open appends what was sealed to dst. It fails with ErrOpen when a single bit
// of sealed or aad differs; dst is then as it was.
func (k *Key) Open(dst, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != version {
		return dst, ErrOpen
	}
	plain, err := k.aead.Open(dst, sealed[1:13], sealed[13:], bind(aad))
	if err != nil {
		return dst, ErrOpen
	}
	return plain, nil
}

// bind puts the version in front of the additional data, so that the version
// byte is sealed too.
func bind(aad []byte) []byte { return append([]byte{version}, aad...) }

// Hash names a message part: the same part has the same hash under the same key,
// and nobody without the key can test a guess.
func (k *Key) Hash(part []byte) (sum [16]byte) {
	mac := hmac.New(sha256.New, k.hash)
	mac.Write(part)
	copy(sum[:], mac.Sum(nil))
	return sum
}

// newSecret is a fresh random key.
func newSecret() []byte {
	secret := make([]byte, keySize)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the process instead
	return secret
}
