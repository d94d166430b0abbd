// Package dir reads files of this machine: single files, folders with all that
// lies below them, and globs. A local copy of a bucket is read so; Bodies finds
// in such a copy what a record refers to in S3.
//
// It never changes, moves or deletes a file, and never follows a link out of the
// folder that it was given for bodies.
package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"seismo/internal/event"
	"seismo/internal/source"
)

// ErrHidden is why a file or folder whose name begins with a dot is not read
// when it is found below a folder. Named as an argument it is read.
var ErrHidden = errors.New("hidden: name it to have it read")

// Source delivers files in the order of the arguments, within a folder or glob
// in lexical order. It is for concurrent use.
type Source struct {
	bytes int64

	mu    sync.Mutex
	files []file
	next  int
}

// file is what there was at a path when it was listed.
type file struct {
	path string
	size int64
	err  error // why it cannot be read
}

// New lists what there is at the paths. A path that is not there, or a glob that
// matches nothing, is an error; what is there and cannot be read is an error of
// opening that delivery only.
func New(paths ...string) (*Source, error) {
	s := &Source{}
	for _, path := range paths {
		if err := s.list(path); err != nil {
			return nil, err
		}
	}
	for _, f := range s.files {
		s.bytes += f.size
	}
	return s, nil
}

// Total is how many files there were when they were listed, and their bytes as
// stored.
func (s *Source) Total() (files int, bytes int64) { return len(s.files), s.bytes }

// Receive gives the next file, io.EOF after the last.
func (s *Source) Receive(ctx context.Context) (source.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == len(s.files) {
		return nil, io.EOF
	}
	f := s.files[s.next]
	s.next++
	return newDelivery(f)
}

// Close has nothing to give back.
func (s *Source) Close() error { return nil }

type delivery struct {
	file
	object source.Object
}

// newDelivery looks at the file again: the listing may be hours old.
func newDelivery(f file) (*delivery, error) {
	abs, err := filepath.Abs(f.path)
	if err != nil {
		return nil, fmt.Errorf("the place of %s: %w", f.path, err)
	}
	d := &delivery{file: f, object: source.Object{
		ID: "dir:" + abs, Size: f.size, Origin: event.Origin{Key: filepath.ToSlash(f.path)},
	}}
	info, err := os.Stat(f.path)
	switch {
	case f.err != nil:
	case err != nil:
		d.err = err
	case !info.Mode().IsRegular():
		d.err = notAFile(f.path, info)
	default:
		d.object.Size, d.object.Modified = info.Size(), info.ModTime()
		d.object.ID += " " + strconv.FormatInt(info.Size(), 10) + " " + strconv.FormatInt(info.ModTime().UnixNano(), 10)
	}
	return d, nil
}

// Object tells the file by its absolute path, size and time of change.
func (d *delivery) Object() source.Object { return d.object }

// Open opens the file.
func (d *delivery) Open(ctx context.Context) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if d.err != nil {
		return nil, d.err
	}
	return os.Open(d.path)
}

// Settle does nothing: files stay where they are.
func (d *delivery) Settle(context.Context, error) error { return nil }

func notAFile(path string, info fs.FileInfo) error {
	what := "a device, pipe or socket"
	if info.IsDir() {
		what = "a link to a folder; name the folder itself"
	}
	return &fs.PathError{Op: "read", Path: path, Err: errors.New(what)}
}
