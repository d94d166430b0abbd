package cloudtrail

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// reader looks up the event sources of one Region, one page after the other, all
// of them in turn: the Region has one quota.
type reader struct {
	*Source
	region  string
	client  *cloudtrail.Client
	account string     // its number, once it is known
	wake    paged.Bell // rings once something was settled

	mu    sync.Mutex // of the lanes
	lanes []*lane
	turn  int // of the lane to begin with

	complaint paged.Complaint
}

func (s *Source) newReader(region string, sources []string) *reader {
	r := &reader{Source: s, region: region, client: s.deps.Account.CloudTrail(region), wake: paged.NewBell()}
	for _, name := range sources {
		r.lanes = append(r.lanes, newLane(name, &s.terms))
	}
	return r
}

// run reads until the end of ctx.
func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		for _, l := range r.lanes {
			r.finish(ctx, l)
		}
		l, until := r.choose(r.deps.Now())
		if l == nil {
			r.wake.Wait(ctx, until.Sub(r.deps.Now()))
		} else if err := r.step(ctx, l); err != nil {
			r.fault(ctx, l, err)
		}
	}
}

// choose is the lane to ask for next, the newest events first and the lanes in
// turn; nil when none has anything to ask before the time returned.
func (r *reader) choose(now time.Time) (chosen *lane, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	until = now.Add(r.terms.interval)
	for i := range r.lanes {
		at := (r.turn + i) % len(r.lanes)
		l := r.lanes[at]
		due, urgent := l.ask(now)
		if urgent {
			r.turn = at + 1
			return l, now
		}
		if due && chosen == nil {
			chosen = l
		}
		if wake := l.wake(now); wake.After(now) {
			until = earlier(until, wake)
		}
	}
	if chosen != nil {
		for i, l := range r.lanes {
			if l == chosen {
				r.turn = i + 1
			}
		}
	}
	return chosen, until
}

// step asks for one page of a lane and delivers what is new in it.
func (r *reader) step(ctx context.Context, l *lane) error {
	if !l.loaded {
		return r.load(ctx, l)
	}
	r.mu.Lock()
	ok := l.begin(r.deps.Now())
	from, to, token := l.window.from, l.upTo, l.token
	r.mu.Unlock()
	if !ok {
		return nil
	}
	out, err := r.client.LookupEvents(ctx, request(l.eventSource, from, to, token))
	if err != nil {
		return account.Explain(err, "look up events of "+l.eventSource+" in "+r.region)
	}
	next := aws.ToString(out.NextToken)
	if next != "" && next == token {
		return &source.Fault{Kind: source.Unknown, What: "look up events of " + l.eventSource + " in " + r.region,
			Err: errors.New("CloudTrail gave the same page twice"), Remedy: "Nothing to do: it is asked again."}
	}
	return r.deliver(ctx, l, out.Events, next)
}

// load finds out how far a lane was read. A cursor of a form that is not known is
// none: what is read twice is stored once.
func (r *reader) load(ctx context.Context, l *lane) error {
	if r.account == "" {
		id, err := r.deps.Account.ID(ctx)
		if err != nil {
			return err
		}
		r.account = id
	}
	text, err := r.deps.Journal.Cursor(ctx, r.cursorName(l))
	if err != nil {
		return err
	}
	at, err := parseReach(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		l.resume(nil, r.deps.Now())
		return nil
	}
	l.resume(&at, r.deps.Now())
	return nil
}

func (r *reader) cursorName(l *lane) string {
	return "trail:" + r.account + ":" + r.region + ":" + l.eventSource
}

// pageMost is the most events that LookupEvents gives at once.
const pageMost = 50

func request(eventSource string, from, to time.Time, token string) *cloudtrail.LookupEventsInput {
	in := &cloudtrail.LookupEventsInput{
		LookupAttributes: []types.LookupAttribute{{
			AttributeKey: types.LookupAttributeKeyEventSource, AttributeValue: aws.String(eventSource)}},
		StartTime: aws.Time(from), EndTime: aws.Time(to), MaxResults: aws.Int32(pageMost),
	}
	if token != "" {
		in.NextToken = aws.String(token)
	}
	return in
}

// deliver hands out what is new of a page once there is room for it.
func (r *reader) deliver(ctx context.Context, l *lane, events []types.Event, token string) error {
	var fresh []types.Event
	var ids []uint64
	var oldest time.Time
	for _, e := range events {
		oldest = aws.ToTime(e.EventTime)
		if id := ident(r.region, aws.ToString(e.EventId)); e.EventId == nil || !r.seen.has(id) {
			fresh, ids = append(fresh, e), append(ids, id)
		}
	}
	if len(fresh) == 0 {
		r.mu.Lock()
		l.page(oldest, token, false)
		r.mu.Unlock()
		return nil
	}
	object, body := pageOf(r.cursorName(l), r.region, l.eventSource, fresh)
	if l.window.hand != live {
		object.Modified = time.Time{} // old on purpose, which is no lag
	}
	r.mu.Lock()
	l.page(oldest, token, true)
	r.mu.Unlock()
	return r.out.Page(ctx, object, body, func(ok bool) {
		if ok {
			r.seen.add(ids)
		}
		r.settled(func() { l.settled(ok) })
	})
}

func (r *reader) settled(tell func()) {
	r.mu.Lock()
	tell()
	r.mu.Unlock()
	r.wake.Ring()
}

// finish delivers the cursor of a window that is done.
func (r *reader) finish(ctx context.Context, l *lane) {
	r.mu.Lock()
	at := l.finish(r.deps.Now())
	r.mu.Unlock()
	if at == nil {
		return
	}
	object := source.Object{Origin: originOf(r.region, l.eventSource),
		Cursor: &source.Cursor{Name: r.cursorName(l), Value: at.String()}}
	r.out.Mark(ctx, object, func(ok bool) {
		r.settled(func() { l.markSettled(ok, r.deps.Now()) })
	})
}

// fault pauses a lane and reports why, unless the Region did so a moment ago.
func (r *reader) fault(ctx context.Context, l *lane, err error) {
	if ctx.Err() != nil {
		return
	}
	now := r.deps.Now()
	r.mu.Lock()
	l.stumbled(refusedToken(err), now)
	r.mu.Unlock()
	if r.complaint.Due(now) {
		r.out.Fail(ctx, err)
	}
}

// refusedToken reports whether CloudTrail does not know the token of a page any
// more.
func refusedToken(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && api.ErrorCode() == "InvalidNextTokenException"
}
