package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// private makes sure that only the owner may read the file. Windows has no such bits;
// there it is the folder, by default the user's own, that says who may.
func private(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read the key file: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("key file %s: %w (mode %04o); run: chmod 600 %s", path, ErrExposed, info.Mode().Perm(), path)
	}
	return nil
}

// write puts the file in its place whole or not at all, durably: data sealed
// with a key that a power loss took away would be lost.
func write(path string, text []byte) error {
	if err := install(path, text); err != nil {
		return fmt.Errorf("write the key file: %w", err)
	}
	return nil
}

func install(path string, text []byte) error {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, "."+strings.TrimPrefix(filepath.Base(path), ".")+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }() // linked into its place by then
	_, err = temp.Write(text)
	if err = errors.Join(err, temp.Chmod(0o600), temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// Windows refuses to sync a folder, and writes its changes to a journal by itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
