//go:build unix

package cli

import "syscall"

// private keeps what this process writes from other users: databases and their
// logs hold who called what, and DuckDB does not choose permissions itself.
func private() { syscall.Umask(0o077) }
