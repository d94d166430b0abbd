package publish

import (
	"errors"
	"slices"
	"time"

	"seismo/internal/source"
)

// Status says how publishing in one place does.
type Status struct {
	Environment string    `json:"environment"`
	Region      string    `json:"region"`
	Next        time.Time `json:"next,omitzero"` // when the next run begins
	Parts       []Part    `json:"parts"`         // what is published, in the order of a run
}

// Part says how one kind of what is published does.
type Part struct {
	What   string    `json:"what"`            // metrics, findings or errors
	Place  string    `json:"place"`           // the metrics' namespace, or the log group
	Last   time.Time `json:"last,omitzero"`   // the newest run that sent all that was due, of a former process too
	Sent   Result    `json:"sent"`            // by that run
	Total  Result    `json:"total"`           // since this process started
	Fault  string    `json:"fault,omitzero"`  // why the newest run failed; "" when it did not
	Remedy string    `json:"remedy,omitzero"` // what to do about it
	Since  time.Time `json:"since,omitzero"`  // of Fault
}

// Status returns how publishing does. It may be called at any time.
func (p *Publisher) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.status
	s.Parts = slices.Clone(s.Parts)
	return s
}

// unrun is the status before the first run.
func (p *Publisher) unrun() Status {
	s := Status{Environment: p.cfg.Environment, Region: p.cfg.Region}
	for _, what := range [...]string{Metrics, Findings, Errors} {
		if !slices.Contains(p.cfg.What, what) {
			continue
		}
		place := p.cfg.Namespace
		if what != Metrics {
			place = p.group(what)
		}
		s.Parts = append(s.Parts, Part{What: what, Place: place})
	}
	return s
}

// part changes what is said of one kind.
func (p *Publisher) part(what string, change func(*Part)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.status.Parts, func(one Part) bool { return one.What == what })
	if at >= 0 {
		change(&p.status.Parts[at])
	}
}

// ran says when a kind was published last, as the state remembers it.
func (p *Publisher) ran(what string, last time.Time) {
	p.part(what, func(one *Part) {
		if one.Last.Before(last) {
			one.Last = last
		}
	})
}

// rests says when the next run begins.
func (p *Publisher) rests(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status.Next = until.UTC()
}

// note enters what a run has done of one kind.
func (p *Publisher) note(what string, got Result, err error) {
	now := p.deps.Now().UTC()
	p.part(what, func(one *Part) {
		one.Total.Add(got)
		if err == nil {
			one.Last, one.Sent, one.Fault, one.Remedy, one.Since = now, got, "", "", time.Time{}
			return
		}
		if one.Fault == "" {
			one.Since = now
		}
		one.Fault, one.Remedy = err.Error(), ""
		var fault *source.Fault
		switch {
		case errors.As(err, &fault):
			one.Remedy = fault.Remedy
		case errors.Is(err, errDoubtful):
			one.Remedy = "Nothing is to be done: the next runs find out by themselves."
		}
	})
}
