package sqs

import (
	"cmp"
	"errors"
	"log/slog"
	"sync"
	"time"

	"seismo/internal/source"
	"seismo/internal/source/s3"
)

// tired tells that a message was received as often as messages should be.
func (s *Source) tired(attempt int) bool {
	most := s.cfg.SQS.MaxReceiveCount
	return most > 0 && attempt >= most
}

func (s *Source) quarantines() bool { return s.cfg.OnPoison == s3.PoisonQuarantine }

// poison says what becomes of a message that cannot be understood, in whole or
// in part. Either its body is delivered, which the pipeline puts into quarantine,
// and it is deleted after that; or it is delivered as something that cannot be
// read, so that it is shown, and left for the queue's own dead-letter queue. It is
// never deleted otherwise.
func (s *Source) poison(l *letter) *delivery {
	s.counts.poison.Add(1)
	s.log.poison(l, l.odd)
	if s.quarantines() {
		s.counts.quarantined.Add(1)
		return s.whole(l)
	}
	d := s.carried(l, l.body)
	d.failed = &source.Fault{
		Kind: source.Unknown, What: "understand message " + l.id + " of " + s.queue.URL, Err: errors.New(l.odd),
		Remedy: "send other messages to other queues; after an update that knows this kind, `seismo queue redrive` has dead letters read again; `on_poison: quarantine` keeps such messages here",
	}
	return d
}

// whole is the body of a message, for the quarantine. Where records in messages
// are not wanted it must not be read as one: part of it may look like a record.
func (s *Source) whole(l *letter) *delivery {
	d := s.carried(l, l.body)
	if !s.cfg.Carries() {
		d.object.ID = refusedID + d.object.ID
		d.failed = &source.Fault{Kind: source.Refused, What: "understand message " + l.id + " of " + s.queue.URL,
			Err: errors.New(cmp.Or(l.odd, "what it tells of failed each time")), Carried: l.body,
			Remedy: "look at it with `seismo quarantine show`"}
	}
	return d
}

// complaints logs poison messages, one a minute at most: a queue may be full of
// them.
type complaints struct {
	log *slog.Logger

	mu     sync.Mutex
	last   time.Time
	silent int
}

func (c *complaints) poison(l *letter, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.last) < time.Minute {
		c.silent++
		return
	}
	c.log.Warn("poison message", "message", l.id, "why", why, "receives", l.attempt, "others", c.silent)
	c.last, c.silent = now, 0
}
