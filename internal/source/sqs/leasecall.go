package sqs

import "time"

// plan says when the next call for a message is to be made.
func (b *book) plan(now time.Time, m *message) {
	switch m.state {
	case live:
		m.due = m.until.Add(-b.visibility / 2)
		if !b.extends(m.due, m) {
			m.due = m.until // nothing can be done any more, until it is lost
		}
	case lost:
		m.due = time.Time{}
	case done:
		m.due = now.Add(linger)
	case back:
		m.due = now
	}
	if m.tries > 0 && m.state != lost {
		m.due = now.Add(b.retryAfter(m.tries))
	}
}

// retryAfter grows with the failures in a row, and leaves room for several tries
// in the second half of a lease.
func (b *book) retryAfter(tries int) time.Duration {
	return min(time.Second<<min(tries-1, 6), max(b.visibility/16, time.Second))
}

// extension is for how long a message can be hidden from now on.
func (b *book) extension(now time.Time, m *message) time.Duration {
	return min(b.visibility, m.since.Add(maxHold).Sub(now)).Truncate(time.Second)
}

func (b *book) extends(now time.Time, m *message) bool {
	return now.Add(b.extension(now, m)).After(m.until)
}

// act says which calls are to be made now. Those that are due soon come along
// with those that are due. Each message is busy until its result is told.
func (b *book) act(now time.Time) []action {
	b.expire(now)
	var soon [3]time.Time // by verb: what is due until then comes along
	for _, m := range b.held {
		if v, ok := m.verb(); ok && !m.busy && !m.due.After(now) {
			soon[v] = now.Add(b.visibility / 8)
		}
	}
	if b.waiting() >= batchSize {
		soon[remove] = now.Add(linger)
	}
	var actions []action
	for t, m := range b.held {
		v, ok := m.verb()
		if !ok || m.busy || soon[v].IsZero() || m.due.After(soon[v]) {
			continue
		}
		if v == renew && !b.extends(now, m) {
			m.due = m.until
			continue
		}
		a := action{ticket: t, verb: v, receipt: m.receipt, sent: now}
		switch v {
		case renew:
			a.seconds = int32(b.extension(now, m) / time.Second)
		case giveBack:
			a.seconds = int32(max(0, min(m.pause, m.since.Add(maxHold).Sub(now))) / time.Second)
		case remove:
		}
		m.busy = true
		actions = append(actions, a)
	}
	return actions
}

// expire looks for leases that ran out. A message that is to be renewed may be
// somebody else's by now; a deletion that did not succeed until then is left:
// the message comes again, and the ledger knows its objects.
func (b *book) expire(now time.Time) {
	for t, m := range b.held {
		if m.busy || now.Before(m.until) {
			continue
		}
		switch m.state {
		case live:
			m.state = lost
			b.plan(now, m)
		case back:
			delete(b.held, t)
		case done:
			if m.tries > 0 {
				delete(b.held, t)
			}
		case lost:
		}
	}
}

func (m *message) verb() (v verb, ok bool) {
	switch m.state {
	case live:
		return renew, true
	case done:
		return remove, true
	case back:
		return giveBack, true
	case lost:
	}
	return 0, false
}

// waiting is how many messages wait to be deleted.
func (b *book) waiting() (n int) {
	for _, m := range b.held {
		if m.state == done && !m.busy && m.tries == 0 {
			n++
		}
	}
	return n
}

// told books what became of an action. The message may be finished by now.
func (b *book) told(now time.Time, a action, r result) {
	m := b.held[a.ticket]
	if m == nil {
		return
	}
	m.busy = false
	switch {
	case r == failed:
		m.tries++
	case a.verb != renew, r == gone && m.state == back:
		delete(b.held, a.ticket)
		return
	case r == gone && m.state == live:
		m.state = lost
	case r == gone:
		// its objects are committed meanwhile: a deletion may still succeed
	default:
		m.tries = 0
		m.until = a.sent.Add(time.Duration(a.seconds) * time.Second)
	}
	b.plan(now, m)
}

// next is when act is to be called again, unless something happens before; zero
// when there is nothing to be done.
func (b *book) next(now time.Time) (at time.Time) {
	if b.waiting() >= batchSize {
		return now
	}
	for _, m := range b.held {
		if m.busy || m.state == lost {
			continue
		}
		due := m.due
		if m.until.Before(due) && m.until.After(now) {
			due = m.until
		}
		if at.IsZero() || due.Before(at) {
			at = due
		}
	}
	return at
}
