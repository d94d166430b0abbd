package publish

import (
	"context"
	"fmt"
	"time"
)

// patience is how long CloudWatch may take to show what it has got. Only after
// that is a request whose mark is not there taken for lost.
const patience = 15 * time.Minute

// unanswered is a request that a former run left without an answer.
type unanswered struct {
	fact    string // that keeps it
	what    string // in words
	left    time.Time
	entered bool // it is in its hour's fact already
	there   func() (bool, error)
	enter   func() error
}

// conclude finds out what became of a request: entered already, got by
// CloudWatch, or lost. What was lost is sent anew.
func (p *Publisher) conclude(ctx context.Context, u unanswered) error {
	if u.entered {
		return p.book.set(ctx, u.fact, "")
	}
	there, err := u.there()
	switch {
	case err != nil && !forbidden(err):
		return err
	case err != nil:
		p.deps.Log.Warn("a request has no answer and AWS may not be asked for it: taken as sent, so that nothing is sent twice", "what", u.what, "err", err)
		return u.enter()
	case there:
		return u.enter()
	}
	if until := u.left.Add(patience); p.deps.Now().Before(until) {
		return fmt.Errorf("the last request of %s got no answer; whether it arrived shows by %s, and nothing is sent before that: %w",
			u.what, until.Format("15:04:05 UTC"), errDoubtful)
	}
	return p.book.set(ctx, u.fact, "")
}

// settle concludes the request of metrics that is pending, if any.
func (p *Publisher) settle(ctx context.Context) error {
	var left pending
	var sent sentHour
	if found, err := p.book.load(ctx, "pending", &left); err != nil || !found {
		return err
	}
	if _, err := p.book.load(ctx, hourName(Metrics, left.Hour), &sent); err != nil {
		return err
	}
	return p.conclude(ctx, unanswered{"pending", "metrics", left.Left, sent.Applied == left.ID,
		func() (bool, error) { return p.marked(ctx, left) }, func() error { return p.enter(ctx, &sent, left) }})
}

// settleLines concludes the request of log events that is pending, if any.
func (p *Publisher) settleLines(ctx context.Context, kind string) error {
	var left pendingLines
	var sent sentLines
	if found, err := p.book.load(ctx, "pending-"+kind, &left); err != nil || !found {
		return err
	}
	if _, err := p.book.load(ctx, hourName(kind, left.Hour), &sent); err != nil {
		return err
	}
	return p.conclude(ctx, unanswered{"pending-" + kind, kind, left.Left, sent.Applied == left.ID,
		func() (bool, error) { return p.written(ctx, p.group(kind), left) }, func() error { return p.enterLines(ctx, kind, &sent, left) }})
}
