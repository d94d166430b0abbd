package report

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"seismo/internal/mail"
)

// without are the recipients who have not got the newest report, which others have.
type without struct {
	Wait    []string  `json:"wait,omitempty"`   // it is tried again for them
	Never   []string  `json:"never,omitempty"`  // and for them it is not: refused for good, or tried too often
	Next    time.Time `json:"next,omitzero"`    // when it is tried again
	Tries   int       `json:"tries,omitzero"`   // that were made beside the first
	Sending bool      `json:"sending,omitzero"` // it is on its way to those that wait

	Why map[string]string `json:"why"` // by address: what the mail server said
}

// mostTries is how often a report is tried again for those whom a mail server put
// off: about three hours. What is refused for good is not tried again.
const mostTries = 5

// outcome is what is remembered of a sending to so many. The error is that of one
// which nobody got.
func outcome(err error, recipients int) (done, error) {
	d := done{Taken: recipients}
	var part *mail.Partly
	if errors.As(err, &part) && part.Taken > 0 {
		d.Taken, d.Left = part.Taken, &without{Why: map[string]string{}}
		d.Left.add(part)
		err = part.Err
	}
	if errors.Is(err, mail.ErrDoubtful) {
		d.Doubt, err = true, nil
	}
	return d, err
}

// add enters whom a server refused.
func (w *without) add(part *mail.Partly) {
	for _, r := range part.Refused {
		w.Why[r.Address] = r.Err.Error()
		if r.Later {
			w.Wait = append(w.Wait, r.Address)
		} else {
			w.Never = append(w.Never, r.Address)
		}
	}
}

// rest sends the newest report to those whom it could not be sent to before, and
// to nobody else. One of which nobody knows whether it was taken is not sent again.
func (p *Post) rest(ctx context.Context, plan *Plan, d *done) error {
	l := d.Left
	if l == nil || len(l.Wait) == 0 || p.deps.Now().Before(l.Next) {
		return nil
	}
	only := slices.DeleteFunc(slices.Clone(plan.To), func(a string) bool { return !l.waits(a) })
	at, err := time.ParseInLocation(time.DateOnly, d.Last, plan.Zone)
	if l.Sending || err != nil || len(only) == 0 { // a kill came between, or the configuration names them no more
		d.Doubt, l.Wait, l.Sending = d.Doubt || l.Sending, nil, false
		if len(l.Never) == 0 {
			d.Left = nil
		}
		return p.save(ctx, plan, *d)
	}
	m, err := p.message(ctx, plan, plan.Kind.At(at))
	if err != nil {
		return err
	}
	sender, err := p.deps.Sender(ctx, *plan)
	if err != nil {
		return err
	}
	m.Only = only
	l.Sending = true
	if err := p.save(ctx, plan, *d); err != nil {
		return err
	}
	p.again(d, len(only), sender.Send(ctx, m))
	if err := p.save(context.WithoutCancel(ctx), plan, *d); err != nil {
		return err
	}
	p.log("a report was sent again to those who had not got it", plan, plan.Kind.At(at), *d)
	return nil
}

// again enters what became of another try.
func (p *Post) again(d *done, recipients int, err error) {
	next, failed := outcome(err, recipients)
	now := without{Never: d.Left.Never, Why: maps.Clone(d.Left.Why), Tries: d.Left.Tries + 1}
	var part *mail.Partly
	switch {
	case errors.As(err, &part):
		now.add(part)
	case failed != nil:
		now.Wait = d.Left.Wait
		for _, a := range now.Wait {
			now.Why[a] = failed.Error()
		}
	}
	if now.Tries >= mostTries {
		now.Never, now.Wait = append(now.Never, now.Wait...), nil
	}
	if failed == nil {
		d.Taken, d.Doubt = d.Taken+next.Taken, d.Doubt || next.Doubt
	}
	now.Next = p.deps.Now().UTC().Add(waits[min(now.Tries, len(waits)-1)])
	if d.Left = &now; len(now.Wait)+len(now.Never) == 0 {
		d.Left = nil
	}
}

// said is what the mail server said of those who have not got the report.
func (w *without) said() string {
	var list []string
	for _, a := range slices.Concat(w.Never, w.Wait) {
		list = append(list, a+" ("+w.Why[a]+")")
	}
	return "the mail server refused " + strings.Join(list, ", ")
}

// waits tells whether an address of the configuration, which may come with a name,
// is among those that it is tried again for.
func (w *without) waits(text string) bool {
	a, err := mail.Address(text)
	return err == nil && slices.Contains(w.Wait, a.Address)
}

func (p *Post) log(what string, plan *Plan, of Period, d done) {
	if d.Left == nil && !d.Doubt {
		p.deps.Log.Info(what, "kind", plan.Kind, "period", of.ID(), "recipients", d.Taken)
		return
	}
	why := "it may or may not have gone out, and is not sent again to those whom the mail server took"
	if d.Left != nil {
		why = d.Left.said()
	}
	p.deps.Log.Warn(what+", but not to all", "kind", plan.Kind, "period", of.ID(), "recipients", d.Taken, "err", why)
}

// Sent says how one kind of report does.
type Sent struct {
	Kind   Kind      `json:"kind"`
	By     string    `json:"by"`             // the mail server, or Amazon SES
	Of     int       `json:"of"`             // recipients that the configuration names
	Last   string    `json:"last,omitzero"`  // the newest period that is done with: 2026-03-05, 2026-W10, 2026-03
	At     time.Time `json:"at,omitzero"`    // when that was sent; zero when it was not
	Taken  int       `json:"taken"`          // recipients that it went to
	Doubt  bool      `json:"doubt,omitzero"` // nobody knows whether they have it
	Next   time.Time `json:"next,omitzero"`  // when the next one is due, or tried again
	Fault  string    `json:"fault,omitzero"` // why the newest is not sent, or not to all
	Remedy string    `json:"remedy,omitzero"`

	failures int
}

// waits are the times between tries of one that fails.
var waits = [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// fail says that nobody got a report that is due, and when it is tried again.
func (s *Sent) fail(err error, now time.Time) {
	s.Fault, s.Remedy = err.Error(), ""
	var hint interface{ Hint() string }
	if errors.As(err, &hint) {
		s.Remedy = hint.Hint()
	}
	s.Next = now.Add(waits[min(s.failures, len(waits)-1)])
	s.failures++
}

// tell says what is done.
func (s *Sent) tell(plan *Plan, d done) {
	s.Last, s.At, s.Taken, s.Doubt, s.Fault, s.Remedy = d.Last, d.At, d.Taken, d.Doubt, "", ""
	if of, err := time.ParseInLocation(time.DateOnly, d.Last, plan.Zone); err == nil {
		s.Last = plan.Kind.At(of).ID()
	}
	l := d.Left
	if l == nil {
		return
	}
	s.Fault = l.said()
	if len(l.Never) > 0 {
		s.Remedy = fmt.Sprintf("Check %s in reports.%s.to: the next report goes there too, this one is not tried again.", strings.Join(l.Never, ", "), plan.Kind)
	}
	if len(l.Wait) > 0 {
		s.Remedy = strings.TrimSpace(fmt.Sprintf("It is tried again for %s alone. %s", strings.Join(l.Wait, ", "), s.Remedy))
	}
}

// Sender is the sender's address alone.
func (p *Plan) Sender() string {
	a, err := mail.Address(p.From)
	if err != nil {
		return p.From
	}
	return a.Address
}

// by is how a plan is sent, for people.
func (p *Plan) by() string {
	if p.SMTP != nil {
		return p.SMTP.Address()
	}
	return "Amazon SES"
}
