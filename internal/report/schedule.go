package report

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seismo/internal/mail"
)

// Config says which reports are sent, when, to whom and how. What stands at its
// top is for all of them; a report's own keys win.
type Config struct {
	Timezone string     `yaml:"timezone" help:"zone in which days begin and at is meant, such as Europe/Paris; default UTC"`
	From     string     `yaml:"from" help:"the sender's address"`
	SMTP     mail.SMTP  `yaml:"smtp"`
	SES      *mail.SES  `yaml:"ses" help:"send by Amazon SES in place of a mail server: account, region, configuration_set; {} takes the defaults"`
	Bill     []string   `yaml:"bill" help:"names of accounts whose bill the price book is held against; Cost Explorer charges a cent for each question; default none"`
	Daily    *Scheduled `yaml:"daily" help:"the report of each day: at, to and the like, see below"`
	Weekly   *Scheduled `yaml:"weekly" help:"the report of each week, Monday to Sunday"`
	Monthly  *Scheduled `yaml:"monthly" help:"the report of each month"`
}

// Scheduled is one report that is sent.
type Scheduled struct {
	At       string    `yaml:"at" help:"time of the day, default \"07:00\", in quotes"`
	Day      string    `yaml:"day" help:"of weekly: the day of the week, default monday; of monthly: the day of the month, 1 (default) to 28"`
	To       []string  `yaml:"to" help:"recipients' addresses"`
	From     string    `yaml:"from" help:"the sender's address, when not the one above"`
	Timezone string    `yaml:"timezone" help:"time zone, when not the one above"`
	SMTP     mail.SMTP `yaml:"smtp"`
	SES      *mail.SES `yaml:"ses" help:"Amazon SES, when not as above"`
}

// Plan is one report that is sent, checked and with all that it takes.
type Plan struct {
	Kind         Kind
	Hour, Minute int
	Weekday      time.Weekday // of Weekly
	Day          int          // of Monthly
	Zone         *time.Location
	From         string
	To           []string
	SMTP         *mail.SMTP // nil: by SES
	SES          mail.SES
	Bill         []string // accounts whose bill is asked for
}

// Plans checks the configuration and returns what is to be sent. Each error names
// its key.
func (c *Config) Plans() ([]Plan, error) {
	var list []Plan
	var errs []error
	for _, e := range []struct {
		kind Kind
		s    *Scheduled
	}{{Daily, c.Daily}, {Weekly, c.Weekly}, {Monthly, c.Monthly}} {
		if e.s == nil {
			continue
		}
		p, err := c.plan(e.kind, *e.s)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		list = append(list, p)
	}
	if len(list) == 0 && errs == nil {
		errs = append(errs, errors.New(`"daily", "weekly" and "monthly" are all missing: name the recipients of one, or take the section out`))
	}
	return list, errors.Join(errs...)
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func (c *Config) plan(kind Kind, s Scheduled) (p Plan, err error) {
	p = Plan{Kind: kind, Weekday: time.Monday, Day: 1, From: first(s.From, c.From), To: s.To, Bill: c.Bill}
	wrong := func(key, what string) error { return fmt.Errorf(`"%s.%s" %s`, kind, key, what) }
	at, err := time.Parse("15:04", first(s.At, "07:00"))
	if err != nil {
		return p, wrong("at", `is not a time of the day: write one as "07:00", in quotes`)
	}
	p.Hour, p.Minute = at.Hour(), at.Minute()
	if p.Zone, err = time.LoadLocation(first(s.Timezone, c.Timezone, "UTC")); err != nil || p.Zone == time.Local {
		return p, wrong("timezone", "is not a time zone: write one as Europe/Paris")
	}
	if err := p.on(s.Day); err != nil {
		return p, wrong("day", err.Error())
	}
	if len(p.To) == 0 {
		return p, wrong("to", "is missing: name the recipients")
	}
	for _, a := range p.To {
		if _, err := mail.Address(a); err != nil {
			return p, wrong("to", "has "+err.Error()+": mend it")
		}
	}
	if _, err := mail.Address(p.From); err != nil {
		return p, wrong("from", "is missing or no address: write one as seismo@example.com")
	}
	return p, c.way(&p, s)
}

// on reads the day that a report is sent on.
func (p *Plan) on(day string) error {
	if day == "" {
		return nil
	}
	switch p.Kind {
	case Weekly:
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(day, d.String()) {
				p.Weekday = d
				return nil
			}
		}
		return errors.New("is no day of the week: write one as monday")
	case Monthly:
		n, err := strconv.Atoi(day)
		if err != nil || n < 1 || n > 28 {
			return errors.New("is no day that every month has: write one from 1 to 28")
		}
		p.Day = n
		return nil
	}
	return errors.New("says nothing of a daily report: take it out")
}

// mostBySES is how many recipients a message may have.
// Source: "Service quotas in Amazon SES", message quotas.
const mostBySES = 50

// way finds how a report is sent: its own way wins.
func (c *Config) way(p *Plan, s Scheduled) error {
	server, ses := s.SMTP, s.SES
	if server == (mail.SMTP{}) && ses == nil {
		server, ses = c.SMTP, c.SES
	}
	switch {
	case ses != nil && server != (mail.SMTP{}):
		return fmt.Errorf(`"smtp" and "ses" exclude each other for the %s report: keep one`, p.Kind)
	case ses != nil && len(p.To) > mostBySES:
		return fmt.Errorf(`"%s.to" has %d recipients, and Amazon SES takes a message for %d at the most: name a list's address, or send by smtp`, p.Kind, len(p.To), mostBySES)
	case ses != nil:
		p.SES = *ses
		return nil
	case server == (mail.SMTP{}):
		return fmt.Errorf(`"smtp" or "ses" is missing for the %s report: say how it is sent`, p.Kind)
	}
	if err := server.Check(); err != nil {
		return err
	}
	p.SMTP = &server
	return nil
}

// due is when the report of a period is sent.
func (p *Plan) due(of Period) time.Time {
	y, m, d := of.To.In(p.Zone).Date()
	switch p.Kind {
	case Weekly:
		d += (int(p.Weekday) + 6) % 7 // the period's end is a Monday
	case Monthly:
		d = p.Day
	}
	return time.Date(y, m, d, p.Hour, p.Minute, 0, 0, p.Zone)
}

// newest is the newest period whose report is due at a moment.
func (p *Plan) newest(now time.Time) Period {
	of := p.Kind.Last(now.In(p.Zone))
	for p.due(of).After(now) {
		of = of.Before()
	}
	return of
}

// mostMissed is how many reports that were missed are sent late, the newest ones.
func (p *Plan) mostMissed() int {
	switch p.Kind {
	case Weekly:
		return 4
	case Monthly:
		return 3
	}
	return 7
}
