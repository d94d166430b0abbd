package cloudtrail

import (
	"fmt"
	"time"

	"github.com/go-json-experiment/json"
)

// reach is how far one event source is read in one Region: it is the value of
// its cursor. All times are whole seconds, as CloudTrail's are.
type reach struct {
	Live  time.Time `json:"live"`  // everything from Back to here was read, when it was as old as the overlap at least
	Sweep time.Time `json:"sweep"` // everything that is older was read, or will be by Back, when it was as old as a sweep
	Back  time.Time `json:"back"`  // where the reading of older events has come to, which goes backwards
}

// newest is how much of a source is looked at first when it was never read.
const newest = time.Hour

// begin is the reach of a source that was never read: its newest part is read
// first, and the rest backwards from there.
func begin(now time.Time, t *terms) reach {
	now = now.Truncate(time.Second)
	at := now.Add(-min(newest, t.lookback))
	return reach{Live: at, Sweep: now.Add(-min(t.sweep, t.lookback)), Back: at}
}

func parseReach(text string) (reach, error) {
	var r reach
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return r, fmt.Errorf("the cursor: %w", err)
	}
	if r.Live.IsZero() || r.Sweep.IsZero() || r.Back.IsZero() || r.Back.After(r.Live) {
		return r, fmt.Errorf("the cursor: its times are not in order")
	}
	return r, nil
}

func (r reach) String() string {
	text, err := json.Marshal(r)
	if err != nil { // three times; nothing of them cannot be written
		return ""
	}
	return string(text)
}

// terms are what the reading of one event source keeps to.
type terms struct {
	interval, lookback, overlap, sweep time.Duration
}

// hand is one of the three places at which a source is read.
type hand int

const (
	live  hand = iota // the newest events
	sweep             // once more, when they are old
	back              // what was there before
	hands
)

// window is a stretch of time that is read page by page, the newest first.
type window struct {
	hand     hand
	from, to time.Time // both inclusive, as CloudTrail has it
	began    time.Time
}

// after is the reach once a window was read to its end and committed. Of the
// newest part only what was old enough when it was read counts as read.
func (r reach) after(w window, t *terms) reach {
	switch w.hand {
	case live:
		at := w.to
		if settled := w.began.Add(-t.overlap).Truncate(time.Second); settled.Before(at) {
			at = settled
		}
		if at.After(r.Live) {
			r.Live = at
		}
	case sweep:
		r.Sweep = w.to
	case back:
		r.Back = w.from
	}
	return r
}

// sweepStep is how much at least is swept at once: a few calls an hour.
const sweepStep = time.Hour

// window is what a hand has to read next; ok is false when there is nothing. span
// is how long it may be at most, except for what is read backwards, which is all
// there is: it may end at any page, since the pages begin with the newest.
func (r reach) window(h hand, now time.Time, span time.Duration, t *terms) (w window, ok bool) {
	now = now.Truncate(time.Second)
	w = window{hand: h, began: now}
	switch h {
	case live:
		// It must reach beyond what counts as read afterwards, or it would stand still.
		w.from, w.to = r.Live, earlier(now, r.Live.Add(max(span, 2*t.overlap)))
		return w, !w.to.Before(w.from)
	case sweep:
		end := earlier(now.Add(-t.sweep), r.Live)
		w.from, w.to = r.Sweep, earlier(end, r.Sweep.Add(span))
		return w, end.Sub(r.Sweep) >= sweepStep
	case back:
		start := now.Add(-t.lookback)
		w.from, w.to = start, r.Back
		return w, r.Back.After(start)
	}
	return w, false
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Spans of windows, and how many pages a window should have: many enough to be
// worth a commit, few enough to be soon read again when something fails.
const (
	spanFirst = time.Hour
	spanLeast = time.Minute
	spanMost  = 24 * time.Hour
	pagesFew  = 3
	pagesMany = 12
	pagesMost = 20 // read backwards in one go
)

// nextSpan fits the length of windows to how many pages the last one had.
func nextSpan(span time.Duration, pages int) time.Duration {
	switch {
	case pages <= pagesFew:
		return min(2*span, spanMost)
	case pages >= pagesMany:
		return max(span/2, spanLeast)
	}
	return span
}
