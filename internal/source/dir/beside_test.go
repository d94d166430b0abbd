package dir

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestBeside(t *testing.T) {
	const key = "pre/AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/08/data/r1_input.json"
	top := t.TempDir()
	put := func(name string) string {
		t.Helper()
		name = filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(`{"prompt":"Hi"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	put("copy/" + key)
	put("beside/example-logs/" + key)
	put("loose/data/r1_input.json")
	for file, found := range map[string]bool{
		"copy/pre/AWSLogs/111122223333/BedrockModelInvocationLogs/us-east-1/2026/03/01/09/log.json": true,
		"beside/log.json": true,
		"loose/log.json":  false,
	} {
		object, err := Beside(filepath.Join(top, filepath.FromSlash(file)))(context.Background(), "s3://example-logs/"+key)
		if !found {
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: error %v", file, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		text, err := io.ReadAll(object)
		if err := errors.Join(err, object.Close()); err != nil || string(text) != `{"prompt":"Hi"}` {
			t.Errorf("%s: %q, %v", file, text, err)
		}
	}
}

func TestBesideRefusesWaysOut(t *testing.T) {
	open := Beside(filepath.Join(t.TempDir(), "log.json"))
	for _, uri := range []string{"s3://b/../x", "s3://../x/y", "file:///etc/passwd", "s3://b/AWSLogs/../../x"} {
		if _, err := open(context.Background(), uri); err == nil || errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: error %v", uri, err)
		}
	}
}
