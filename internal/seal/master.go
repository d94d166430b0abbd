package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/crypto/argon2"
)

// Errors of the key file that callers branch on.
var (
	// ErrPassphrase says that the key file asks for a passphrase and that none, or
	// a wrong one, was given.
	ErrPassphrase = errors.New("the passphrase is missing or wrong")
	// ErrExposed says that others than the owner may read the key file.
	ErrExposed = errors.New("others may read the key file")
)

// Master is the master key: it wraps the data keys, and everything that is
// sealed hangs on it.
type Master struct{ secret []byte }

func (m *Master) key(purpose string) (*Key, error) {
	secret, err := derive(m.secret, purpose)
	if err != nil {
		return nil, err
	}
	return newKey(secret)
}

// keyFile is the text of a key file: either the key itself, or what makes it
// from a passphrase.
type keyFile struct {
	Seismo string `json:"seismo"` // "master key"
	Key    string `json:"key,omitzero"`
	Argon  *argon `json:"argon2id,omitzero"`
	Check  string `json:"check"` // sealed with the key: tells a wrong key from damaged data
}

type argon struct {
	Salt    string `json:"salt"`
	Time    uint32 `json:"time"`
	Memory  uint32 `json:"memory_kib"`
	Threads uint8  `json:"threads"`
}

const (
	fileTitle = "master key"
	checkText = "seismo master key"
)

// The cost of trying one passphrase: OWASP's floor for argon2id is 19 MiB and two
// passes; a key is opened once per start, so more is affordable.
const (
	argonTime    = 3
	argonMemory  = 64 << 10
	argonThreads = 2
)

// Load reads the master key from a file. The passphrase is used only when the
// file asks for one. The error is fs.ErrNotExist when there is no file.
func Load(path, passphrase string) (*Master, error) {
	if err := private(path); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the key file: %w", err)
	}
	var f keyFile
	if err := json.Unmarshal(text, &f); err != nil || f.Seismo != fileTitle {
		return nil, fmt.Errorf("key file %s: this is not a key file, or it is damaged", path)
	}
	m, err := f.master(passphrase)
	if err != nil {
		return nil, fmt.Errorf("key file %s: %w", path, err)
	}
	return m, nil
}

// Create makes a new key file that only its owner may read, and fails with
// fs.ErrExist when there is one. With a passphrase the file holds no key: without
// the passphrase it opens nothing.
func Create(path, passphrase string) (*Master, error) {
	f := keyFile{Seismo: fileTitle}
	if passphrase == "" {
		f.Key = base64.StdEncoding.EncodeToString(newSecret())
	} else {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt)
		f.Argon = &argon{base64.StdEncoding.EncodeToString(salt), argonTime, argonMemory, argonThreads}
	}
	m, err := f.secret(passphrase)
	if err != nil {
		return nil, err
	}
	check, err := m.key("check")
	if err != nil {
		return nil, err
	}
	f.Check = base64.StdEncoding.EncodeToString(check.Seal(nil, []byte(checkText), nil))
	text, err := json.Marshal(f, jsontext.WithIndent("  "))
	if err != nil {
		return nil, fmt.Errorf("write the key file: %w", err)
	}
	if err := write(path, append(text, '\n')); err != nil {
		return nil, err
	}
	return m, nil
}

// LoadOrCreate reads the master key, and makes it at the first start.
func LoadOrCreate(path, passphrase string) (*Master, error) {
	m, err := Load(path, passphrase)
	if !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	m, err = Create(path, passphrase)
	if errors.Is(err, fs.ErrExist) {
		return Load(path, passphrase)
	}
	return m, err
}

// master makes the key and proves it.
func (f keyFile) master(passphrase string) (*Master, error) {
	m, err := f.secret(passphrase)
	if err != nil {
		return nil, err
	}
	check, err := m.key("check")
	if err != nil {
		return nil, err
	}
	sealed, err := base64.StdEncoding.DecodeString(f.Check)
	if err != nil {
		return nil, errDamaged
	}
	if _, err := check.Open(nil, sealed, nil); err != nil {
		if f.Argon != nil {
			return nil, ErrPassphrase
		}
		return nil, errDamaged
	}
	return m, nil
}

var errDamaged = errors.New("it is damaged")

// secret reads the key, or makes it from the passphrase.
func (f keyFile) secret(passphrase string) (*Master, error) {
	if f.Argon == nil {
		secret, err := base64.StdEncoding.DecodeString(f.Key)
		if err != nil || len(secret) != keySize {
			return nil, errDamaged
		}
		return &Master{secret}, nil
	}
	if passphrase == "" {
		return nil, ErrPassphrase
	}
	salt, err := base64.StdEncoding.DecodeString(f.Argon.Salt)
	if err != nil || !f.Argon.sane() {
		return nil, errDamaged
	}
	return &Master{argon2.IDKey([]byte(passphrase), salt, f.Argon.Time, f.Argon.Memory, f.Argon.Threads, keySize)}, nil
}

// sane bounds what a damaged file can make this process do.
func (a argon) sane() bool {
	return 1 <= a.Time && a.Time <= 100 && a.Memory <= 4<<20 && a.Threads >= 1
}
