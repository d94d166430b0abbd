package sqs

import "time"

// The leases of messages as a machine without clocks and calls: it is told what
// happened and when, and says what is to be done. A message that was received is
// hidden from others for a while only, so every one is renewed at half of that
// time until all of its objects are settled, those also that wait behind others.
//
// It never has a message deleted before all its objects are committed, and never
// has one renewed that is settled or that is somebody else's by now.

// ticket names one message in the book.
type ticket uint64

type state uint8

const (
	live state = iota // its objects are on their way; renewed
	lost              // its objects are on their way; it may be somebody else's by now
	done              // all its objects are committed; to be deleted
	back              // something of it failed; to be given back
)

// maxHold is the longest time for which SQS lets a message be hidden, from its
// receipt on; a call needs a little time to arrive.
const maxHold = 12*time.Hour - 10*time.Second

// linger is how long a deletion waits for others that can go with it.
const linger = 200 * time.Millisecond

// batchSize is the most messages that one call of SQS takes.
const batchSize = 10

type message struct {
	receipt  string
	open     int  // objects that are not settled
	failed   bool // one of them failed, for a reason that may pass
	hopeless bool // one of them failed, for a reason of its own
	spare    bool // should all that failed be hopeless, its body is delivered instead
	state    state
	busy     bool          // a call for it is under way
	pause    time.Duration // until it is to come again, of one that is given back
	since    time.Time     // received
	until    time.Time     // hidden from others
	due      time.Time     // when the next call is to be made
	tries    int           // calls that failed in a row
}

// outcome is how one object of a message ended.
type outcome uint8

const (
	committed outcome = iota
	failing           // for a reason that may pass
	hopeless          // for a reason of its own
)

// verb is what to do with a message.
type verb uint8

const (
	renew verb = iota
	remove
	giveBack
)

// action is one call to make for one message.
type action struct {
	ticket  ticket
	verb    verb
	receipt string
	seconds int32 // of renew and giveBack: hidden for so long from now on
	sent    time.Time
}

// result is what became of an action.
type result uint8

const (
	good   result = iota
	failed        // the call did not succeed, and may when it is made again
	gone          // the receipt is not valid, or the message is not there
)

// book holds every message that was received and is not finished. It is not for
// concurrent use.
//
// A message that comes twice is booked twice: each receipt is renewed and deleted
// by itself, since only the newest is sure to delete the message, and nobody
// tells which one that is.
type book struct {
	visibility time.Duration
	last       ticket
	held       map[ticket]*message
}

func newBook(visibility time.Duration) *book {
	return &book{visibility: visibility, held: map[ticket]*message{}}
}

// take books a message that was just received and has so many objects. One that
// has none is done.
func (b *book) take(now time.Time, receipt string, objects int, spare bool) ticket {
	b.last++
	m := &message{receipt: receipt, open: objects, spare: spare, since: now, until: now.Add(b.visibility)}
	b.held[b.last] = m
	if objects == 0 {
		m.state = done
	}
	b.plan(now, m)
	return b.last
}

// settle books how one object of a message ended, and after which pause the
// message is to come again should it have failed. instead asks to deliver the
// body of the message: it is one more object of it.
func (b *book) settle(now time.Time, t ticket, how outcome, pause time.Duration) (instead bool) {
	m := b.held[t]
	if m == nil || m.open == 0 {
		return false
	}
	m.open--
	if how != committed {
		m.pause = max(m.pause, pause)
		m.failed = m.failed || how == failing
		m.hopeless = m.hopeless || how == hopeless
	}
	switch {
	case m.open > 0:
	case m.hopeless && !m.failed && m.spare:
		m.open, m.hopeless, m.spare = 1, false, false
		return true
	case m.hopeless || m.failed:
		b.end(now, t, back)
	default:
		b.end(now, t, done)
	}
	return false
}

// end finishes a message all of whose objects are settled.
func (b *book) end(now time.Time, t ticket, s state) {
	m := b.held[t]
	if s == back && m.state == lost {
		delete(b.held, t) // it comes again by itself
		return
	}
	m.state, m.tries = s, 0
	b.plan(now, m)
}

// release gives back, at once, every message that is not finished: the process
// ends.
func (b *book) release(now time.Time) {
	for t, m := range b.held {
		switch m.state {
		case live:
			m.open, m.pause = 0, 0
			b.end(now, t, back)
		case lost:
			delete(b.held, t)
		case done, back:
			m.due = now
		}
	}
}
