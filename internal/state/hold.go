package state

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// ErrHeld says that another process changes things with the same file.
var ErrHeld = errors.New("another seismo is changing things")

// holder is the lock beside the file. It is the operating system's, so that it ends
// with the process; what one process does at once shares it.
type holder struct {
	mu   sync.Mutex
	lock *flock.Flock
	n    int // that hold it now
}

// Hold keeps other processes from Hold until release is called, so that of what is
// written down before it is done nothing is of two. It waits ten seconds for
// another, and then gives ErrHeld. What one process does at once holds together.
func (s *State) Hold(ctx context.Context) (release func(), err error) {
	return s.holdWithin(ctx, busyTimeout)
}

func (s *State) holdWithin(ctx context.Context, patience time.Duration) (release func(), err error) {
	h := &s.held
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n == 0 {
		wait, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ok, err := h.lock.TryLockContext(wait, 50*time.Millisecond)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !ok && (err == nil || errors.Is(err, context.DeadlineExceeded)):
			return nil, fmt.Errorf("%w with this state file (%s is locked): wait until it ends, or stop it, and give the command again", ErrHeld, h.lock.Path())
		case err != nil:
			return nil, fmt.Errorf("lock the state file: %w", err)
		}
	}
	h.n++
	var once sync.Once
	return func() { once.Do(h.release) }, nil
}

func (h *holder) release() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.n--; h.n == 0 {
		_ = h.lock.Unlock() // it ends with the process at the latest
	}
}
