package s3

import (
	"time"

	"seismo/internal/source"
)

// sifted is what of a page may be new.
type sifted struct {
	objects []listed
	skipped map[string]int64
	roots   []string // folders of Regions that were not known
	was     *pass
}

func (s *sifted) ids() []string {
	ids := make([]string, len(s.objects))
	for i, o := range s.objects {
		ids[i] = o.ID()
	}
	return ids
}

// sift leaves out what is not wanted, and what is on its way or known to be done.
func (p *plan) sift(u *unit, pg page, now time.Time) sifted {
	s := sifted{skipped: map[string]int64{}, was: u.pass}
	for _, o := range pg.objects {
		if reason := p.skips(o, now); reason != "" {
			s.skipped[reason]++
			continue
		}
		u.loose = true
		if !p.busyWith(u, o.ID()) {
			s.objects = append(s.objects, o)
		}
	}
	for _, folder := range pg.folders {
		if at, ok := parseLayout(folder); ok && p.roots[at.root] == nil {
			s.roots = append(s.roots, at.root)
		}
	}
	return s
}

func (p *plan) skips(o listed, now time.Time) string {
	if reason, skip := Skip(o.Key); skip {
		return reason
	}
	switch {
	case !p.cfg.Selected(o.Key):
		return SkipSelector
	case o.Size == 0:
		return SkipEmpty
	case !p.window.object(o.Ref, now) && p.retries[o.ID()] == nil:
		return SkipTime
	case o.archived && !p.once:
		return SkipArchived
	}
	return ""
}

// busyWith tells whether an object needs nothing from a listing: it is on its
// way, done, or waits for its next try. What is not settled keeps its day open.
func (p *plan) busyWith(u *unit, id string) bool {
	if it := p.flight[id]; it != nil {
		if it.unit == nil {
			it.unit = u
			u.open++
		}
		return true
	}
	if p.known.has(id) {
		return true
	}
	if r := p.retries[id]; r != nil && !p.once {
		r.unit = u
		u.fail(id)
		return true
	}
	return false
}

func (u *unit) fail(id string) {
	if u.failed == nil {
		u.failed = map[string]struct{}{}
	}
	u.failed[id] = struct{}{}
}

// merge takes a page in: what is not done is queued, folders become units, and
// the pass goes on.
func (p *plan) merge(u *unit, pg page, s sifted, done map[string]bool, closed map[string]days, now time.Time) {
	u.busy, u.fails = false, 0
	p.stats.Pages++
	p.stats.Listed += int64(len(pg.objects))
	for reason, n := range s.skipped {
		p.stats.skip(reason, n)
	}
	for _, o := range s.objects {
		id := o.ID()
		switch {
		case done[id]:
			p.known.add(id)
			p.stats.Known++
		case !p.busyWith(u, id):
			p.queue(u, o.Ref, now)
		}
	}
	for name, d := range closed {
		p.addRoot(name, d)
	}
	for _, folder := range pg.folders {
		switch {
		case u.kind == folderUnit:
			p.expand(u, folder)
		case u.kind == dayUnit:
			u.folder(folder, now, p.age)
		}
	}
	started, full := u.pass.started, u.pass.full
	u.due = now // behind the others that are due
	if !u.advance(pg.next, now) {
		p.passed(u, started, full, now)
	}
}

func (p *plan) queue(u *unit, ref Ref, now time.Time) {
	if p.count != nil {
		p.count.Objects++
		p.count.Bytes += ref.Size
		p.known.add(ref.ID())
		return
	}
	it := &item{ref: ref, attempt: 1, unit: u}
	if r := p.retries[ref.ID()]; r != nil {
		it.attempt = r.attempts + 1
	}
	u.open++
	p.push(it, p.edge(u, now))
}

func (p *plan) push(it *item, live bool) {
	p.flight[it.ref.ID()] = it
	if live {
		p.live = append(p.live, it)
	} else {
		p.history = append(p.history, it)
	}
}

// passed ends a pass.
func (p *plan) passed(u *unit, started time.Time, full bool, now time.Time) {
	p.answered = true
	u.due = now.Add(p.period(u, now))
	if p.once {
		delete(p.units, u.prefix)
		return
	}
	if u.kind != dayUnit {
		return
	}
	closable := u.end().Add(p.cfg.LookBack.Std())
	if full && !started.Before(closable) {
		u.closing = true
		p.tryClose(u)
	} else if now.Before(closable) && u.due.After(closable) {
		u.due = closable
	}
}

// full tells whether a pass that begins now lists all of a unit: the first one,
// and one that may be the last.
func (p *plan) full(u *unit, now time.Time) bool {
	return p.once || u.hours == nil || !now.Before(u.end().Add(p.cfg.LookBack.Std()))
}

// tryClose closes a day when all that it held is done, or kept as trouble by the
// journal, which has it tried again however old it gets.
func (p *plan) tryClose(u *unit) {
	if !u.closing || u.open > 0 || p.units[u.prefix] != u || u.busy {
		return
	}
	for id := range u.failed {
		if r := p.retries[id]; r == nil || !r.kept {
			return
		}
	}
	delete(p.units, u.prefix)
	u.root.closed.add(u.first)
	u.root.dirty = true
}

// mark is a cursor that is ready to be committed.
func (p *plan) mark() *root {
	for _, r := range p.roots {
		if r.dirty && !r.marking {
			r.dirty, r.marking = false, true
			return r
		}
	}
	return nil
}

// recall takes in what the journal says of objects that could not be read, and
// queues those whose time has come.
func (p *plan) recall(troubles []source.Trouble, now time.Time) {
	p.trouble.busy, p.trouble.fails, p.loaded = false, 0, true
	p.trouble.due = now.Add(min(p.cfg.ListInterval.Std(), 30*time.Second))
	if p.once {
		p.trouble.due = now.Add(time.Second)
	}
	kept := map[string]bool{}
	for _, t := range troubles {
		kept[t.ID] = true
		r := p.retries[t.ID]
		if r == nil {
			r = &retry{ref: RefOf(t.Object)}
			p.retries[t.ID] = r
		}
		r.attempts, r.kept = max(r.attempts, t.Attempts), true
		if !p.once {
			r.due = t.Next
		}
	}
	for id, r := range p.retries {
		if r.kept && !kept[id] && p.flight[id] == nil && !p.once {
			delete(p.retries, id) // done by another way
			continue
		}
		p.again(id, r, now)
	}
}

// again queues an object whose next try is due.
func (p *plan) again(id string, r *retry, now time.Time) {
	if r.unit != nil {
		p.tryClose(r.unit)
	}
	if r.due.IsZero() || now.Before(r.due) || p.flight[id] != nil || len(p.live) >= mostQueued {
		return
	}
	it := &item{ref: r.ref, attempt: r.attempts + 1, unit: r.unit}
	if r.unit != nil {
		r.unit.open++
	}
	p.push(it, true)
}
