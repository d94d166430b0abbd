package cwlogs

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

const (
	minute = int64(60 * 1000)
	hour   = 60 * minute
	day    = 24 * hour
)

func usualTerms() terms {
	return terms{
		delay: [hands]int64{defaultOverlap.Milliseconds(), defaultLate.Milliseconds(), defaultSweep.Milliseconds()},
		scan:  defaultScan.Milliseconds(), seen: 1 << 20,
	}
}

// logged is an event of the model's log group.
type logged struct {
	id      string
	at      int64 // its time
	visible int64 // when it can first be read
}

// world is a log group, a store and the tail between them.
type world struct {
	now     int64
	terms   terms
	log     []logged
	tail    *tail
	listing []logged // of the window being read: what was visible at its first request
	flying  []flight
	stored  map[string]int // how often an id was committed
	cursor  stand
}

// flight is a delivery, or the cursor, that is not settled.
type flight struct {
	number int
	ids    []string
	cursor string
}

func newWorld(t terms, start int64) *world {
	w := &world{now: start, terms: t, stored: map[string]int{}, cursor: standAt(start)}
	w.tail = newTail(t, w.cursor, w.now)
	return w
}

// read answers a request as CloudWatch Logs does: from the second page on the
// token says where to go on; pages may be empty before the last.
func (w *world) read(s step, size int, empty bool) {
	if s.token == "" {
		w.listing = nil
		for _, e := range w.log {
			if e.at >= s.from && e.at < s.to && e.visible <= w.now {
				w.listing = append(w.listing, e)
			}
		}
		slices.SortFunc(w.listing, func(a, b logged) int { return cmp.Compare(a.at, b.at) })
	}
	from, _ := strconv.Atoi(s.token)
	to := min(from+size, len(w.listing))
	if empty {
		to = from
	}
	token := ""
	if to < len(w.listing) || empty {
		token = strconv.Itoa(to)
	}
	var ids []ident
	for _, e := range w.listing[from:to] {
		ids = append(ids, identOf(e.id, e.at))
	}
	number, keep := w.tail.page(s.window, ids, token)
	if number == 0 {
		return
	}
	f := flight{number: number}
	for _, i := range keep {
		f.ids = append(f.ids, w.listing[from+i].id)
	}
	w.flying = append(w.flying, f)
}

// commit keeps what a flight carries, as the store's transaction does.
func (w *world) commit(t *rapid.T, f flight) {
	for _, id := range f.ids {
		w.stored[id]++
	}
	if f.cursor != "" {
		at, err := parseCursor(f.cursor)
		if err != nil {
			t.Fatal(err)
		}
		w.cursor = at
	}
}

func (w *world) settle(t *rapid.T, i int, ok bool) {
	f := w.flying[i]
	w.flying = slices.Delete(w.flying, i, i+1)
	if ok {
		w.commit(t, f)
	}
	if f.cursor != "" {
		w.tail.marked(ok, w.now)
	} else {
		w.tail.settled(f.number, ok, w.now)
	}
}

// crash loses the process. What was on its way may be committed all the same.
func (w *world) crash(t *rapid.T) {
	for _, f := range w.flying {
		if rapid.Bool().Draw(t, "committed before the crash") {
			w.commit(t, f)
		}
	}
	w.flying = nil
	w.tail = newTail(w.terms, w.cursor, w.now)
}

// check: no hand of the committed cursor passed an event inside its promise.
func (w *world) check(t *rapid.T) {
	for _, e := range w.log {
		for h := live; h < hands; h++ {
			if e.at >= w.cursor.start && e.at < w.cursor.at[h] && e.visible-e.at <= w.terms.delay[h] && w.stored[e.id] == 0 {
				t.Fatalf("the hand %v stands at %d, but the event %s of %d, visible at %d, is not stored",
					h, w.cursor.at[h], e.id, e.at, e.visible)
			}
		}
	}
}

