package ctl

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// room checks that the collector's configuration can be written, before minutes of
// stacks end in a file that nobody can write.
func (f *deployFlags) room() error {
	if f.configOut == "" {
		return nil
	}
	if at, err := os.Stat(f.configOut); err == nil && at.IsDir() {
		return usage("--config-out "+f.configOut+" is a folder", "name a file in it, such as "+filepath.Join(f.configOut, "seismo.yaml"))
	}
	if at, err := os.Stat(filepath.Dir(f.configOut)); err != nil || !at.IsDir() {
		return usage("the folder of --config-out "+f.configOut+" is not there", "make it first; nothing was changed")
	}
	return nil
}

// writeConfiguration writes the collector's configuration for --config-out. A
// file that is there already may have been edited: it stays, and the new one is
// put beside it.
func (f *deployFlags) writeConfiguration(text string) (path string, err error) {
	path = f.configOut
	now, err := os.ReadFile(path)
	switch {
	case err == nil && string(now) == text:
		return path, nil
	case err == nil:
		path += ".new"
		f.warn("%s was there already and stays as it is; the new one is %s", f.configOut, path)
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("everything is made; look at %s: %w", f.configOut, err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("everything is made, and the configuration could not be written; `seismo deploy up` with the same flags prints it again: %w", err)
	}
	return path, nil
}
