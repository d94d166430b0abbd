package dir_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"seismo/internal/source/dir"
)

const (
	layout = "AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/"
	uri    = "s3://example-logs/team/" + layout + "a1_input.json.gz"
)

func zip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func fetch(t *testing.T, uri string, roots ...string) (string, error) {
	t.Helper()
	body, err := dir.Bodies(roots...)(t.Context(), uri)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}

func TestBodiesAreFoundWhereACopyHasThem(t *testing.T) {
	for _, c := range []struct{ name, file, root string }{
		{"root holds buckets", "tree/example-logs/team/" + layout, "tree"},
		{"root is the bucket", "copy/team/" + layout, "copy"},
		{"root is a prefix of the bucket", "team/" + layout, "team/AWSLogs/111122223333"},
		{"root is the hour", layout, strings.TrimSuffix(layout, "/data/")},
		{"root is the folder of bodies", layout, strings.TrimSuffix(layout, "/")},
		{"the copy is somewhere below", "dump/march/old/" + layout, "dump"},
		{"a file beside stands for its folder", layout, strings.TrimSuffix(layout, "data/") + "log.json"},
		{"a glob stands for its folder", "logs/" + layout, "logs/*/*"},
		{"the second root", "copy/team/" + layout, "none|copy"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plant(t, map[string]string{
				c.file + "a1_input.json.gz": zip(`{"a":1}`), "none/x": "",
				strings.TrimSuffix(c.file, "data/") + "log.json": "",
			})
			text, err := fetch(t, uri, strings.Split(c.root, "|")...)
			if err != nil || text != `{"a":1}` {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
}

func TestTheLongestMatchWins(t *testing.T) {
	plant(t, map[string]string{
		"dump/other/2026/03/02/08/data/a1_input.json.gz": "wrong day",
		"dump/x/2026/03/01/08/data/a1_input.json.gz":     "right day",
	})
	if text, err := fetch(t, uri, "dump"); err != nil || text != "right day" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestBodiesDecompress(t *testing.T) {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"plain": "body", "gzip": zip("body"), "two members": zip("bo") + zip("dy"), "twice": zip(zip("body")),
		"zstd": string(z.EncodeAll([]byte("body"), nil)),
	} {
		plant(t, map[string]string{"b/" + layout + "x": content})
		if text, err := fetch(t, "s3://b/"+layout+"x", "."); err != nil || text != "body" {
			t.Errorf("%s: got %q, %v", name, text, err)
		}
	}
}

func TestBodiesRefuse(t *testing.T) {
	plant(t, map[string]string{"b/k": "fine", "secret": "no", "b/empty/x": ""})
	if err := os.Symlink("../../secret", "b/empty/link"); err != nil {
		t.Skip("this file system has no links")
	}
	for uri, missing := range map[string]bool{
		"s3://b/none":         true,
		"s3://b/k/below":      true,
		"s3://b/empty":        true,
		"s3://b/../secret":    false,
		"s3://b/x/../../k":    false,
		"s3://../secret":      false,
		"s3://b/empty/link":   false,
		"s3://b/k\x00":        false,
		"https://example.com": false,
		"s3://b":              false,
		"s3:///k":             false,
	} {
		_, err := fetch(t, uri, "b", ".")
		if err == nil || errors.Is(err, fs.ErrNotExist) != missing {
			t.Errorf("%s: %v; want not-exist: %v", uri, err, missing)
		}
	}
	if text, err := fetch(t, "s3://b/k", "."); err != nil || text != "fine" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestABombIsNoBody(t *testing.T) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 300 {
		w.Write(zeros)
	}
	w.Close()
	plant(t, map[string]string{"b/k": b.String()})
	body, err := dir.Bodies(".")(t.Context(), "s3://b/k")
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if n, err := io.Copy(io.Discard, body); err == nil || n > 256<<20 {
		t.Errorf("%d bytes came out, %v", n, err)
	}
}
