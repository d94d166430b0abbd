package s3

import (
	"errors"
	"strings"
	"time"

	"seismo/internal/source"
)

// plan is what is known of the bucket, and decides what is done next: which
// prefix is listed, which object is delivered. It does nothing by itself and has
// no clock; the Source does what it says, and holds the lock.
type plan struct {
	cfg    *Config
	window window
	once   bool

	units   map[string]*unit
	roots   map[string]*root
	trouble *unit
	loaded  bool // troubles of former runs are known
	today   int
	turn    bool // history is next, though live units are due
	walked  int  // unknown folders that are looked through
	ignored map[string]struct{}

	live, history []*item
	flight        map[string]*item // queued, or delivered and not settled
	retries       map[string]*retry
	known         known
	breaker       breaker
	fatal         error // of a one-off: why a part of it was not listed
	fault         error // to be told by Receive
	faultAt       time.Time
	answered      bool // a pass ended: to be told by Receive
	stats         Stats
	count         *Estimate // not nil: objects are counted and not delivered
}

// item is one object on its way.
type item struct {
	ref     Ref
	attempt int
	unit    *unit
}

// retry is an object that could not be read.
type retry struct {
	ref      Ref
	unit     *unit
	due      time.Time // zero: not by itself
	attempts int
	kept     bool // the journal has it
	given    bool // a one-off does not try it again
}

// most objects that wait to be received, of each class, before no more pages are
// asked for.
const mostQueued = 1000

func newPlan(cfg *Config, once bool, w window) *plan {
	p := &plan{
		cfg: cfg, once: once, window: w,
		units: map[string]*unit{}, roots: map[string]*root{}, ignored: map[string]struct{}{},
		flight: map[string]*item{}, retries: map[string]*retry{},
		trouble: &unit{kind: troubleUnit, live: true},
	}
	first := &unit{kind: folderUnit, prefix: cfg.Prefix, live: true}
	at, ok := parseLayout(cfg.Prefix)
	switch {
	case cfg.Layout == LayoutFlat, ok && !at.day.IsZero():
		first.kind = flatUnit
	case ok, placeOf(cfg.Prefix) == chain:
		first.live, first.first, first.last = false, firstOfAll, lastOfAll
	}
	p.add(first)
	return p
}

// add makes a unit known; false when it was already.
func (p *plan) add(u *unit) bool {
	if _, ok := p.units[u.prefix]; ok {
		return false
	}
	p.units[u.prefix] = u
	return true
}

// addRoot makes the folder of a Region known, with the days that are closed.
func (p *plan) addRoot(name string, closed days) {
	if _, ok := p.roots[name]; ok {
		return
	}
	r := &root{name: name, closed: closed}
	p.roots[name] = r
	if !p.once && p.today != 0 {
		p.addDay(r, p.today)
	}
}

func (p *plan) addDay(r *root, day int) {
	if r == nil || r.closed.has(day) || !p.wants(day, day) {
		return
	}
	prefix := r.name + dayTime(day).Format("2006/01/02/")
	if strings.HasPrefix(prefix, p.cfg.Prefix) {
		p.add(&unit{kind: dayUnit, prefix: prefix, root: r, first: day, last: day})
	}
}

// wants tells whether a row of days can hold objects that are wanted.
func (p *plan) wants(first, last int) bool {
	return p.window.folder(dayTime(first), dayTime(last+1), dayTime(p.today))
}

// pick chooses what is listed next and marks it busy. Without any it says how
// long to wait at most.
func (p *plan) pick(now time.Time) (*unit, time.Duration) {
	p.newDay(now)
	if !p.loaded {
		return p.pickTrouble(now)
	}
	var live, history *unit
	wait := time.Minute
	for _, u := range p.units {
		switch edge := p.edge(u, now); {
		case u.busy:
		case now.Before(u.due):
			wait = min(wait, u.due.Sub(now))
		case edge && len(p.live) < mostQueued && (live == nil || sooner(u, live)):
			live = u
		case !edge && len(p.history) < mostQueued && (history == nil || p.before(u, history)):
			history = u
		}
	}
	u := live
	if u == nil || history != nil && p.turn {
		u = history
	}
	if u == nil {
		t, w := p.pickTrouble(now)
		return t, min(wait, w)
	}
	p.turn = u == live
	u.busy = true
	return u, 0
}

