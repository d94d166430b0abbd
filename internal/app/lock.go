package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/gofrs/flock"
)

// holder is who has the database, as written into the lock file. The lock
// itself is the operating system's, so that it ends with the process.
type holder struct {
	PID     int       `json:"pid"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
}

// HeldError says who holds the database.
type HeldError struct {
	DB string
	By holder
}

func (e *HeldError) Error() string {
	if e.By.PID == 0 {
		return e.DB + " is held by another seismo"
	}
	return fmt.Sprintf("%s is held by `%s` (process %d, since %s)", e.DB, e.By.Command, e.By.PID,
		e.By.Since.Format("15:04:05"))
}

// Hint is the remedy.
func (e *HeldError) Hint() string {
	return "wait until it ends, stop it, or name another database with --db"
}

// patience is how long a command waits for another short one to finish.
const patience = 3 * time.Second

// waiting is the patience with a database that another process has open although
// the lock is ours: the check of a start that was killed ends in a moment.
type waiting struct {
	until time.Time
	begun bool
}

// newPatience begins to wait; none tries once, as readers do that can ask the
// one who has the database.
func newPatience(none bool) *waiting {
	if none {
		return &waiting{}
	}
	return &waiting{until: time.Now().Add(patience)}
}

// more tells whether to try: the first time at once, then after a moment each
// time, until patience or ctx ends.
func (w *waiting) more(ctx context.Context) bool {
	if !w.begun {
		w.begun = true
		return true
	}
	if time.Now().After(w.until) {
		return false
	}
	select {
	case <-time.After(50 * time.Millisecond):
		return true
	case <-ctx.Done():
		return false
	}
}

// hold takes the lock for the one writer.
func hold(ctx context.Context, cfg *Config) (*flock.Flock, error) {
	if err := os.MkdirAll(filepath.Dir(cfg.DB), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock := flock.New(cfg.lockFile(), flock.SetPermissions(0o600))
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	got, err := lock.TryLockContext(waiting, 50*time.Millisecond)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && waiting.Err() == nil:
		return nil, unlockable(err)
	case !got:
		return nil, &HeldError{DB: cfg.DB, By: readHolder(cfg.lockFile())}
	}
	me, err := json.Marshal(holder{os.Getpid(), cfg.Command, time.Now().UTC()})
	if err == nil && runtime.GOOS != "windows" { // whose locks keep everybody from writing
		err = os.WriteFile(cfg.lockFile(), me, 0o600)
	}
	if err != nil {
		_ = lock.Unlock()
		return nil, fmt.Errorf("write the lock file: %w", err)
	}
	return lock, nil
}

// readHolder tells who wrote the lock file last; an unreadable or empty one tells
// nothing.
func readHolder(path string) (h holder) {
	raw, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(raw, &h) != nil || h.Command == "" {
		return holder{}
	}
	return h
}

// unlockable says what an unwritable folder needs.
func unlockable(err error) error {
	return &hinted{fmt.Errorf("lock the database: %w", err), "its folder must be writable for you, also for reading: the lock lies there"}
}

// forget empties the lock file, so that it names nobody who has gone. Call it
// while holding the lock, shared or not. A file that cannot be changed misleads
// nobody but the reader of a message.
func forget(lock *flock.Flock) {
	if lock.Locked() || lock.RLocked() {
		_ = os.Truncate(lock.Path(), 0)
	}
}

// socketPath is where the holder answers readers. Socket paths are limited to
// about a hundred bytes, so a long one is replaced by a short one that both
// sides compute, in the user's own folder: in one that all may write to, another
// user could answer first.
func socketPath(db string) string {
	abs, err := filepath.Abs(db)
	if err != nil {
		abs = db
	}
	if path := abs + ".sock"; len(path) < 100 {
		return path
	}
	sum := sha256.Sum256([]byte(abs))
	cache, err := os.UserCacheDir()
	if err != nil {
		return abs + ".sock" // which will be refused as too long
	}
	return filepath.Join(cache, "seismo", hex.EncodeToString(sum[:8])+".sock")
}
