//go:build linux || darwin

package app

import (
	"path/filepath"
	"syscall"
)

func ask(path string) (Room, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &fs); err != nil {
		return Room{}, err
	}
	unit := int64(fs.Bsize) //nolint:unconvert // its type differs between systems
	return Room{Free: int64(fs.Bavail) * unit, Total: int64(fs.Blocks) * unit}, nil
}
