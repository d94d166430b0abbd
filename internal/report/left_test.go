package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"seismo/internal/mail"
)

// letters are boxes of a mail server, by address. It takes and refuses each alone.
type letters struct {
	got    map[string]int
	refuse map[string]string // "550 gone" is for good, "450 busy" for now
	doubt  bool
}

func (l *letters) Send(_ context.Context, m mail.Message) error {
	to := m.To
	if len(m.Only) > 0 {
		to = m.Only
	}
	part := &mail.Partly{}
	for _, a := range to {
		if why := l.refuse[a]; why != "" {
			part.Refused = append(part.Refused, mail.Refusal{Address: a, Later: why[0] == '4', Err: errors.New(why)})
			continue
		}
		l.got[a]++
		part.Taken++
	}
	switch {
	case len(part.Refused) == len(to):
		return &mail.Refused{What: "give the recipients", Remedy: "Check to.", Err: part}
	case l.doubt:
		part.Err = mail.ErrDoubtful
	}
	if len(part.Refused) == 0 {
		return part.Err
	}
	return part
}

func (l *letters) counts() string {
	return fmt.Sprint(l.got["a@example.com"], l.got["b@example.com"], l.got["c@example.com"])
}

func newLetters(refuse map[string]string) (*office, *letters) {
	o, l := newOffice(Daily), &letters{got: map[string]int{}, refuse: refuse}
	o.plans[0].To = []string{"a@example.com", "b@example.com", "c@example.com"}
	o.plans[0].SMTP = &mail.SMTP{Host: "smtp.example.com", Port: 587}
	o.sender = l
	o.start()
	return o, l
}

func TestOneWhomTheServerPutOffGetsItLaterAndNobodyTwice(t *testing.T) {
	o, l := newLetters(map[string]string{"b@example.com": "450 busy"})
	o.at(t, "2026-03-05 12:00")
	o.at(t, "2026-03-06 07:00")
	s := o.post.Status()[0]
	if l.counts() != "1 0 1" || s.Taken != 2 || s.Of != 3 || !strings.Contains(s.Fault, "b@example.com (450 busy)") ||
		s.Remedy != "It is tried again for b@example.com alone." || s.Last != "2026-03-05" || s.By != "smtp.example.com:587" {
		t.Errorf("%s %+v", l.counts(), s)
	}
	o.start() // a restart forgets nothing
	o.at(t, "2026-03-06 07:01")
	o.at(t, "2026-03-06 07:02") // too early for the next try
	delete(l.refuse, "b@example.com")
	o.at(t, "2026-03-06 07:03")
	if l.counts() != "1 0 1" {
		t.Errorf("tried again too early: %s", l.counts())
	}
	o.at(t, "2026-03-06 07:06")
	o.at(t, "2026-03-06 12:00")
	if s := o.post.Status()[0]; l.counts() != "1 1 1" || s.Fault != "" || s.Taken != 3 {
		t.Errorf("%s %+v", l.counts(), s)
	}
}

func TestOneWhoIsRefusedForGoodIsSaidAndNotTriedAgain(t *testing.T) {
	o, l := newLetters(map[string]string{"a@example.com": "550 gone", "c@example.com": "452 too many"})
	o.at(t, "2026-03-05 12:00")
	o.at(t, "2026-03-06 07:00")
	l.refuse = nil
	o.at(t, "2026-03-06 07:01")
	o.at(t, "2026-03-06 23:00")
	s := o.post.Status()[0]
	if l.counts() != "0 1 1" || !strings.Contains(s.Fault, "550 gone") || !strings.Contains(s.Remedy, "Check a@example.com in reports.daily.to") {
		t.Errorf("%s %+v", l.counts(), s)
	}
	o.at(t, "2026-03-07 07:00")
	if s := o.post.Status()[0]; l.counts() != "1 2 2" || s.Fault != "" {
		t.Errorf("the next day: %s %+v", l.counts(), s)
	}
}

func TestWhatIsPutOffForeverEnds(t *testing.T) {
	o, l := newLetters(map[string]string{"b@example.com": "450 busy"})
	o.at(t, "2026-03-05 12:00")
	for minute := range 23 * 60 {
		o.at(t, fmt.Sprintf("2026-03-06 %02d:%02d", 1+minute/60, minute%60))
	}
	if s := o.post.Status()[0]; l.counts() != "1 0 1" || !strings.Contains(s.Remedy, "not tried again") {
		t.Errorf("%s %+v", l.counts(), s)
	}
}

func TestWhoeverIsTakenOutOfTheConfigurationGetsNothingMore(t *testing.T) {
	o, l := newLetters(map[string]string{"b@example.com": "450 busy"})
	o.at(t, "2026-03-05 12:00")
	o.at(t, "2026-03-06 07:00")
	o.plans[0].To, l.refuse = []string{"a@example.com", "c@example.com"}, nil
	o.start()
	o.at(t, "2026-03-06 07:05")
	if s := o.post.Status()[0]; l.counts() != "1 0 1" || s.Fault != "" {
		t.Errorf("%s %+v", l.counts(), s)
	}
}

// TestKilledWhileSomeAreLeftSendsNothingTwice kills a process before and after each
// thing that it writes down, while one recipient is put off.
func TestKilledWhileSomeAreLeftSendsNothingTwice(t *testing.T) {
	for die := 1; ; die++ {
		o, l := newLetters(map[string]string{"b@example.com": "450 busy"})
		o.at(t, "2026-03-05 12:00")
		o.book.steps, o.book.die = 0, die
		o.at(t, "2026-03-06 07:00")
		l.refuse = nil
		o.at(t, "2026-03-06 07:02")
		killed := o.book.steps >= die
		o.book.die = 0
		o.start()
		o.at(t, "2026-03-06 07:30")
		o.at(t, "2026-03-06 09:30")
		for a, n := range l.got {
			if n > 1 {
				t.Errorf("killed at step %d: %s got it %d times", die, a, n)
			}
		}
		if !killed {
			if l.counts() != "1 1 1" {
				t.Errorf("without a kill: %s", l.counts())
			}
			return
		}
	}
}

func TestDoubtAboutTheOthers(t *testing.T) {
	o, l := newLetters(map[string]string{"b@example.com": "450 busy"})
	l.doubt = true
	o.at(t, "2026-03-05 12:00")
	o.at(t, "2026-03-06 07:00")
	l.doubt, l.refuse = false, nil
	o.at(t, "2026-03-06 07:05")
	if s := o.post.Status()[0]; l.counts() != "1 1 1" || !s.Doubt {
		t.Errorf("%s %+v", l.counts(), s)
	}
}