// drain goes on without faults until an instant.
func (w *world) drain(t *rapid.T, until int64) {
	for acts := 0; w.now < until; acts++ {
		if acts > 200_000 {
			t.Fatalf("the tail makes no progress: %+v", w.tail.win)
		}
		switch s := w.tail.step(w.now); s.act {
		case actRest:
			w.now = max(w.now+1, min(s.until, until))
		case actRead:
			w.read(s, 50, false)
			w.now += 200
		case actMark:
			w.flying = append(w.flying, flight{cursor: s.cursor})
		case actHold:
			if len(w.flying) == 0 {
				t.Fatal("the tail waits for nothing")
			}
			w.settle(t, 0, true)
		case actOver:
			return
		}
		w.check(t)
	}
}

// write adds events around now, some of which become visible later, in bursts of
// one millisecond.
func (w *world) write(t *rapid.T) {
	at := w.now - rapid.Int64Range(0, 3*minute).Draw(t, "age")
	lateness := rapid.SampledFrom([]int64{0, 1000, minute, 4 * minute, 30 * minute, 2 * hour, 5 * hour, 24 * hour}).Draw(t, "lateness")
	for range rapid.IntRange(1, 30).Draw(t, "burst") {
		w.log = append(w.log, logged{fmt.Sprint("e", len(w.log)), at, max(at+lateness, min(w.now, at+w.terms.delay[sweep]))})
	}
}

func TestEveryEventWithinThePromiseIsDelivered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := usualTerms()
		terms.latency = rapid.SampledFrom([]int64{0, minute}).Draw(t, "latency")
		terms.delay[live] += terms.latency
		terms.seen = rapid.SampledFrom([]int{10, 1 << 20}).Draw(t, "remembered")
		w := newWorld(terms, 100*day)
		faults := false
		t.Repeat(map[string]func(*rapid.T){
			"write":   w.write,
			"elapse":  func(t *rapid.T) { w.now += rapid.Int64Range(1, 3*hour).Draw(t, "time") },
			"quick":   func(t *rapid.T) { w.now += rapid.Int64Range(1, minute).Draw(t, "time") },
			"crash":   func(t *rapid.T) { faults = true; w.crash(t) },
			"settle":  func(t *rapid.T) { w.settleOne(t, &faults) },
			"step":    func(t *rapid.T) { w.act(t, &faults) },
			"another": func(t *rapid.T) { w.act(t, &faults) },
			"":        w.check,
		})
		for len(w.flying) > 0 {
			w.settle(t, 0, true)
		}
		w.drain(t, w.now+27*hour)
		for _, e := range w.log {
			n := w.stored[e.id]
			if e.at >= w.cursor.start && (n == 0 || n > 1 && !faults && terms.seen > 10) {
				t.Fatalf("event %s of %d, visible at %d, was delivered %d times", e.id, e.at, e.visible, n)
			}
		}
	})
}

// act lets the tail do what it wants to do, which may go wrong.
func (w *world) act(t *rapid.T, faults *bool) {
	switch s := w.tail.step(w.now); s.act {
	case actRead:
		if rapid.IntRange(0, 9).Draw(t, "fault") == 0 {
			*faults = true
			w.tail.stumbled(s.window, rapid.Bool().Draw(t, "anew"), w.now)
			return
		}
		w.read(s, rapid.IntRange(1, 20).Draw(t, "page"), rapid.IntRange(0, 4).Draw(t, "empty") == 0)
	case actMark:
		w.flying = append(w.flying, flight{cursor: s.cursor})
	case actRest:
		w.now = s.until
	case actHold:
		w.settleOne(t, faults)
	case actOver:
		t.Fatal("over without an end")
	}
}

func (w *world) settleOne(t *rapid.T, faults *bool) {
	if len(w.flying) == 0 {
		return
	}
	ok := rapid.IntRange(0, 9).Draw(t, "refused") > 0
	*faults = *faults || !ok
	w.settle(t, rapid.IntRange(0, len(w.flying)-1).Draw(t, "which"), ok)
}
