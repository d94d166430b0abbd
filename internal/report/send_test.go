package report

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"seismo/internal/mail"
)

// box takes messages, or fails.
type box struct {
	ids  []string
	fail error
}

func (b *box) Send(_ context.Context, m mail.Message) error {
	if b.fail != nil && !errors.Is(b.fail, mail.ErrDoubtful) {
		return b.fail
	}
	parts := strings.Split(m.ID, ".")
	b.ids = append(b.ids, parts[1]+" "+parts[2])
	return b.fail
}

// ledger remembers in memory, and dies at a step: before or after a write.
type ledger struct {
	facts      map[string]string
	steps, die int
}

var errKilled = errors.New("killed")

func (l *ledger) step() error {
	l.steps++
	if l.die > 0 && l.steps >= l.die {
		return errKilled
	}
	return nil
}

func (l *ledger) Fact(_ context.Context, name string) (string, error) { return l.facts[name], nil }

func (l *ledger) Remember(_ context.Context, name, value string) error {
	if err := l.step(); err != nil {
		return err
	}
	l.facts[name] = value
	return l.step()
}

type office struct {
	box    box
	sender mail.Sender // in place of the box
	book   ledger
	now    time.Time
	plans  []Plan
	post   *Post
}

func newOffice(kinds ...Kind) *office {
	o := &office{book: ledger{facts: map[string]string{}}, now: time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)}
	for _, k := range kinds {
		o.plans = append(o.plans, Plan{Kind: k, Hour: 7, Weekday: time.Monday, Day: 1, Zone: time.UTC, From: "a@example.com", To: []string{"b@example.com"}})
	}
	o.start()
	return o
}

// start is what a process does that is started anew.
func (o *office) start() {
	o.post = NewPost(o.plans, Deps{Ledger: &o.book, Now: func() time.Time { return o.now },
		Make: func(_ context.Context, p Period) (Report, error) { return Report{Period: p, Made: o.now}, nil },
		Sender: func(context.Context, Plan) (mail.Sender, error) {
			if o.sender != nil {
				return o.sender, nil
			}
			return &o.box, nil
		}})
}

func (o *office) at(t *testing.T, text string) {
	t.Helper()
	now, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		t.Fatal(err)
	}
	o.now = now
	o.post.Tick(t.Context())
}

func (o *office) sent(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(o.box.ids, want) {
		t.Errorf("sent %q, want %q", o.box.ids, want)
	}
}

func TestEachReportIsSentOnce(t *testing.T) {
	o := newOffice(Daily, Weekly, Monthly)
	o.at(t, "2026-03-05 12:00") // the first start sends nothing of what was before it
	o.sent(t)
	for day := 6; day <= 10; day++ {
		for _, hour := range []string{"00:01", "06:59", "07:00", "07:01", "23:59"} {
			o.start() // a restart changes nothing
			o.at(t, fmt.Sprintf("2026-03-%02d %s", day, hour))
		}
	}
	o.sent(t, "daily 2026-03-05", "daily 2026-03-06", "daily 2026-03-07", "daily 2026-03-08", "weekly 2026-W10", "daily 2026-03-09")
	o.plans = o.plans[2:]
	o.start()
	o.box.ids = nil
	o.at(t, "2026-04-01 06:00")
	o.sent(t)
	o.at(t, "2026-04-01 07:30")
	o.sent(t, "monthly 2026-03")
}

func TestMissedReportsAreSentLateOnce(t *testing.T) {
	o := newOffice(Daily)
	o.at(t, "2026-03-05 12:00")
	o.start()
	o.at(t, "2026-03-08 09:00")
	o.start()
	o.at(t, "2026-03-08 09:01")
	o.sent(t, "daily 2026-03-05", "daily 2026-03-06", "daily 2026-03-07")
	o.box.ids = nil
	o.at(t, "2026-04-20 09:00") // seven at most
	o.sent(t, "daily 2026-04-13", "daily 2026-04-14", "daily 2026-04-15", "daily 2026-04-16", "daily 2026-04-17", "daily 2026-04-18", "daily 2026-04-19")
}

