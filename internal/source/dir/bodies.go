package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// Bodies opens objects by their s3:// address in local copies of buckets. A root
// is a folder that holds the buckets as folders, or is a copy of a bucket, or of
// a part of one, or has such a copy somewhere below; of a file or a glob its
// folder counts. The reader gives the object decompressed, at most maxBody bytes.
//
// An object that is in none of the roots is an error that wraps fs.ErrNotExist.
// Addresses with ".." in them and links that lead out of a root are refused.
func Bodies(roots ...string) func(ctx context.Context, uri string) (io.ReadCloser, error) {
	trees := make([]*tree, len(roots))
	for i, root := range roots {
		trees[i] = &tree{root: folderOf(root)}
		if abs, err := filepath.Abs(trees[i].root); err == nil {
			trees[i].root = abs // its own name may be the folder data
		}
	}
	return func(ctx context.Context, uri string) (io.ReadCloser, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		bucket, key, err := address(uri)
		if err != nil {
			return nil, err
		}
		for _, t := range trees {
			f, err := t.open(bucket, key)
			if err == nil {
				return inflate(f)
			}
			if !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("the body %s: %w", path.Base(key), err)
			}
		}
		return nil, fmt.Errorf("the body %s is not below %s: %w", path.Base(key), strings.Join(roots, ", "), fs.ErrNotExist)
	}
}

// folderOf is the folder that a root stands for.
func folderOf(root string) string {
	clean := filepath.Clean(root)
	info, err := os.Stat(clean)
	switch {
	case err == nil && info.IsDir():
		return clean
	case err != nil && isGlob(clean):
		folder, _ := split(clean)
		return folder
	}
	return filepath.Dir(clean)
}

// address parts an s3:// address into bucket and key.
func address(uri string) (bucket, key string, err error) {
	rest, found := strings.CutPrefix(uri, "s3://")
	bucket, key, slash := strings.Cut(rest, "/")
	if !found || !slash || bucket == "" || key == "" {
		return "", "", errors.New("a body's address is not of the form s3://bucket/key")
	}
	if !filepath.IsLocal(filepath.FromSlash(bucket)) || strings.ContainsRune(rest, 0) || path.Clean("/"+key) != "/"+key {
		return "", "", errors.New("a body's address leads out of its bucket")
	}
	return bucket, key, nil
}

// tree is one root.
type tree struct {
	root  string
	once  sync.Once
	index map[string][]string // paths of files in folders named data, by file name
}

// open looks where the object must be, then where a copy of a part of the
// bucket would have it.
func (t *tree) open(bucket, key string) (*os.File, error) {
	root, err := os.OpenRoot(t.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, name := range []string{bucket + "/" + key, key} {
		f, err := openFile(root, filepath.FromSlash(name))
		if !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	name := t.find(key)
	if name == "" {
		return nil, fs.ErrNotExist
	}
	return openFile(root, name)
}

func openFile(root *os.Root, name string) (*os.File, error) {
	info, err := root.Stat(name)
	switch {
	case err != nil:
		return nil, missing(err)
	case !info.Mode().IsRegular():
		return nil, fs.ErrNotExist
	}
	return root.Open(name)
}

// missing makes not-exist of a path that goes on below a file.
func missing(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
}

// find is the file whose path ends in as much of the key as can be, at least in
// the folder data and the file's name.
func (t *tree) find(key string) string {
	t.once.Do(t.read)
	best, most := "", 1
	for _, name := range t.index[path.Base(key)] {
		if n := common(filepath.ToSlash(filepath.Join(t.root, name)), key); n > most {
			best, most = name, n
		}
	}
	return best
}

// read lists the bodies below the root: those lie in folders named data.
func (t *tree) read() {
	t.index = map[string][]string{}
	_ = filepath.WalkDir(t.root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Base(filepath.Dir(name)) != "data" {
			return nil // a folder that cannot be read holds no body that could be
		}
		if rel, err := filepath.Rel(t.root, name); err == nil {
			t.index[entry.Name()] = append(t.index[entry.Name()], rel)
		}
		return nil
	})
}

// common is how many names at the end of two paths are the same.
func common(a, b string) (n int) {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	for n < min(len(x), len(y)) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}
