package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// resolved gives the database its one name: absolute, and with symbolic links
// followed. Key, state, lock, socket and the write-ahead log are named after it,
// so that a second name would get a second key.
func (c Config) resolved() (Config, error) {
	given := c.DB
	abs, err := filepath.Abs(given)
	if err != nil {
		return c, fmt.Errorf("find the database %s: %w", given, err)
	}
	switch real, err := filepath.EvalSymlinks(abs); {
	case err == nil:
		c.DB = real
	case !errors.Is(err, fs.ErrNotExist):
		return c, fmt.Errorf("find the database %s: %w", given, err)
	default:
		c.DB = abs
		if folder, err := filepath.EvalSymlinks(filepath.Dir(abs)); err == nil {
			c.DB = filepath.Join(folder, filepath.Base(abs))
		}
		if _, err := os.Lstat(abs); err == nil {
			return c, &hinted{fmt.Errorf("the database %s is a link to a file that is not there", given),
				"put the file back or remove the link"}
		}
	}
	info, err := os.Stat(c.DB)
	switch {
	case err == nil && info.IsDir():
		return c, &hinted{fmt.Errorf("the database %s is a folder", given),
			"name a file in it: --db " + filepath.Join(given, "seismo.duckdb")}
	case err == nil && !info.Mode().IsRegular():
		return c, &hinted{fmt.Errorf("the database %s is no file", given), "name a file with --db"}
	}
	return c, nil
}

// whole refuses to begin anew beside what is there already. A new key would open
// nothing of what was sealed with the old one, and a new state would not know
// the keys, nor who was erased.
func (c *Config) whole() error {
	db, state := there(c.DB) || there(c.DB+".wal"), there(c.stateFile())
	switch {
	case there(c.keyFile()) && (state || !db):
		return nil
	case !db && !state:
		return nil // the first start
	case !there(c.keyFile()):
		return &hinted{fmt.Errorf("the key file %s is missing: what was said was sealed with it", c.keyFile()),
			"put it back from a backup; to begin anew without what was said, move " + c.DB + " and " +
				c.stateFile() + " aside and ingest again"}
	}
	return &hinted{fmt.Errorf("the state file %s is missing: it holds the keys, the audit log and who was erased", c.stateFile()),
		"put it back from a backup; to begin anew, move " + c.DB + " aside, erase again whom you erased, and ingest again"}
}

// there reports whether something is at the path, readable or not.
func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
