// Command pack makes an archive of each folder in a folder, removes the folder, and
// writes SHA256SUMS. The same files give the same bytes wherever and whenever it runs:
// names are sorted, owners are nobody, the time is SOURCE_DATE_EPOCH, in seconds.
//
//	SOURCE_DATE_EPOCH=1767225600 go run ./release/pack dist
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER")
		os.Exit(2)
	}
	if err := all(os.Args[1], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func all(folder string, say io.Writer) (err error) {
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH: %w", err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		name, err := one(root, e.Name(), time.Unix(seconds, 0).UTC())
		if err != nil {
			return err
		}
		sum, size, err := digest(root, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, name)
		fmt.Fprintf(say, "%8.1f MB  %s\n", float64(size)/1e6, name)
	}
	return root.WriteFile("SHA256SUMS", []byte(sums.String()), 0o644)
}

// one packs a folder and removes it; Windows gets the form that it can open.
func one(root *os.Root, folder string, at time.Time) (string, error) {
	name, pack := folder+".tar.gz", tarball
	if strings.Contains(folder, "_windows_") {
		name, pack = folder+".zip", zipped
	}
	out, err := root.Create(name)
	if err != nil {
		return "", err
	}
	if err := pack(out, root.FS(), folder, at); err != nil {
		_ = out.Close()
		return "", err
	}
	if err := out.Close(); err != nil {
		return "", err
	}
	return name, root.RemoveAll(folder)
}

func digest(root *os.Root, name string) ([]byte, int64, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	n, err := io.Copy(h, f)
	return h.Sum(nil), n, err
}
