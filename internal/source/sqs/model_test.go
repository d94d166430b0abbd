package sqs

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// queueModel is SQS as its documentation has it, with one book as its client: what
// is hidden until when, which receipt is the newest, what is deleted.
type queueModel struct {
	now      time.Time
	book     *book
	messages []*sent
	tickets  map[ticket]*received
	flying   []action
}

type sent struct {
	receipt string // the newest
	visible time.Time
	deleted bool
}

// received is what the model knows of one receipt.
type received struct {
	*sent
	receipt   string
	since     time.Time
	open      int
	failed    bool
	invalid   bool // the client was told so
	committed bool // everything, so that it may be deleted
	spare     bool
}

const modelVisibility = 30 * time.Second

func newQueueModel() *queueModel {
	return &queueModel{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), book: newBook(modelVisibility), tickets: map[ticket]*received{}}
}

func (q *queueModel) receive(m *sent, objects int, spare bool) ticket {
	m.receipt = fmt.Sprintf("%p/%d", m, q.book.last+1)
	m.visible = q.now.Add(modelVisibility)
	id := q.book.take(q.now, m.receipt, objects, spare)
	q.tickets[id] = &received{sent: m, receipt: m.receipt, since: q.now, open: objects, committed: objects == 0, spare: spare}
	return id
}

// act looks at each action before it flies.
func (q *queueModel) act(t rapid.TB) {
	for _, a := range q.book.act(q.now) {
		r := q.tickets[a.ticket]
		for _, other := range q.flying {
			if other.ticket == a.ticket {
				t.Fatalf("two calls at once for ticket %d", a.ticket)
			}
		}
		switch a.verb {
		case remove:
			if !r.committed {
				t.Fatalf("ticket %d is deleted before everything is committed", a.ticket)
			}
		case renew:
			if r.open == 0 || r.invalid {
				t.Fatalf("ticket %d is renewed: open %d, invalid %v", a.ticket, r.open, r.invalid)
			}
			if a.seconds <= 0 || q.now.Add(time.Duration(a.seconds)*time.Second).Sub(r.since) > 12*time.Hour {
				t.Fatalf("ticket %d is hidden for %d seconds after %s", a.ticket, a.seconds, q.now.Sub(r.since))
			}
		case giveBack:
			if r.open > 0 || r.committed {
				t.Fatalf("ticket %d is given back: open %d, committed %v", a.ticket, r.open, r.committed)
			}
		}
		q.flying = append(q.flying, a)
	}
}

// answer does what a call asks for and tells the client. A call may fail before
// or after it was done.
func (q *queueModel) answer(i int, before, after bool) {
	a := q.flying[i]
	q.flying = slices.Delete(q.flying, i, i+1)
	r := q.tickets[a.ticket]
	result := good
	switch {
	case before:
		result = failed
	case r.receipt != r.sent.receipt || r.deleted || a.verb != remove && !r.visible.After(q.now):
		result = gone
		r.invalid = true
	case a.verb == remove:
		r.deleted = true
	default:
		r.visible = q.now.Add(time.Duration(a.seconds) * time.Second)
	}
	if after {
		result = failed
		r.invalid = false
	}
	q.book.told(q.now, a, result)
}

func (q *queueModel) settle(t *rapid.T, id ticket, how outcome) {
	r := q.tickets[id]
	r.open--
	r.failed = r.failed || how != committed
	instead := q.book.settle(q.now, id, how, 10*time.Second)
	if instead {
		if !r.spare || r.open > 0 {
			t.Fatalf("the body of ticket %d is asked for: open %d, spare %v", id, r.open, r.spare)
		}
		r.open, r.failed, r.spare = 1, false, false
	}
	r.committed = r.open == 0 && !r.failed
}

func (q *queueModel) unsettled() []ticket {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(q.tickets)), func(id ticket) bool { return q.tickets[id].open == 0 })
}

// finish settles everything and answers every call: the book becomes empty, and
// what is not deleted will be visible again.
func (q *queueModel) finish(t *rapid.T) {
	for _, id := range q.unsettled() {
		for q.tickets[id].open > 0 {
			q.settle(t, id, committed)
		}
	}
	for range 10_000 {
		for len(q.flying) > 0 {
			q.answer(0, false, false)
		}
		q.act(t)
		if len(q.flying) > 0 {
			continue
		}
		next := q.book.next(q.now)
		if next.IsZero() {
			break
		}
		q.now = later(q.now, next)
	}
	if len(q.book.held) > 0 {
		t.Fatalf("%d messages are held although all is settled", len(q.book.held))
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func (q *queueModel) run(t *rapid.T) {
	q.act(t)
	if len(q.flying) > 0 {
		q.now = q.now.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, "call takes")))
	}
	for len(q.flying) > 0 {
		fails := q.book.held[q.flying[0].ticket].tries < 2 && rapid.IntRange(0, 3).Draw(t, "fails") == 0
		q.answer(0, fails, false)
	}
	for i, m := range q.messages {
		if !m.visible.After(q.now) {
			t.Fatalf("message %d became visible while it is worked on", i)
		}
	}
}
