package sqs

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLeaseModel lets everything happen in any order: receipts, rivals that get
// what is visible, outcomes, time, calls that fail before and after they were done
// and answers that come late.
func TestLeaseModel(t *testing.T) {
	for range 10 { // a hundred runs each
		rapid.Check(t, modelRun)
	}
}

func modelRun(t *rapid.T) {
	q := newQueueModel()
	pick := func(t *rapid.T, n int, of string) int {
		if n == 0 {
			t.Skip("no " + of)
		}
		return rapid.IntRange(0, n-1).Draw(t, of)
	}
	visible := func() []*sent {
		return slices.DeleteFunc(slices.Clone(q.messages), func(m *sent) bool { return m.deleted || m.visible.After(q.now) })
	}
	t.Repeat(map[string]func(*rapid.T){
		"receive": func(t *rapid.T) {
			list := append(visible(), &sent{})
			m := list[pick(t, len(list), "message")]
			if m.receipt == "" {
				q.messages = append(q.messages, m)
			}
			q.receive(m, rapid.IntRange(0, 3).Draw(t, "objects"), rapid.Bool().Draw(t, "spare"))
		},
		"rival": func(t *rapid.T) { // SQS may hand out a message that is hidden, too
			list := slices.DeleteFunc(slices.Clone(q.messages), func(m *sent) bool { return m.deleted })
			m := list[pick(t, len(list), "message")]
			m.receipt, m.visible = "rival's", q.now.Add(modelVisibility)
		},
		"settle": func(t *rapid.T) {
			list := q.unsettled()
			q.settle(t, list[pick(t, len(list), "ticket")], outcome(rapid.IntRange(0, 2).Draw(t, "outcome")))
		},
		"time": func(t *rapid.T) {
			most := rapid.SampledFrom([]time.Duration{time.Second, modelVisibility / 2, modelVisibility, time.Minute, 13 * time.Hour}).Draw(t, "most")
			q.now = q.now.Add(time.Duration(rapid.Int64Range(0, int64(most)).Draw(t, "passes")))
		},
		"act": func(t *rapid.T) { q.act(t) },
		"answer": func(t *rapid.T) {
			fate := rapid.IntRange(0, 3).Draw(t, "fate")
			q.answer(pick(t, len(q.flying), "call"), fate == 0, fate == 1)
		},
		"": func(t *rapid.T) {
			if next := q.book.next(q.now); len(q.flying) == 0 && len(q.book.held) > 0 && next.IsZero() {
				for id, m := range q.book.held {
					if m.state != lost {
						t.Fatalf("ticket %d in state %d waits for nothing", id, m.state)
					}
				}
			}
		},
	})
	q.finish(t)
}

// TestEveryLiveMessageIsRenewed follows the book's own clock with calls that take
// up to two seconds and fail up to twice in a row: no message that is being worked
// on becomes visible, for as long as SQS allows at all.
func TestEveryLiveMessageIsRenewed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQueueModel()
		for range rapid.IntRange(1, 30).Draw(t, "messages") {
			m := &sent{visible: q.now}
			q.messages = append(q.messages, m)
			q.receive(m, 1, false)
			q.now = q.now.Add(time.Duration(rapid.Int64Range(0, int64(modelVisibility/16)).Draw(t, "apart")))
			q.run(t)
		}
		until := q.now.Add(time.Duration(rapid.Int64Range(0, int64(11*time.Hour)).Draw(t, "work")))
		for q.now.Before(until) {
			if q.now = later(q.now, q.book.next(q.now)); q.now.After(until) {
				q.now = until
			}
			q.run(t)
		}
		for _, id := range q.unsettled() {
			q.settle(t, id, committed)
		}
		q.finish(t)
		for i, m := range q.messages {
			if !m.deleted {
				t.Fatalf("message %d is there still", i)
			}
		}
	})
}

// TestTwelveHours: SQS hides a message for twelve hours at most. It is held to the
// last second, then let go; what is committed later is still deleted if it can be.
func TestTwelveHours(t *testing.T) {
	q := newQueueModel()
	m := &sent{visible: q.now}
	id := q.receive(m, 1, false)
	begin := q.now
	for next := q.book.next(q.now); !next.IsZero(); next = q.book.next(q.now) {
		q.now = later(q.now, next)
		q.act(t)
		for len(q.flying) > 0 {
			q.answer(0, false, false)
		}
	}
	if held := m.visible.Sub(begin); held < 12*time.Hour-time.Minute || held > 12*time.Hour {
		t.Errorf("held for %s", held)
	}
	if q.book.held[id].state != lost {
		t.Errorf("state %d after that", q.book.held[id].state)
	}
	q.book.settle(q.now, id, committed, 0)
	if actions := q.book.act(q.now.Add(linger)); len(actions) != 1 || actions[0].verb != remove {
		t.Errorf("committed after that: %v", actions)
	}
}
