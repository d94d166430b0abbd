package s3

import (
	"slices"
	"time"

	"seismo/internal/source"
)

// unknownRoots are the folders of Regions on a page that were not known.
func (p *plan) unknownRoots(pg page) []string {
	var roots []string
	for _, folder := range pg.folders {
		if at, ok := parseLayout(folder); ok && p.roots[at.root] == nil && !slices.Contains(roots, at.root) {
			roots = append(roots, at.root)
		}
	}
	return roots
}

// sift takes a page in: what may be new of its objects is held by the unit until
// the journal was asked, folders become units, and the pass goes on. It returns
// the pass when it has ended.
func (p *plan) sift(u *unit, pg page, now time.Time) (ended *pass) {
	p.stats.Pages++
	p.stats.Listed += int64(len(pg.objects))
	for _, o := range pg.objects {
		if reason := p.skips(o, now); reason != "" {
			p.stats.skip(reason, 1)
			continue
		}
		u.loose = true
		if !p.busyWith(u, o.ID()) {
			u.held = append(u.held, o.Ref)
		}
	}
	if u.widen(pg.next) {
		return nil
	}
	for _, folder := range pg.folders {
		switch {
		case u.kind == folderUnit:
			p.expand(u, folder)
		case u.kind == dayUnit:
			u.folder(folder, now, p.age)
		}
	}
	at := u.pass
	if u.advance(pg.next, now) {
		return nil
	}
	return at
}

// mostHeld is how many objects are looked up in the journal at once, about: a
// look costs much the same for one as for many.
const mostHeld = 500

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

// merge queues what a unit held and the journal does not know as done. It is nil
// when the journal was not asked yet.
func (p *plan) merge(u *unit, done map[string]bool, ended *pass, now time.Time) {
	u.busy, u.fails, u.due = false, 0, now // behind the others that are due
	if done != nil {
		for _, ref := range u.held {
			id := ref.ID()
			switch {
			case done[id]:
				p.known.add(id)
				p.stats.Known++
			case !p.busyWith(u, id):
				p.queue(u, ref, now)
			}
		}
		u.held = nil
	}
	if ended != nil {
		p.passed(u, ended.started, ended.full, now)
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
