package cwlogs

import "time"

// terms are what a tail keeps to, in milliseconds.
type terms struct {
	latency int64        // the newest part of the log that is left alone for now
	delay   [hands]int64 // how late an event may be for each hand
	scan    int64        // pause between two looks at the newest part
	end     int64        // nothing from this instant on is read; 0 is no end
	seen    int          // most ids that are remembered
}

// How a window's length follows the log's density: it grows while there is
// little, and a window that turns out to be long is begun anew, shorter.
const (
	firstSpan  = 60 * 60 * 1000
	mostSpan   = 6 * firstSpan       // of a window with events
	emptySpan  = 30 * 24 * firstSpan // of a window where there were none
	fewPages   = 4
	manyPages  = 16
	limitPages = 64
)

// How much must have come together before the later hands read, and how long a
// tail rests after a failure.
const (
	lateBatch  = 10 * 60 * 1000
	sweepBatch = 60 * 60 * 1000
	firstPause = 1000
	mostPause  = 60 * 1000
)

// Delays that are promised when nothing is configured.
const (
	defaultOverlap = 5 * time.Minute
	defaultLate    = 2 * time.Hour
	defaultSweep   = 24 * time.Hour
	defaultScan    = time.Minute
)

// shortest is the length below which no window is cut: near the end of the log a
// window must reach over the overlap and what came since the last look.
func (t *terms) shortest() int64 {
	return max(t.delay[live]-t.latency+2*t.scan, 60*1000)
}

// batch is how much a hand waits for.
func (t *terms) batch(h hand) int64 {
	switch h {
	case late:
		return lateBatch
	case sweep:
		return sweepBatch
	}
	return 1
}

// reach is the instant up to which a hand may read now.
func (t *terms) reach(h hand, now int64) int64 {
	to := now - t.delay[h]
	if h == live {
		to = now - t.latency
	}
	if t.end > 0 {
		to = min(to, t.end)
	}
	return to
}
