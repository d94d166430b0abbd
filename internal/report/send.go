package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"seismo/internal/mail"
)

// Ledger remembers what was sent; *state.State is one.
type Ledger interface {
	// Fact is what is remembered under a name, "" for nothing.
	Fact(ctx context.Context, name string) (string, error)
	// Remember keeps a value for good before it returns; "" forgets.
	Remember(ctx context.Context, name, value string) error
}

// Deps are what a Post works with.
type Deps struct {
	Make   func(ctx context.Context, p Period) (Report, error)
	Sender func(ctx context.Context, p Plan) (mail.Sender, error)
	Ledger Ledger
	Log    *slog.Logger     // nil is silent
	Now    func() time.Time // nil is time.Now
}

// Post sends reports when they are due, each once: what was sent is written down
// before and after, so that neither a kill nor a restart sends one twice. One of
// which nobody knows whether it was taken is not sent again.
type Post struct {
	plans []Plan
	deps  Deps

	mu     sync.Mutex
	status []Sent
}

// NewPost makes a Post of plans.
func NewPost(plans []Plan, deps Deps) *Post {
	if deps.Log == nil {
		deps.Log = slog.New(slog.DiscardHandler)
	}
	if deps.Now == nil {
		deps.Now = time.Now
	}
	p := &Post{plans: plans, deps: deps}
	for _, plan := range plans {
		p.status = append(p.status, Sent{Kind: plan.Kind, Of: len(plan.To), By: plan.by()})
	}
	return p
}

// Status returns how each kind does.
func (p *Post) Status() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Sent{}, p.status...)
}