func TestAFailureIsTriedAgainWithLongerWaits(t *testing.T) {
	o := newOffice(Daily)
	o.at(t, "2026-03-05 12:00")
	o.box.fail = &mail.Refused{What: "give the sender", Remedy: "Check from.", Err: errors.New("550")}
	o.at(t, "2026-03-06 07:00")
	s := o.post.Status()[0]
	if s.Fault == "" || s.Remedy != "Check from." || !s.Next.Equal(o.now.Add(time.Minute)) {
		t.Errorf("%+v", s)
	}
	o.at(t, "2026-03-06 07:01")
	if s := o.post.Status()[0]; !s.Next.Equal(o.now.Add(5 * time.Minute)) {
		t.Errorf("%+v", s)
	}
	o.box.fail = nil
	o.at(t, "2026-03-06 07:03") // too early
	o.sent(t)
	o.at(t, "2026-03-06 07:06")
	o.sent(t, "daily 2026-03-05")
	if s := o.post.Status()[0]; s.Fault != "" || !s.Next.Equal(time.Date(2026, 3, 7, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", s)
	}
}

func TestDoubtIsNotSentAgain(t *testing.T) {
	o := newOffice(Daily)
	o.at(t, "2026-03-05 12:00")
	o.box.fail = mail.ErrDoubtful
	o.at(t, "2026-03-06 07:00")
	o.box.fail = nil
	o.start()
	o.at(t, "2026-03-06 07:10")
	o.at(t, "2026-03-07 07:00")
	o.sent(t, "daily 2026-03-05", "daily 2026-03-06")
}

// TestKilledAtEveryStepSendsNothingTwice kills a process before and after each
// thing that it writes down, and starts it anew.
func TestKilledAtEveryStepSendsNothingTwice(t *testing.T) {
	for die := 1; ; die++ {
		o := newOffice(Daily)
		o.at(t, "2026-03-05 12:00")
		o.book.steps, o.book.die = 0, die
		o.at(t, "2026-03-08 09:00")
		killed := o.book.steps >= die
		o.book.die = 0
		o.start()
		o.at(t, "2026-03-08 09:05")
		seen := map[string]int{}
		for _, id := range o.box.ids {
			seen[id]++
		}
		lost := 0
		for _, day := range []string{"05", "06", "07"} {
			switch seen["daily 2026-03-"+day] {
			case 0:
				lost++
			case 1:
			default:
				t.Errorf("killed at step %d: %s was sent %d times", die, day, seen["daily 2026-03-"+day])
			}
		}
		if lost > 1 {
			t.Errorf("killed at step %d: %d reports are lost; one may be in doubt", die, lost)
		}
		if !killed {
			return
		}
	}
}

func TestPlansNameTheirFaults(t *testing.T) {
	good := func() Config {
		return Config{From: "a@example.com", SMTP: mail.SMTP{Host: "smtp.example.com"}, Daily: &Scheduled{To: []string{"b@example.com"}}}
	}
	if c := good(); true {
		plans, err := c.Plans()
		if err != nil || len(plans) != 1 || plans[0].Hour != 7 || plans[0].SMTP.Port != 587 {
			t.Fatalf("%+v, %v", plans, err)
		}
	}
	for part, change := range map[string]func(*Config){
		`"daily.at"`:       func(c *Config) { c.Daily.At = "7 o'clock" },
		`"daily.timezone"`: func(c *Config) { c.Timezone = "Local" },
		`"daily.day"`:      func(c *Config) { c.Daily.Day = "monday" },
		`"daily.to"`:       func(c *Config) { c.Daily.To = nil },
		`"daily.to" has`:   func(c *Config) { c.Daily.To = []string{"b@example.com\r\nBcc: eve@example.com"} },
		`"daily.from"`:     func(c *Config) { c.From = "a@example.com\nX: y" },
		`"weekly.day"`:     func(c *Config) { c.Daily = nil; c.Weekly = &Scheduled{Day: "someday"} },
		`"monthly.day"`:    func(c *Config) { c.Daily = nil; c.Monthly = &Scheduled{Day: "31"} },
		`"smtp" or "ses"`:  func(c *Config) { c.SMTP = mail.SMTP{} },
		`"smtp" and "ses"`: func(c *Config) { c.SES = &mail.SES{} },
		`"daily.to" has 51`: func(c *Config) {
			c.SMTP, c.SES, c.Daily.To = mail.SMTP{}, &mail.SES{}, slices.Repeat([]string{"b@example.com"}, 51)
		},
		`"smtp.tls"`:  func(c *Config) { c.SMTP.TLS = "none" },
		`all missing`: func(c *Config) { c.Daily = nil },
	} {
		c := good()
		change(&c)
		if _, err := c.Plans(); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v", part, err)
		}
	}
}
