//go:build !linux

package app

import "time"

// progress stands in for what this system does not tell: a check gets half an
// hour in all.
type progress struct{ started time.Time }

func (p *progress) further() bool {
	if p.started.IsZero() {
		p.started = time.Now()
	}
	return time.Since(p.started) < 30*time.Minute
}

func (p *progress) resident() int64 { return 0 }
