package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"io"
	"io/fs"
	"time"
)

func tarball(out io.Writer, root fs.FS, folder string, at time.Time) error {
	z, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	t := tar.NewWriter(z)
	err = each(root, folder, func(name string, mode fs.FileMode, size int64) (io.Writer, error) {
		h := &tar.Header{Name: name, Mode: int64(mode), Size: size, ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		return t, t.WriteHeader(h)
	})
	if err != nil {
		return err
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func zipped(out io.Writer, root fs.FS, folder string, at time.Time) error {
	z := zip.NewWriter(out)
	err := each(root, folder, func(name string, mode fs.FileMode, _ int64) (io.Writer, error) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at}
		h.SetMode(mode)
		return z.CreateHeader(h)
	})
	if err != nil {
		return err
	}
	return z.Close()
}

// each writes the files of a folder, in the order of their names, to where begin says.
// The folder's files are ours, so that only what may be run keeps a difference of mode.
func each(root fs.FS, folder string, begin func(name string, mode fs.FileMode, size int64) (io.Writer, error)) error {
	return fs.WalkDir(root, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if info.Mode()&0o111 != 0 {
			mode = 0o755
		}
		to, err := begin(name, mode, info.Size())
		if err != nil {
			return err
		}
		from, err := root.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }()
		_, err = io.Copy(to, from)
		return err
	})
}
