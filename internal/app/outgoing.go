package app

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"seismo/internal/doctor"
	"seismo/internal/publish"
	"seismo/internal/report"
	"seismo/internal/web"
)

// outgoing is what an App sends out by itself. Both are nil until it begins.
type outgoing struct {
	publishers atomic.Pointer[[]*publish.Publisher]
	post       atomic.Pointer[report.Post]
}

// shown tells for the page how all of it does.
func (o *outgoing) shown() []web.Outgoing {
	var list []web.Outgoing
	if all := o.publishers.Load(); all != nil {
		for _, p := range *all {
			s := p.Status()
			for _, part := range s.Parts {
				list = append(list, published(s, part))
			}
		}
	}
	if post := o.post.Load(); post != nil {
		for _, s := range post.Status() {
			list = append(list, mailed(s))
		}
	}
	return list
}

// worded are the page's words for a kind of what is published, and for its pieces.
func worded(what string) (name, pieces string) {
	switch what {
	case publish.Metrics:
		return "metrics", "data points"
	case publish.Errors:
		return "failed calls", "log events"
	}
	return what, "log events"
}

func published(s publish.Status, p publish.Part) web.Outgoing {
	what, pieces := worded(p.What)
	o := web.Outgoing{What: what, Place: p.Place, Region: s.Region, State: stateOf(p.Fault, p.Last), Last: p.Last, Next: s.Next,
		Count: int64(p.Total.Points + p.Total.Lines), Why: p.Fault, Remedy: p.Remedy, Since: p.Since}
	if p.Total.Calls > 0 || !p.Last.IsZero() {
		o.Sent = fmt.Sprintf("%d %s", p.Sent.Points+p.Sent.Lines, pieces)
		o.Notes = append(o.Notes, fmt.Sprintf("%d since seismo started", o.Count))
	}
	if p.Total.Refused > 0 {
		o.Notes = append(o.Notes, fmt.Sprintf("%d refused by CloudWatch Logs for their time", p.Total.Refused))
	}
	if p.Total.Left > 0 {
		o.Notes = append(o.Notes, fmt.Sprintf("%d above max_events counted in one line", p.Total.Left))
	}
	return o
}

func mailed(s report.Sent) web.Outgoing {
	o := web.Outgoing{What: string(s.Kind) + " report", Place: s.By, State: stateOf(s.Fault, s.At), Last: s.At, Next: s.Next,
		Count: int64(s.Taken), Why: s.Fault, Remedy: s.Remedy}
	switch {
	case !s.At.IsZero():
		o.Sent = fmt.Sprintf("%s, to %d of %s", s.Last, s.Taken, recipients(s.Of))
	case s.Last != "":
		o.Notes = append(o.Notes, "from the one after "+s.Last+" on, to "+recipients(s.Of))
	}
	if s.Doubt {
		o.Notes = append(o.Notes, s.Last+" may or may not have gone out, and is not sent again: seismo report "+string(s.Kind)+" --send does")
	}
	return o
}

func recipients(n int) string {
	if n == 1 {
		return "1 recipient"
	}
	return fmt.Sprintf("%d recipients", n)
}

func stateOf(fault string, last time.Time) string {
	switch {
	case fault != "":
		return web.SourceFails
	case last.IsZero():
		return web.SourceStarts
	}
	return web.OutgoingWell
}

// sending are what publishing and sending reports need, for the doctor.
func (f *File) sending() []doctor.Target {
	var list []doctor.Target
	if c := f.published; c != nil {
		way, _ := f.named(c.Account) // checked when the file was read
		for _, one := range c.Each() {
			t := doctor.Target{Source: "publish", Account: way, Publish: &doctor.Publishing{Groups: one.Groups(), Stream: publish.Stream}}
			if slices.Contains(one.What, publish.Metrics) {
				t.Publish.Namespace = one.Namespace
			}
			if one.Region != "" {
				t.Regions = []string{one.Region}
			}
			list = append(list, t)
		}
	}
	for _, name := range f.billed() {
		way, _ := f.named(name)
		list = append(list, doctor.Target{Source: "reports", Account: way, Bill: true})
	}
	servers := map[string]bool{}
	for _, p := range f.posted {
		t := doctor.Target{Source: "reports"}
		if p.SMTP != nil {
			if key := p.SMTP.Address() + " " + p.SMTP.User; !servers[key] {
				servers[key] = true
				t.Server = &doctor.Server{Address: p.SMTP.Address(), Steps: p.SMTP.Steps(), Try: p.SMTP.Try}
				list = append(list, t)
			}
			continue
		}
		t.Account, _ = f.named(p.SES.Account)
		t.Mail = &doctor.Mailing{From: p.Sender(), Set: p.SES.Set}
		if p.SES.Region != "" {
			t.Regions = []string{p.SES.Region}
		}
		list = append(list, t)
	}
	return list
}
