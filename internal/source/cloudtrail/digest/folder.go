package digest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Folder is a Shelf of a folder that holds a copy of a bucket, such as
// `aws s3 sync` makes. S3's metadata does not come along in such a copy; a file
// beside a digest that is named as it is with .signature behind holds its
// signature in hex.
type Folder struct{ root *os.Root }

// OpenFolder opens a folder. below is where in it the files lie that were asked
// for: when dir lies inside of an AWSLogs folder the copy begins above that.
func OpenFolder(dir string) (f *Folder, below string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, "", err
	}
	if at := strings.LastIndex(filepath.ToSlash(dir)+"/", "/"+logsFolder); at >= 0 {
		below = strings.TrimPrefix(filepath.ToSlash(dir)[at:], "/") + "/"
		dir = dir[:max(at, 1)]
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, "", err
	}
	return &Folder{root}, below, nil
}

// Close lets the folder go.
func (f *Folder) Close() error { return f.root.Close() }

var _ Shelf = (*Folder)(nil)

const signatureFile = ".signature"

// Folders implements Shelf.
func (f *Folder) Folders(ctx context.Context, _, prefix string) ([]string, error) {
	entries, err := f.entries(ctx, prefix)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, prefix+e.Name()+"/")
		}
	}
	return folders, nil
}

func (f *Folder) entries(ctx context.Context, prefix string) ([]fs.DirEntry, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(f.root.FS(), path.Clean("./"+prefix))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}

// Keys implements Shelf.
func (f *Folder) Keys(ctx context.Context, _, prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { f.keys(ctx, prefix, after, yield) }
}

func (f *Folder) keys(ctx context.Context, prefix, after string, yield func(string, error) bool) bool {
	entries, err := f.entries(ctx, prefix)
	if err != nil {
		return yield("", err)
	}
	for _, e := range entries {
		key := prefix + e.Name()
		switch {
		case e.IsDir():
			if before := key + "0"; before > after && !f.keys(ctx, key+"/", after, yield) { // 0 follows the slash
				return false
			}
		case key > after && !strings.HasSuffix(key, signatureFile) && !yield(key, nil):
			return false
		}
	}
	return true
}

// Open implements Shelf.
func (f *Folder) Open(ctx context.Context, _, key string) (File, error) {
	if err := ctx.Err(); err != nil {
		return File{}, err
	}
	if !filepath.IsLocal(filepath.FromSlash(key)) {
		return File{}, fmt.Errorf("%q leads out of the folder", key)
	}
	file, err := f.file(key)
	if err != nil {
		return File{}, err
	}
	signature, err := f.signature(key)
	if err != nil {
		return File{}, errors.Join(err, file.Close())
	}
	if signature == "" {
		return File{ReadCloser: file}, nil
	}
	return File{file, map[string]string{metaSignature: signature}}, nil
}

// file opens a regular file. Evidence comes from others, and opening a pipe would
// never come back.
func (f *Folder) file(key string) (*os.File, error) {
	name := filepath.FromSlash(key)
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is no regular file", key)
	}
	return f.root.Open(name)
}

// signature is what the file beside a digest holds, "" when there is none or it
// is too long to be one.
func (f *Folder) signature(key string) (string, error) {
	file, err := f.file(key + signatureFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, maxSignature+1))
	if err != nil || len(text) > maxSignature {
		return "", err
	}
	return strings.TrimSpace(string(text)), nil
}

// maxSignature is more than the longest signature has digits.
const maxSignature = 4 << 10
