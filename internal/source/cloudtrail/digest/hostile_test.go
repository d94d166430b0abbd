//go:build unix

package digest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A folder of evidence comes from others. What is no file is not opened, since a
// pipe would never come back; a link leads nowhere outside; a signature of a
// terabyte is none.
func TestFolderOfAnotherHand(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	write(outside, "secret")
	write(in("good"), "digest")
	write(in("long"), "digest")
	write(in("long.signature"), "")
	write(in("piped"), "digest")
	for _, err := range []error{
		os.Truncate(in("long.signature"), 1<<40), syscall.Mkfifo(in("pipe"), 0o600), syscall.Mkfifo(in("piped.signature"), 0o600),
		os.Symlink(outside, in("link")), os.Symlink("good", in("within")), os.Mkdir(in("folder"), 0o700),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f, _, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for key, good := range map[string]bool{
		"good": true, "within": true, "long": true, "pipe": false, "piped": false, "link": false, "folder": false, "../" + filepath.Base(dir) + "/good": false, "/etc/passwd": false,
	} {
		file, err := f.Open(t.Context(), "", key)
		if (err == nil) != good {
			t.Errorf("%s: %v", key, err)
		}
		if err != nil {
			if file.ReadCloser != nil {
				t.Errorf("%s: a file and an error", key)
			}
			continue
		}
		if text, err := io.ReadAll(file); err != nil || string(text) != "digest" || file.Meta[metaSignature] != "" {
			t.Errorf("%s: %q, %v", key, text, err)
		}
		_ = file.Close()
	}
	if _, err := f.Open(t.Context(), "", "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what is not there: %v", err)
	}
}
