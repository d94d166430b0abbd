package cloudtrail

import "time"

// lane is the reading of one event source in one Region: one window at a time.
// It knows nothing of AWS or of clocks, so that it can be tested by itself.
type lane struct {
	eventSource string
	terms       *terms

	loaded    bool
	reach     reach
	committed reach // as the store has it

	span   [hands]time.Duration
	next   time.Time // when the newest events are looked at again
	pause  time.Time // nothing is done before it, after something failed
	tries  int       // pages in a row that did not come
	losses int       // windows in a row that were not committed

	open    bool // a window is being read
	window  window
	upTo    time.Time // the window's end, and later what its token stood for
	reached time.Time // time of the oldest event that came; the pages begin with the newest
	token   string    // of the next page
	asked   bool      // the last page has come
	pages   int
	fresh   bool // something of the window was delivered
	flying  int  // deliveries that are not settled
	failed  bool // one of them could not be committed
	marking reach
	marked  bool // the cursor was delivered and is not settled
}

func newLane(eventSource string, t *terms) *lane {
	return &lane{eventSource: eventSource, terms: t, span: [hands]time.Duration{spanFirst, spanFirst, spanFirst}}
}

// resume begins at a committed reach, or at now's beginning when it is nil.
func (l *lane) resume(at *reach, now time.Time) {
	l.loaded = true
	if at == nil {
		l.reach = begin(now, l.terms)
		return
	}
	l.reach, l.committed = *at, *at
	// What CloudTrail no longer keeps is not asked for.
	if oldest := now.Add(-keptSafe).Truncate(time.Second); l.reach.Back.Before(oldest) {
		l.reach.Back = oldest
		l.reach.Sweep, l.reach.Live = later(l.reach.Sweep, oldest), later(l.reach.Live, oldest)
	}
}

// ask says whether there is a page to ask for now, and opens a window when none
// is. urgent is a page of the newest events.
func (l *lane) ask(now time.Time) (due, urgent bool) {
	if now.Before(l.pause) || l.open && (l.asked || l.marked) {
		return false, false
	}
	if l.open {
		return true, l.window.hand == live
	}
	if !l.loaded {
		return true, true
	}
	_, due = l.nextWindow(now)
	return due, due && !now.Before(l.next)
}

func (l *lane) nextWindow(now time.Time) (window, bool) {
	if !now.Before(l.next) {
		if w, ok := l.reach.window(live, now, l.span[live], l.terms); ok {
			return w, true
		}
	}
	for _, h := range [...]hand{sweep, back} {
		if w, ok := l.reach.window(h, now, l.span[h], l.terms); ok {
			return w, true
		}
	}
	return window{}, false
}

// begin opens the next window unless one is open; false when there is none.
func (l *lane) begin(now time.Time) bool {
	if l.open {
		return true
	}
	w, ok := l.nextWindow(now)
	if !ok {
		return false
	}
	l.window, l.open, l.upTo = w, true, w.to
	l.reached, l.token, l.asked, l.pages, l.fresh, l.failed = time.Time{}, "", false, 0, false, false
	return true
}

// page tells of a page that came. oldest is the time of its last event, zero when
// it has none; token is that of the next page, "" after the last; delivered says
// whether anything of it is on its way.
func (l *lane) page(oldest time.Time, token string, delivered bool) {
	l.pages++
	l.tries = 0
	if !oldest.IsZero() {
		l.reached = oldest
	}
	l.token = token
	l.asked = token == ""
	if l.window.hand == back && !l.asked && l.pages >= pagesMost && !l.reached.IsZero() && l.reached.Before(l.window.to) {
		l.window.from, l.asked = later(l.window.from, l.reached.Truncate(time.Second)), true
	}
	if delivered {
		l.flying++
		l.fresh = true
	}
}

// pauseMost is the longest pause after a fault.
const pauseMost = time.Minute

// stumbled tells of a page that did not come. When CloudTrail does not take its
// token any more the window goes on without one from where it has come to.
func (l *lane) stumbled(refused bool, now time.Time) {
	l.pause = now.Add(min(time.Second<<min(l.tries, 10), pauseMost))
	l.tries++
	if refused && l.token != "" {
		l.token = ""
		if !l.reached.IsZero() && l.reached.Before(l.upTo) {
			l.upTo = later(l.reached, l.window.from)
		}
	}
}

// settled tells of a delivery's outcome.
func (l *lane) settled(ok bool) {
	l.flying--
	l.failed = l.failed || !ok
}

// commitAfter is how much of the newest part, in which nothing was found, may
// be read without a commit. What was not committed is read again after a start.
const commitAfter = 10 * time.Minute

// finish ends a window once all of it is settled. It returns the cursor to
// deliver, nil when none is due yet.
func (l *lane) finish(now time.Time) *reach {
	if !l.open || !l.asked || l.flying > 0 || l.marked {
		return nil
	}
	if l.failed {
		l.lost(now)
		return nil
	}
	after := l.reach.after(l.window, l.terms)
	quiet := !l.fresh && l.window.hand == live && after.Live.Sub(l.committed.Live) < commitAfter
	if quiet {
		l.advance(after)
		return nil
	}
	l.marking, l.marked = after, true
	return &after
}

// markSettled tells of the cursor's outcome.
func (l *lane) markSettled(ok bool, now time.Time) {
	l.marked = false
	if !ok {
		l.lost(now)
		return
	}
	l.committed = l.marking
	l.advance(l.marking)
}

// lost gives a window up of which something was not committed. It is read again.
func (l *lane) lost(now time.Time) {
	l.open, l.pause = false, now.Add(min(time.Second<<min(l.losses, 10), pauseMost))
	l.losses++
}

// advance goes on behind a window that is done.
func (l *lane) advance(after reach) {
	w := l.window
	l.reach, l.open, l.losses = after, false, 0
	l.span[w.hand] = nextSpan(l.span[w.hand], l.pages)
	if w.hand == live && !w.to.Before(w.began) {
		l.next = w.began.Add(l.terms.interval)
	}
}

// wake is when there may be something to ask for again, by time alone.
func (l *lane) wake(now time.Time) time.Time {
	if l.pause.After(now) {
		return l.pause
	}
	at := l.next
	if sweepAt := l.reach.Sweep.Add(l.terms.sweep + sweepStep); l.loaded && sweepAt.Before(at) && sweepAt.After(now) {
		at = sweepAt
	}
	return at
}
