package dir

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const separator = string(filepath.Separator)

func isGlob(path string) bool { return strings.ContainsAny(path, "*?[") }

// glob adds what a pattern matches: as filepath.Match, and ** for any number of
// folders. A folder that matches counts with all that is below it.
func (s *Source) glob(pattern string) error {
	root, parts := split(pattern)
	for _, part := range parts {
		if _, err := filepath.Match(part, ""); err != nil {
			return fmt.Errorf("the glob %s: %w", pattern, err)
		}
	}
	before := len(s.files)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if path == root {
				return err
			}
			s.files = append(s.files, file{path: path, err: err})
			return nil
		}
		return s.visit(root, path, entry, parts)
	})
	if err != nil || len(s.files) == before {
		return fmt.Errorf("nothing matches %s: look at the pattern, and put it in quotes so that the shell leaves it alone", pattern)
	}
	return nil
}

func (s *Source) visit(root, path string, entry fs.DirEntry, parts []string) error {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	if rel == "." {
		return nil
	}
	names := strings.Split(rel, separator)
	matched, deeper := match(parts, names)
	isDir := entry.IsDir()
	if entry.Type()&fs.ModeSymlink != 0 && matched {
		info, err := os.Stat(path)
		isDir = err == nil && info.IsDir()
	}
	switch {
	case matched && isDir:
		s.walk(path)
		return skipIf(entry.IsDir())
	case matched:
		s.add(path)
	case entry.IsDir() && !deeper:
		return fs.SkipDir
	}
	return nil
}

func skipIf(dir bool) error {
	if dir {
		return fs.SkipDir
	}
	return nil
}

// split parts a pattern into the folder that it begins in and the rest.
func split(pattern string) (root string, parts []string) {
	all := strings.Split(pattern, separator)
	n := 0
	for n < len(all) && !isGlob(all[n]) {
		n++
	}
	root = strings.Join(all[:n], separator)
	switch {
	case root == "" && n > 0:
		root = separator
	case root == "":
		root = "."
	}
	return root, all[n:]
}

// match holds names against a pattern; deeper says that what lies below the
// names may match. Hidden names are matched only by a part that begins with a dot.
func match(parts, names []string) (matched, deeper bool) {
	switch {
	case len(names) == 0:
		return len(parts) == 0, len(parts) > 0
	case len(parts) == 0:
		return false, false
	case parts[0] == "**":
		if strings.HasPrefix(names[0], ".") {
			return false, false
		}
		none, noneDeeper := match(parts[1:], names)
		some, someDeeper := match(parts, names[1:])
		if len(parts) == 1 {
			return true, true
		}
		return none || some && len(names) > 1, noneDeeper || someDeeper
	}
	if ok, _ := filepath.Match(parts[0], names[0]); !ok {
		return false, false
	}
	if strings.HasPrefix(names[0], ".") && !strings.HasPrefix(parts[0], ".") {
		return false, false
	}
	return match(parts[1:], names[1:])
}
