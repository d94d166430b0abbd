package sqs

import (
	"log/slog"
	"sync"
	"time"

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
// and it is deleted after that; or it is left, for the queue's own dead-letter
// queue. It is never deleted otherwise.
func (s *Source) poison(l *letter, list []*delivery) []*delivery {
	s.counts.poison.Add(1)
	s.log.poison(l, l.odd)
	if s.quarantines() {
		s.counts.quarantined.Add(1)
		return append(list, s.carried(l, l.body))
	}
	s.keeper.settle(l.ticket, failing, again(l.attempt, nil))
	return list
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
