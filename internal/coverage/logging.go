package coverage

import (
	"slices"
	"time"
)

// Logging says whether model invocation logging was on during an hour.
type Logging string

// What is known of logging.
const (
	NotKnown Logging = ""
	On       Logging = "on"
	Off      Logging = "off"
	Changed  Logging = "changed" // off for a part of the hour
)

// Off tells whether logging was off for some of the hour.
func (l Logging) Off() bool { return l == Off || l == Changed }

// Switch is one moment from which on logging was on, off, or not known.
type Switch struct {
	Time time.Time
	To   Logging // On, Off or NotKnown
}

// Timeline is what is known of one account's and Region's logging over time.
type Timeline []Switch

// Observed adds that logging was seen on or off at every look between two times.
// What was before the first look is not known by it, and neither is what was
// between the last look and a later, different one.
func (t Timeline) Observed(first, last time.Time, state Logging, latest bool) Timeline {
	t = append(t, Switch{first, state})
	if !latest {
		t = append(t, Switch{last, NotKnown})
	}
	return t
}

// Sorted is the timeline in the order of time. A change that CloudTrail dates
// stands after an observation of the same moment.
func (t Timeline) Sorted() Timeline {
	t = slices.Clone(t)
	slices.SortStableFunc(t, func(a, b Switch) int { return a.Time.Compare(b.Time) })
	return t
}

// During says what logging was between two times. The timeline is sorted.
func (t Timeline) During(from, to time.Time) Logging {
	states := map[Logging]bool{}
	at := NotKnown
	for _, s := range t {
		if !s.Time.Before(to) {
			break
		}
		if s.Time.After(from) {
			states[at] = true
		}
		at = s.To
	}
	states[at] = true
	switch {
	case len(states) == 1:
		return at
	case states[Off]:
		return Changed
	case states[On] && states[NotKnown]:
		return On
	}
	return NotKnown
}