// edge tells whether a unit is listed before history. A one-off has no hurry for
// what arrives now, and keeps to its order.
func (p *plan) edge(u *unit, now time.Time) bool {
	return u.live || !p.once && u.edge(now)
}

func (p *plan) pickTrouble(now time.Time) (*unit, time.Duration) {
	if p.trouble.busy {
		return nil, time.Minute
	}
	if now.Before(p.trouble.due) {
		return nil, p.trouble.due.Sub(now)
	}
	p.trouble.busy = true
	return p.trouble, 0
}

// newDay makes today's folders known before anything is in them.
func (p *plan) newDay(now time.Time) {
	today := dayNumber(now)
	if today == p.today {
		return
	}
	p.today = today
	if p.once {
		return
	}
	for _, r := range p.roots {
		p.addDay(r, today)
	}
}

func sooner(a, b *unit) bool {
	if !a.due.Equal(b.due) {
		return a.due.Before(b.due)
	}
	return a.prefix < b.prefix
}

// before is the order of history.
func (p *plan) before(a, b *unit) bool {
	switch {
	case p.cfg.Order == OldestFirst && a.first != b.first:
		return a.first < b.first
	case p.cfg.Order != OldestFirst && a.last != b.last:
		return a.last > b.last
	}
	return a.prefix < b.prefix
}

// Periods of listing again.
const (
	discovery   = 10 * time.Minute // folders above the days
	longestDay  = time.Hour
	longestTree = 24 * time.Hour
)

// period is how long to wait until a unit is listed again: the interval where
// objects arrive, and less and less often the older it is.
func (p *plan) period(u *unit, now time.Time) time.Duration {
	interval := p.cfg.ListInterval.Std()
	switch {
	case u.live && u.kind == folderUnit && u.depth > 0 && !u.loose:
		return max(interval, discovery)
	case u.live:
		return interval
	case u.kind == folderUnit:
		least := max(interval, discovery)
		if u.last == lastOfAll {
			return least
		}
		return max(least, min(now.Sub(u.end())/8, longestTree))
	}
	return p.age(now.Sub(u.end()))
}

func (p *plan) age(age time.Duration) time.Duration {
	return max(p.cfg.ListInterval.Std(), min(age/8, longestDay))
}

// failed notes that a page, or what the journal says of it, could not be had.
func (p *plan) failed(u *unit, err error, now time.Time) {
	u.busy = false
	u.fails++
	u.why = err
	if u.fails%3 == 0 {
		u.pass = nil // its token may be what is wrong
	}
	if p.once {
		p.failedOnce(u, err, now)
		return
	}
	u.due = now.Add(min(5*time.Second<<min(u.fails-1, 6), 5*time.Minute))
	if p.fault == nil {
		p.faultAt = now
	}
	p.fault = err
}

// failedOnce gives a part of a one-off up when it cannot be listed, and goes on
// with the rest: the error is told at the end.
func (p *plan) failedOnce(u *unit, err error, now time.Time) {
	u.due = now.Add(time.Second << min(u.fails-1, 4))
	if u.fails < 5 && !hopeless(err) {
		return
	}
	p.fatal = errors.Join(p.fatal, err)
	delete(p.units, u.prefix)
	if u == p.trouble {
		p.loaded = true
	}
}

// hopeless tells whether an error stays until somebody changes something.
func hopeless(err error) bool {
	var f *source.Fault
	if !errors.As(err, &f) {
		return false
	}
	return f.Kind == source.Forbidden || f.Kind == source.Misconfigured || f.Kind == source.Expired
}
