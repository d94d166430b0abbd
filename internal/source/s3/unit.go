package s3

import (
	"strings"
	"time"
)

// kind is how a unit is listed.
type kind int

const (
	folderUnit  kind = iota // one level; the folders in it become units
	flatUnit                // all keys below a prefix
	dayUnit                 // the folder of one day, until it is closed
	troubleUnit             // not listed: what could not be read is taken up again
)

// unit is a part of the bucket that is listed again and again.
type unit struct {
	kind   kind
	prefix string
	root   *root // of days
	// first and last are the days that it spans, for the order of history and for
	// how often it is listed. live is set where no date says how old it is.
	first, last int
	live        bool
	wide        bool // a day of more than a page, which is listed by the hour
	depth       int  // below the configured prefix, where the layout is not known
	loose       bool // a folder that holds objects, not only folders

	due    time.Time // of the next pass, or of the next page
	busy   bool      // a worker lists it
	fails  int       // in a row
	why    error     // of the last failure
	pass   *pass
	held   []Ref                // objects that the journal was not asked about yet
	hours  map[string]time.Time // when each hour's folder was listed last
	open   int                  // deliveries that are not settled
	failed map[string]struct{}  // objects that must come again
	// closing says that a pass which began late enough has seen all keys.
	closing bool
}

// pass is one listing of a unit from its first key to its last.
type pass struct {
	started time.Time
	full    bool // all folders are listed, not only those that change often
	now     step
	todo    []step
	token   string
}

// step is one prefix to list.
type step struct{ prefix, delimiter string }

// root is the folder of one account, service and Region.
type root struct {
	name    string
	closed  days
	dirty   bool // closed days are not committed
	marking bool // a mark is on its way
}

// edge tells whether objects still arrive here in the usual way.
func (u *unit) edge(now time.Time) bool {
	return now.Before(u.end().Add(time.Hour))
}

func (u *unit) end() time.Time { return dayTime(u.last + 1) }

// begin starts a pass.
func (u *unit) begin(now time.Time, full bool) {
	u.pass = &pass{started: now, full: full, now: step{prefix: u.prefix}}
	if u.kind == folderUnit || u.wide {
		u.pass.now.delimiter = "/"
	}
}

func (u *unit) byHour() bool { return strings.Contains(u.prefix, "/"+bedrockLogs+"/") }

// widen begins the pass anew, hour by hour, when a day holds more than a page: most
// of its keys may be bodies, which lie in folders of their own and need not be
// listed. One page is cheaper than the folders of 24 hours.
func (u *unit) widen(next string) bool {
	if u.kind != dayUnit || u.wide || next == "" || !u.byHour() {
		return false
	}
	u.wide = true
	u.pass.now.delimiter, u.pass.token = "/", ""
	return true
}

// top tells whether the pass lists the unit's own prefix, and not a folder in it.
func (u *unit) top() bool { return u.pass.now.prefix == u.prefix }

// folder adds a folder of a day that is due. The folder of bodies is never
// listed: it can hold many more objects than there are logs.
func (u *unit) folder(name string, now time.Time, period func(age time.Duration) time.Duration) {
	inner := strings.TrimPrefix(name, u.pass.now.prefix)
	at, ok := parseLayout(name)
	switch {
	case inner == "data/":
	case !ok || at.hour < 0 || at.rest != "":
		u.pass.todo = append(u.pass.todo, step{prefix: name})
	default:
		_, end := at.times()
		if last, listed := u.hours[name]; !u.pass.full && listed && now.Sub(last) < period(now.Sub(end)) {
			return
		}
		u.pass.todo = append(u.pass.todo, step{prefix: name, delimiter: "/"})
	}
}

// advance goes on to the next page or folder; false at the end of the pass.
func (u *unit) advance(next string, now time.Time) bool {
	p := u.pass
	if p.token = next; next != "" {
		return true
	}
	if u.kind == dayUnit && p.now.delimiter != "" && !u.top() {
		if u.hours == nil {
			u.hours = map[string]time.Time{}
		}
		u.hours[p.now.prefix] = now
	}
	if len(p.todo) == 0 {
		u.pass = nil
		return false
	}
	p.now, p.todo = p.todo[0], p.todo[1:]
	return true
}

// monthSpan reads a part of a date, as folders have it: "2026/" or "2026/03/".
func monthSpan(rest string) (first, last int, ok bool) {
	for _, f := range []struct {
		layout string
		years  int
		months int
	}{{"2006/", 1, 0}, {"2006/01/", 0, 1}} {
		if t, err := time.Parse(f.layout, rest); err == nil {
			return dayNumber(t), dayNumber(t.AddDate(f.years, f.months, 0)) - 1, true
		}
	}
	return 0, 0, false
}
