package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExposed says that others than its owner may change the file: what is to be
// undone in an account would be what they wrote.
var ErrExposed = errors.New("others may change it")

// located is where the file really is, made where there is none, for its owner alone;
// SQLite gives the files beside it the same permissions. A link is followed, for
// people set them on purpose, to a file that must be as safe as any.
func located(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case err == nil:
		return path, f.Close()
	case !errors.Is(err, fs.ErrExist):
		return "", err
	}
	link, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is a link to a file that is not there: %w; make what it should point to, or take the link away", path, err)
	}
	if err != nil {
		return "", err
	}
	file, err := os.Stat(real)
	if err != nil {
		return "", err
	}
	if !file.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file; name another", real)
	}
	return real, errors.Join(safe(path, link), safe(real, file))
}
