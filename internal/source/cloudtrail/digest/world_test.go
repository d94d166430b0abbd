package digest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"seismo/test/standin"
)

const bucket = "example-trail"

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type written = standin.Written

func newTrail(t *testing.T, shelf *memory) *standin.Trail {
	return &standin.Trail{T: t, Put: shelf.put, Bucket: bucket, Region: "eu-west-1"}
}

func unzip(t *testing.T, packed []byte) string {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// testKeys knows the test's key, as a file of AWS's tool.
func testKeys(t *testing.T) Keys {
	t.Helper()
	keys, err := ReadKeys(strings.NewReader(standin.KeysFile()))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// memory is a Shelf of one bucket in memory.
type memory struct {
	files map[string]file
	fails map[string]error // reading of the key breaks off with it
}

type file struct {
	body []byte
	meta map[string]string
}

func newMemory() *memory { return &memory{files: map[string]file{}, fails: map[string]error{}} }

func (m *memory) put(key string, body []byte, meta map[string]string) {
	m.files[key] = file{body, meta}
}

func (m *memory) Folders(_ context.Context, _, prefix string) ([]string, error) {
	found := map[string]bool{}
	for key := range m.files {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			if folder, _, ok := strings.Cut(rest, "/"); ok {
				found[prefix+folder+"/"] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

func (m *memory) Keys(_ context.Context, _, prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, key := range slices.Sorted(maps.Keys(m.files)) {
			if strings.HasPrefix(key, prefix) && key > after && !yield(key, nil) {
				return
			}
		}
	}
}

func (m *memory) Open(_ context.Context, from, key string) (File, error) {
	f, ok := m.files[key]
	if !ok || from != bucket {
		return File{}, fmt.Errorf("%s: %w", key, fs.ErrNotExist)
	}
	var r io.Reader = bytes.NewReader(f.body)
	if err := m.fails[key]; err != nil {
		r = io.MultiReader(io.LimitReader(r, int64(len(f.body)/2)), broken{err})
	}
	return File{io.NopCloser(r), f.meta}, nil
}

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }
