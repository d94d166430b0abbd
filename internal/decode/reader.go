package decode

import (
	"errors"
	"io"
)

// fault is what is wrong with the bytes of a stream, as a read error.
type fault struct{ reason, detail string }

func (f *fault) Error() string { return f.detail }

// source reads the object itself. It fills what it is given, so that what is
// decoded never depends on how the bytes arrive.
type source struct {
	r   io.Reader
	run *run
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.run.ctx.Err(); err != nil {
		return 0, err
	}
	n := 0
	for idle := 0; n < len(p) && s.err == nil; {
		var got int
		got, s.err = s.r.Read(p[n:])
		if n += got; got > 0 {
			idle = 0
		} else if idle++; idle > maxIdle && s.err == nil {
			s.err = io.ErrNoProgress
		}
	}
	s.run.read += int64(n)
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	switch {
	case errors.Is(s.err, io.EOF):
		return 0, io.EOF
	case s.run.ctx.Err() != nil:
		return 0, s.run.ctx.Err()
	}
	return 0, &fault{BadRead, "reading stopped: " + s.err.Error()}
}

// maxIdle is how often in a row a reader may give nothing, as in bufio.
const maxIdle = 100

// freeExpansion is how much may come out before the ratio is looked at: small
// objects of a single repeated character are no attack.
const freeExpansion = 64 << 20

// meter counts what comes out of one layer and stops at the limits.
type meter struct {
	r   io.Reader
	run *run
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.run.ctx.Err(); err != nil {
		return 0, err
	}
	if m.run.spent != nil {
		return 0, m.run.spent
	}
	n, err := m.r.Read(p)
	if over := m.run.expand(int64(n)); over > 0 {
		return n - int(over), m.run.spent
	}
	return n, err
}

// expand counts n bytes more and returns how many of them are over the limit.
func (r *run) expand(n int64) int64 {
	r.expanded += n
	byRatio := max(freeExpansion, r.limits.Ratio*r.read)
	limit := min(r.limits.Expanded, byRatio)
	if r.expanded <= limit {
		return 0
	}
	r.spent = &fault{BadExpansion, "more comes out of the object than its size allows; the rest is not read"}
	if limit == r.limits.Expanded {
		r.spent = &fault{BadExpansion, "more comes out of the object than the limit allows; the rest is not read"}
	}
	return min(n, r.expanded-limit)
}
