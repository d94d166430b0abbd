package cwlogs

// tail is the reading of one group as a machine without clock, network or
// threads: it is told what happened and says what to do next.
//
// What it keeps to: no hand passes an event that is visible within the hand's
// delay of its own time and not committed.
type tail struct {
	terms terms
	stand stand // committed
	seen  *seen

	win       *window // being read or settled
	marking   bool    // the cursor is on its way
	length    int64   // of the next window at most
	nextLook  int64   // live does not look at the newest part before
	notBefore int64   // nothing is done before: a pause after a failure
	failures  int     // in a row
	windows   int     // begun so far
	sent      int     // deliveries so far
}

// window is a part of the log that is read page by page.
type window struct {
	number   int
	hand     hand
	from, to int64 // [from, to)
	began    int64 // before its first request
	token    string
	full     int                 // with events
	open     map[int][]ident     // deliveries on their way, by number
	pending  map[uint64]struct{} // in open deliveries
	ended    bool
	failed   bool // it is read again
}

// act is what to do next.
type act int

const (
	actRest act = iota // nothing before step.until
	actRead            // ask for a page of [from, to) with the token
	actHold            // wait until something is settled
	actMark            // deliver the cursor
	actOver            // the end was reached
)

type step struct {
	act      act
	until    int64
	window   int // number of the window to read in
	from, to int64
	token    string
	cursor   string
}

func newTail(t terms, at stand, now int64) *tail {
	return &tail{terms: t, stand: at.within(now, t.delay), seen: newSeen(t.seen), length: firstSpan}
}

// step says what to do now.
func (t *tail) step(now int64) step {
	switch {
	case t.marking:
		return step{act: actHold}
	case now < t.notBefore:
		return step{act: actRest, until: t.notBefore}
	case t.win == nil:
		if rest := t.open(now); rest.act != actRead {
			return rest
		}
	}
	w := t.win
	switch {
	case !w.ended:
		return step{act: actRead, window: w.number, from: w.from, to: w.to, token: w.token}
	case len(w.open) > 0:
		return step{act: actHold}
	}
	t.marking = true
	return step{act: actMark, cursor: t.reached().cursor()}
}

// reached is where the hands stand once the window's pages are committed.
func (t *tail) reached() stand {
	w := t.win
	return t.stand.after(w.from, w.to, w.began, t.terms.delay)
}

// open begins the next window that is due: the newest part first, then what late
// events may have been added to.
func (t *tail) open(now int64) step {
	if t.terms.end > 0 && t.stand.at[live] >= t.terms.end {
		return step{act: actOver}
	}
	until := max(t.nextLook, now+1)
	for h := live; h < hands; h++ {
		from, to := t.stand.at[h], t.terms.reach(h, now)
		if h != live {
			to = min(to, t.stand.at[h-1])
		}
		if to-from < t.terms.batch(h) || h == live && now < t.nextLook {
			continue
		}
		t.windows++
		t.win = &window{
			number: t.windows, hand: h, from: from, to: min(to, from+max(t.length, t.terms.shortest())), began: now,
			open: map[int][]ident{}, pending: map[uint64]struct{}{},
		}
		return step{act: actRead}
	}
	if t.nextLook <= now { // nothing to read yet, not even the newest part
		until = now + t.terms.scan
	}
	return step{act: actRest, until: until}
}

// page takes in one page of a window and says which of its events to deliver, as
// one delivery with a number; none when keep is empty.
func (t *tail) page(window int, events []ident, token string) (number int, keep []int) {
	w := t.win
	if w == nil || w.number != window || w.ended {
		return 0, nil // it failed while the page was on its way
	}
	t.failures = 0
	if len(events) > 0 {
		w.full++
	}
	var fresh []ident
	for i, e := range events {
		if _, waits := w.pending[e.hash]; waits || t.seen.has(e) {
			continue
		}
		w.pending[e.hash] = struct{}{}
		fresh = append(fresh, e)
		keep = append(keep, i)
	}
	w.token, w.ended = token, token == ""
	if !w.ended && w.full >= limitPages && w.to-w.from > t.terms.shortest() {
		w.ended, w.failed = true, true // too long: anew, shorter
		t.length = max((w.to-w.from)/8, t.terms.shortest())
	}
	if len(fresh) > 0 {
		t.sent++
		w.open[t.sent] = fresh
		number = t.sent
	}
	t.close()
	return number, keep
}

// settled is told what became of a delivery.
func (t *tail) settled(number int, ok bool, now int64) {
	w := t.win
	if w == nil || w.open[number] == nil {
		return
	}
	if ok {
		t.seen.add(w.open[number])
	} else {
		t.pause(now)
		w.failed, w.ended = true, true
	}
	for _, e := range w.open[number] {
		delete(w.pending, e.hash)
	}
	delete(w.open, number)
	t.close()
}

// close forgets a window that failed once nothing of it is on its way.
func (t *tail) close() {
	if w := t.win; w.ended && w.failed && len(w.open) == 0 {
		t.win = nil
	}
}

// marked is told what became of the cursor.
func (t *tail) marked(ok bool, now int64) {
	if !t.marking {
		return
	}
	t.marking = false
	if !ok {
		t.pause(now)
		return
	}
	w := t.win
	t.stand = t.reached()
	t.failures = 0
	t.adapt(w)
	if w.hand == live && w.to >= t.terms.reach(live, w.began) {
		t.nextLook = w.began + t.terms.scan
	}
	t.seen.forget(t.stand.at[sweep])
	t.win = nil
}

// stumbled is told that a page could not be had. The window goes on from its
// token after a pause; anew begins it again, as must be done when the token is
// refused.
func (t *tail) stumbled(window int, anew bool, now int64) {
	t.pause(now)
	if t.win != nil && t.win.number == window && (anew || t.failures%5 == 0) {
		t.win.token, t.win.full = "", 0
	}
}

func (t *tail) pause(now int64) {
	t.failures++
	t.notBefore = now + min(int64(firstPause)<<min(t.failures-1, 10), mostPause)
}

// adapt sets the length of the next window after one that was read whole.
func (t *tail) adapt(w *window) {
	switch length := w.to - w.from; {
	case w.full == 0:
		t.length = min(max(t.length, 4*length), emptySpan)
	case w.full <= fewPages:
		t.length = min(max(t.length, 2*length), mostSpan)
	case w.full > manyPages:
		t.length = length / 2
	default:
		t.length = min(t.length, mostSpan)
	}
}
