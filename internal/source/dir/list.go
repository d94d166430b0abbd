package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// list adds what there is at one argument.
func (s *Source) list(path string) error {
	clean := filepath.Clean(path)
	info, err := os.Stat(clean)
	switch {
	case err == nil && info.IsDir():
		s.walk(clean)
		return nil
	case err == nil:
		s.files = append(s.files, file{path: clean, size: info.Size()})
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		s.files = append(s.files, file{path: clean, err: err})
		return nil
	case isGlob(clean):
		return s.glob(clean)
	}
	return fmt.Errorf("there is no file or folder %s: %s", path, nearest(clean))
}

// nearest says how far a path that is not there can be followed.
func nearest(path string) string {
	parent := filepath.Dir(path)
	if info, err := os.Stat(parent); err == nil && info.IsDir() {
		return fmt.Sprintf("%s has nothing of the name %s", parent, filepath.Base(path))
	}
	for parent != filepath.Dir(parent) {
		missing := parent
		parent = filepath.Dir(parent)
		if _, err := os.Stat(parent); err == nil {
			return fmt.Sprintf("%s has nothing of the name %s", parent, filepath.Base(missing))
		}
	}
	return "not even its first folder is there"
}

// walk adds all files below a folder. A link to a file counts as the file; a
// link to a folder is not followed, so that there is no way in circles.
func (s *Source) walk(root string) {
	// The slash makes a link to a folder the folder.
	_ = filepath.WalkDir(root+string(filepath.Separator), func(path string, entry fs.DirEntry, err error) error {
		path = filepath.Clean(path)
		switch {
		case err != nil:
			s.files = append(s.files, file{path: path, err: err})
		case path != root && strings.HasPrefix(entry.Name(), "."):
			s.files = append(s.files, file{path: path, err: &fs.PathError{Op: "read", Path: path, Err: ErrHidden}})
			if entry.IsDir() {
				return fs.SkipDir
			}
		case !entry.IsDir():
			s.add(path)
		}
		return nil
	})
}

func (s *Source) add(path string) {
	f := file{path: path}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.err = err
	case !info.Mode().IsRegular():
		f.err = notAFile(path, info)
	default:
		f.size = info.Size()
	}
	s.files = append(s.files, f)
}
