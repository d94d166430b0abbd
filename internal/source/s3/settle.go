package s3

import (
	"errors"
	"time"

	"seismo/internal/source"
)

// take is the next object to deliver: of today before history.
func (p *plan) take() *item {
	for _, queue := range []*[]*item{&p.live, &p.history} {
		if len(*queue) > 0 {
			it := (*queue)[0]
			(*queue)[0] = nil
			*queue = (*queue)[1:]
			p.stats.Delivered++
			return it
		}
	}
	return nil
}

// soon are the objects that come next.
func (p *plan) soon(n int) []Ref {
	var refs []Ref
	for _, queue := range [][]*item{p.live, p.history} {
		for _, it := range queue[:min(len(queue), n-len(refs))] {
			refs = append(refs, it.ref)
		}
	}
	return refs
}

// settled books what became of an object.
func (p *plan) settled(it *item, err error, now time.Time) {
	id := it.ref.ID()
	delete(p.flight, id)
	p.breaker.settled(err)
	if err == nil {
		p.stats.Done++
		p.known.add(id)
		delete(p.retries, id)
	} else {
		p.stats.Failed++
		p.later(it, err, now)
	}
	if it.unit == nil {
		return
	}
	it.unit.open--
	if err == nil {
		delete(it.unit.failed, id)
	} else {
		it.unit.fail(id)
	}
	p.tryClose(it.unit)
}

// later plans the next try of an object. The journal's own plan, which comes
// with the next look into it, wins. A one-off tries a few times, soon.
func (p *plan) later(it *item, err error, now time.Time) {
	id := it.ref.ID()
	r := p.retries[id]
	if r == nil {
		r = &retry{ref: it.ref}
		p.retries[id] = r
	}
	r.unit, r.attempts, r.given = it.unit, it.attempt, false
	switch {
	case !p.once:
		r.due = now.Add(min(time.Minute<<min(it.attempt-1, 6), time.Hour))
	case it.attempt >= onceAttempts || hopeless(err):
		r.due, r.given = time.Time{}, true
		p.known.add(id) // in this run
	default:
		r.due = now.Add(time.Second << min(it.attempt-1, 4))
	}
}

// onceAttempts is how often a one-off reads an object.
const onceAttempts = 3

// finished tells whether a one-off is over.
func (p *plan) finished() bool {
	if !p.once || !p.loaded || len(p.units) > 0 || len(p.flight) > 0 {
		return false
	}
	for _, r := range p.retries {
		if !r.due.IsZero() {
			return false
		}
	}
	return true
}

// tell is the fault to tell in place of the next object. A one-off that has read
// anything goes on to its end.
func (p *plan) tell() error {
	if p.once && p.stats.Done > 0 {
		return nil
	}
	return p.breaker.tell()
}

// failing tells whether some part cannot be listed.
func (p *plan) failing() bool {
	for _, u := range p.units {
		if u.fails > 0 {
			return true
		}
	}
	return p.trouble.fails > 0
}

// breaker notes that nothing can be read any more, so that the objects of a
// whole bucket are not asked for in vain one after the other.
type breaker struct {
	streak int
	last   error
	probed bool // one object was let through since it was told
}

const mostStreak = 32

func (b *breaker) settled(err error) {
	var f *source.Fault
	switch {
	case err == nil:
		*b = breaker{}
	case errors.As(err, &f) && f.Kind != source.Gone && f.Kind != source.Changed:
		b.streak++
		b.last = err
	}
}

// tell is the fault to tell in place of the next object: every other time while
// nothing can be read.
func (b *breaker) tell() error {
	if b.streak < mostStreak {
		return nil
	}
	b.probed = !b.probed
	if b.probed {
		return b.last
	}
	return nil
}
