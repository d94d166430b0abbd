//go:build unix

package state

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// safe refuses what others than this user may change.
func safe(path string, info fs.FileInfo) error { return safeFor(os.Geteuid(), path, info) }

// safeFor is safe for a user. root may use any user's file: it works for them, as
// under sudo and in containers.
func safeFor(me int, path string, info fs.FileInfo) error {
	if mode := info.Mode(); mode.IsRegular() && mode.Perm()&0o022 != 0 {
		return fmt.Errorf("%s: %w (mode %04o); if nobody did, run: chmod 600 '%s'", path, ErrExposed, mode.Perm(), path)
	}
	is, ok := info.Sys().(*syscall.Stat_t)
	if ok && me != 0 && is.Uid != 0 && int(is.Uid) != me {
		return fmt.Errorf("%s: %w: it belongs to user %d, and this is user %d; name a file of your own, or have it given to you with chown", path, ErrExposed, is.Uid, me)
	}
	return nil
}