// Run sends what is due until ctx ends.
func (p *Post) Run(ctx context.Context) error {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for {
		p.Tick(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Tick sends what is due now.
func (p *Post) Tick(ctx context.Context) {
	for i := range p.plans {
		p.mu.Lock()
		s := p.status[i]
		p.mu.Unlock()
		if ctx.Err() != nil || p.deps.Now().Before(s.Next) {
			continue
		}
		s = p.next(ctx, &p.plans[i], s)
		p.mu.Lock()
		p.status[i] = s
		p.mu.Unlock()
	}
}

// done is what is remembered of a kind.
type done struct {
	Last    string    `json:"last"`             // day on which the newest period that is done with begins
	Sending string    `json:"sending,omitzero"` // likewise, of one that is being sent
	At      time.Time `json:"at,omitzero"`      // when Last was sent; zero when it was not
	Taken   int       `json:"taken,omitzero"`   // recipients that it went to
	Doubt   bool      `json:"doubt,omitzero"`   // nobody knows whether they have it
	Left    *without  `json:"left,omitzero"`    // those that have not got Last
}

func (p *Post) name(plan *Plan) string { return "report/" + string(plan.Kind) }

func (p *Post) load(ctx context.Context, plan *Plan) (d done, err error) {
	text, err := p.deps.Ledger.Fact(ctx, p.name(plan))
	if err != nil || text == "" {
		return d, err
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, fmt.Errorf("read what was sent: %w", err)
	}
	return d, nil
}

func (p *Post) save(ctx context.Context, plan *Plan, d done) error {
	text, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("write down what is sent: %w", err)
	}
	return p.deps.Ledger.Remember(ctx, p.name(plan), string(text))
}

// next sends what is due of one plan, and says when to look again.
func (p *Post) next(ctx context.Context, plan *Plan, s Sent) Sent {
	d, err := p.catchUp(ctx, plan)
	now := p.deps.Now()
	s.tell(plan, d)
	if err != nil && ctx.Err() == nil {
		s.fail(err, now)
		p.deps.Log.Warn("a report was not sent", "kind", plan.Kind, "err", err, "remedy", s.Remedy, "again", s.Next)
		return s
	}
	s.failures = 0
	if of, err := time.ParseInLocation(time.DateOnly, d.Last, plan.Zone); err == nil {
		s.Next = plan.due(plan.Kind.At(of).After())
	}
	if l := d.Left; l != nil && len(l.Wait) > 0 && s.Next.After(l.Next) {
		s.Next = l.Next
	}
	return s
}

// catchUp sends every report that is due and was not sent, oldest first, and then
// the newest to those that it could not be sent to. It returns what is done.
func (p *Post) catchUp(ctx context.Context, plan *Plan) (done, error) {
	d, err := p.load(ctx, plan)
	if err != nil {
		return d, err
	}
	newest := plan.newest(p.deps.Now())
	if d.Sending != "" {
		p.deps.Log.Warn("a report was being sent when seismo ended; it may or may not have gone out and is not sent again",
			"kind", plan.Kind, "period", d.Sending)
		d = done{Last: d.Sending, Doubt: true}
		if err := p.save(ctx, plan, d); err != nil {
			return d, err
		}
	}
	since, err := time.ParseInLocation(time.DateOnly, d.Last, plan.Zone)
	if err != nil { // the first start: what was before it was not missed
		d.Last = newest.From.Format(time.DateOnly)
		return d, p.save(ctx, plan, d)
	}
	var missed []Period
	for of := plan.Kind.At(since).After(); !of.From.After(newest.From); of = of.After() {
		missed = append(missed, of)
	}
	if most := plan.mostMissed(); len(missed) > most {
		p.deps.Log.Warn("reports that were missed long ago are not sent", "kind", plan.Kind, "reports", len(missed)-most)
		missed = missed[len(missed)-most:]
	}
	for _, of := range missed {
		if err := p.one(ctx, plan, &d, of); err != nil {
			return d, err
		}
	}
	return d, p.rest(ctx, plan, &d)
}

// one sends one report: made, written down, sent, entered.
func (p *Post) one(ctx context.Context, plan *Plan, d *done, of Period) error {
	m, err := p.message(ctx, plan, of)
	if err != nil {
		return err
	}
	sender, err := p.deps.Sender(ctx, *plan)
	if err != nil {
		return err
	}
	sending := *d
	sending.Sending = of.From.Format(time.DateOnly)
	if err := p.save(ctx, plan, sending); err != nil {
		return err
	}
	next, err := outcome(sender.Send(ctx, m), len(plan.To))
	if err != nil {
		// Entered even when seismo is about to end: nothing was sent.
		return errors.Join(err, p.save(context.WithoutCancel(ctx), plan, *d))
	}
	next.Last = sending.Sending
	if next.At = p.deps.Now().UTC(); next.Left != nil {
		next.Left.Next = next.At.Add(waits[0])
	}
	*d = next
	if err := p.save(context.WithoutCancel(ctx), plan, *d); err != nil {
		return err
	}
	p.log("a report was sent", plan, of, *d)
	return nil
}

func (p *Post) message(ctx context.Context, plan *Plan, of Period) (mail.Message, error) {
	r, err := p.deps.Make(ctx, of)
	if err != nil {
		return mail.Message{}, fmt.Errorf("make the %s report: %w", plan.Kind, err)
	}
	return Message(&r, *plan)
}

// Message is a report as an e-mail.
func Message(r *Report, plan Plan) (mail.Message, error) {
	page, err := r.HTML()
	if err != nil {
		return mail.Message{}, err
	}
	sum := sha256.Sum256([]byte(plan.From + "\x00" + strings.Join(plan.To, "\x00")))
	return mail.Message{From: plan.From, To: plan.To, Subject: marked(r) + r.Title() + subject(r), Date: r.Made,
		ID:   fmt.Sprintf("seismo.%s.%s.%s", r.Period.Kind, r.Period.ID(), hex.EncodeToString(sum[:8])),
		Text: r.Text(), HTML: page, Name: "bedrock-" + r.Period.ID() + ".html"}, nil
}

// marked is what an invented company's report begins with.
func marked(r *Report) string {
	if r.Warning() != "" {
		return "Simulated: "
	}
	return ""
}

// subject is what the subject adds to the title: numbers alone, nothing that a
// caller chose.
func subject(r *Report) string {
	text := fmt.Sprintf(": %s, %s calls", dollars(r.Now.USD), whole(r.Now.Calls))
	if n := len(r.Findings); n == 1 {
		text += ", 1 finding"
	} else if n > 1 {
		text += fmt.Sprintf(", %s findings", whole(int64(n)))
	}
	return text
}
