package decode

import (
	"context"
	"errors"
	"io"
)

// fault is what is wrong with the bytes of a stream, as a read error.
type fault struct{ reason, detail string }

func (f *fault) Error() string { return f.reason + ": " + f.detail }

// source reads the object itself. It fills what it is given, so that what is
// decoded never depends on how the bytes arrive.
type source struct {
	ctx context.Context
	r   io.Reader
	run *run
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n := 0
	for n < len(p) && s.err == nil {
		var got int
		got, s.err = s.r.Read(p[n:])
		n += got
	}
	s.run.read += int64(n)
	switch {
	case s.err == nil || errors.Is(s.err, io.EOF):
	case s.ctx.Err() != nil:
		s.err = s.ctx.Err()
	default:
		s.err = &fault{BadRead, "reading stopped: " + s.err.Error()}
	}
	if n > 0 {
		return n, nil
	}
	return 0, s.err
}

// freeExpansion is how much may come out before the ratio is looked at: small
// objects of a single repeated character are no attack.
const freeExpansion = 64 << 20

// meter counts what comes out of one layer and stops at the limits.
type meter struct {
	r   io.Reader
	run *run
}

func (m *meter) Read(p []byte) (int, error) {
	if m.run.spent {
		return 0, errSpent
	}
	if err := m.run.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if over := m.run.expand(int64(n)); over > 0 {
		return n - int(over), errSpent
	}
	return n, err
}

var errSpent = &fault{BadExpansion, "more comes out of the compression than the limit allows; the rest is not read"}

// expand counts n bytes more and returns how many of them are over the limit.
func (r *run) expand(n int64) int64 {
	r.expanded += n
	limit := min(r.limits.Expanded, max(freeExpansion, r.limits.Ratio*r.read))
	if r.expanded <= limit {
		return 0
	}
	r.spent = true
	return min(n, r.expanded-limit)
}
