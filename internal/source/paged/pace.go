package paged

import (
	"context"
	"time"
)

// Bell wakes a reader that waits. The zero Bell is not ready: see NewBell.
type Bell struct{ rung chan struct{} }

// NewBell makes a Bell.
func NewBell() Bell { return Bell{make(chan struct{}, 1)} }

// Ring ends the wait that is under way, or the next one.
func (b Bell) Ring() {
	select {
	case b.rung <- struct{}{}:
	default:
	}
}

// Wait waits for a time, or until the bell rings; false is the end of ctx.
func (b Bell) Wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.rung:
	case <-ctx.Done():
	}
	return ctx.Err() == nil
}

// TellAgain is how often a fault that lasts is told: whoever hears of it pauses
// each time, for which the other readers of the source should not have to wait.
const TellAgain = time.Minute

// Complaint is when a reader last told of a fault; zero when all is well.
type Complaint struct{ told time.Time }

// Due reports whether a fault is to be told now, and notes that it is.
func (c *Complaint) Due(now time.Time) bool {
	if !c.told.IsZero() && now.Sub(c.told) < TellAgain {
		return false
	}
	c.told = now
	return true
}

// Well notes that what was told is over.
func (c *Complaint) Well() { c.told = time.Time{} }
