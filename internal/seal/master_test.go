package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Load(path, ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a file: %v", err)
	}
	made, err := LoadOrCreate(path, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	read, err := LoadOrCreate(path, "")
	if err != nil || !bytes.Equal(read.secret, made.secret) {
		t.Errorf("the second start has another key: %v", err)
	}
	if _, err := Create(path, ""); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a key file was written over: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); err != nil || len(left) > 0 {
		t.Errorf("files are left behind: %v, %v", left, err)
	}
}

func TestKeyFileOfOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Create(path, ""); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []fs.FileMode{0o640, 0o604, 0o620, 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, ""); !errors.Is(err, ErrExposed) {
			t.Errorf("mode %o is accepted: %v", mode, err)
		}
	}
}

func TestPassphrase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	made, err := Create(path, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(text, []byte(base64.StdEncoding.EncodeToString(made.secret))) || bytes.Contains(text, []byte("horse")) {
		t.Error("the file holds the key or the passphrase")
	}
	read, err := Load(path, "correct horse")
	if err != nil || !bytes.Equal(read.secret, made.secret) {
		t.Errorf("the passphrase does not give the key again: %v", err)
	}
	for _, wrong := range []string{"", "correct Horse"} {
		if _, err := Load(path, wrong); !errors.Is(err, ErrPassphrase) {
			t.Errorf("passphrase %q: %v", wrong, err)
		}
	}
}

func TestDamagedKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if _, err := Create(path, ""); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := bytes.Index(whole, []byte(`"key": "`)) + len(`"key": "`)
	flipped := bytes.Clone(whole)
	flipped[key] ^= 2
	for name, text := range map[string][]byte{
		"empty": nil, "cut": whole[:len(whole)/2], "no JSON": []byte("key"), "another file": []byte(`{"seismo":"x"}`),
		"a letter of the key": flipped,
		"endless argon2id":    []byte(`{"seismo":"master key","argon2id":{"salt":"AA==","time":4294967295,"memory_kib":4294967295,"threads":1},"check":""}`),
	} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := Load(path, "x"); err == nil || m != nil {
			t.Errorf("%s: a key came of it", name)
		}
		if m, err := LoadOrCreate(path, "x"); err == nil || m != nil {
			t.Errorf("%s: a damaged file was replaced", name)
		}
	}
}

// Processes that start at once agree on one key.
func TestKeyFileRace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	secrets := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			m, err := LoadOrCreate(path, "")
			if err != nil {
				t.Error(err)
				return
			}
			secrets[i] = m.secret
		})
	}
	wg.Wait()
	for _, s := range secrets {
		if !bytes.Equal(s, secrets[0]) {
			t.Fatal("two keys were made")
		}
	}
}
