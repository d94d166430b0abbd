// Command pack makes an archive of each folder in a folder, removes the folder, and
// writes SHA256SUMS. The same files give the same bytes wherever and whenever it runs:
// names are sorted, owners are nobody, the time is SOURCE_DATE_EPOCH, in seconds.
//
//	SOURCE_DATE_EPOCH=1767225600 go run ./release/pack dist
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER")
		os.Exit(2)
	}
	if err := all(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func all(folder string) error {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		name, err := one(folder, e.Name(), time.Unix(seconds, 0).UTC())
		if err != nil {
			return err
		}
		sum, size, err := digest(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, name)
		fmt.Printf("%8.1f MB  %s\n", float64(size)/1e6, name)
	}
	return os.WriteFile(filepath.Join(folder, "SHA256SUMS"), []byte(sums.String()), 0o644) //nolint:gosec // to be read by all
}

// one packs a folder and removes it; Windows gets the form that it can open.
func one(parent, folder string, at time.Time) (string, error) {
	name, pack := folder+".tar.gz", tarball
	if strings.Contains(folder, "_windows_") {
		name, pack = folder+".zip", zipped
	}
	out, err := os.Create(filepath.Join(parent, name))
	if err != nil {
		return "", err
	}
	if err := pack(out, parent, folder, at); err != nil {
		_ = out.Close()
		return "", err
	}
	if err := out.Close(); err != nil {
		return "", err
	}
	return name, os.RemoveAll(filepath.Join(parent, folder))
}

func digest(name string) ([]byte, int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return h.Sum(nil), n, err
}
