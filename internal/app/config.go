// Package app wires the rooms to one program: it opens a database with its key,
// state and lock, builds the path from a source to the store, and serves what is
// read. It is the only room that names technologies.
//
// It never decodes, prices or searches anything itself.
package app

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"seismo/internal/enrich"
	"seismo/internal/normalize"
	"seismo/internal/store"
)

// Config is everything a run can be told. The zero value of each field is a
// default that works.
type Config struct {
	DB   string     // database file; beside it lie FILE.key, FILE.state, FILE.lock and FILE.sock
	Mode store.Mode // how much of what was said is kept; "" is as the database was last told, at first full

	Prices       []string // price files of the user; later ones win
	People       string   // identity map file
	Geo          []string // MMDB files
	TrailSources []string // further CloudTrail event sources to keep
	Bodies       []string // folders that mirror buckets, for bodies in S3
	Beside       []string // without Bodies: log files that may stand in a copy of their bucket
	MaxLine      int64    // longest record in bytes; 0 is 64 MiB
	Memory       string   // memory of the database; "" is 200MB

	thorough bool // all of the database is read before it is opened

	opener normalize.Opener // opens bodies that are in memory; with it, Bodies counts for nothing

	inventory         enrich.Inventory // what is known of profiles, roles and people; nil is nothing
	teamTags, appTags []string         // keys of tags; none: the usual ones

	Self []string // the command that starts this program, which checks a database in a process of its own; nil checks in this one
	Heal bool     // a damaged database is moved aside and begun anew

	Command string // what is running, told to others who want the database
	Version string
	Log     *slog.Logger
}

// DefaultDB is seismo.duckdb below the XDG data folder.
func DefaultDB() string {
	data := os.Getenv("XDG_DATA_HOME")
	if data == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "seismo.duckdb"
		}
		data = filepath.Join(home, ".local", "share")
	}
	return filepath.Join(data, "seismo", "seismo.duckdb")
}

// ErrNoDatabase is returned to those who want to read where nothing was written.
var ErrNoDatabase = errors.New("there is no database yet")

// hinted is an error with its remedy.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }
func (h *hinted) Hint() string  { return h.hint }

func (c *Config) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

func (c *Config) keyFile() string   { return c.DB + ".key" }
func (c *Config) stateFile() string { return c.DB + ".state" }
func (c *Config) lockFile() string  { return c.DB + ".lock" }

func (c *Config) mode() store.Mode {
	if c.Mode == "" {
		return store.Full
	}
	return c.Mode
}

// checkMode refuses a mode that there is not: a typing error must never keep
// more than was meant.
func (c *Config) checkMode() error {
	switch c.mode() {
	case store.Full, store.Redacted, store.Metadata:
		return nil
	}
	return &hinted{fmt.Errorf("no such mode: %s", c.Mode), "use full, redacted or metadata"}
}
