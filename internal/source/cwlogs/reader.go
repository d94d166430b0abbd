package cwlogs

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"seismo/internal/account"
	"seismo/internal/event"
	"seismo/internal/source"
	"seismo/internal/source/paged"
)

// reader carries out what the tail of one group says.
type reader struct {
	*Source
	group  group
	client *cloudwatchlogs.Client
	wake   paged.Bell // rings once something was settled
	stop   context.CancelFunc

	mu   sync.Mutex
	tail *tail

	fault paged.Complaint
}

// run reads until the end of ctx or of what is to be read.
func (r *reader) run(ctx context.Context) {
	if !r.resume(ctx) {
		return
	}
	for ctx.Err() == nil {
		r.mu.Lock()
		s := r.tail.step(millis(r.now()))
		r.mu.Unlock()
		switch s.act {
		case actRead:
			r.read(ctx, s)
		case actMark:
			r.mark(ctx, s.cursor)
		case actHold:
			r.wake.Wait(ctx, time.Hour)
		case actRest:
			r.wake.Wait(ctx, time.UnixMilli(s.until).Sub(r.now()))
		case actOver:
			return
		}
	}
}

// resume makes the tail from the committed cursor. A cursor of a form that is
// not known is none: what is read twice is stored once.
func (r *reader) resume(ctx context.Context) bool {
	name := r.group.cursorName(&r.cfg)
	for pause := time.Second; ; pause = min(2*pause, paged.TellAgain) {
		text, err := r.deps.Journal.Cursor(ctx, name)
		if err == nil {
			at, err := parseCursor(text)
			if err != nil {
				at = standAt(r.begin(&r.group))
			}
			r.deps.Log.Info("reading a log group", "group", r.group.arn, "from", time.UnixMilli(at.at[live]).UTC(), "known", err == nil)
			r.mu.Lock()
			r.tail = newTail(r.cfg.terms(r.readers()), at, millis(r.now()))
			r.mu.Unlock()
			return true
		}
		r.report(ctx, err)
		if !r.wake.Wait(ctx, pause) {
			return false
		}
	}
}

// read asks for one page and delivers what is new in it.
func (r *reader) read(ctx context.Context, s step) {
	out, err := r.ask(ctx, s)
	if err != nil {
		r.mu.Lock()
		r.tail.stumbled(s.window, refusedToken(err), millis(r.now()))
		r.mu.Unlock()
		r.report(ctx, account.Explain(err, "read the log group "+r.group.arn))
		return
	}
	r.fault.Well()
	ids := make([]ident, len(out.Events))
	for i := range out.Events {
		ids[i] = identOf(idOf(&out.Events[i]), aws.ToInt64(out.Events[i].Timestamp))
	}
	r.mu.Lock()
	number, keep := r.tail.page(s.window, ids, aws.ToString(out.NextToken))
	r.mu.Unlock()
	if number == 0 {
		return
	}
	fresh := make([]types.FilteredLogEvent, len(keep))
	for i, at := range keep {
		fresh[i] = out.Events[at]
	}
	r.deliver(ctx, number, fresh)
}

// ask sends one request, in turn with the other groups.
func (r *reader) ask(ctx context.Context, s step) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if err := r.calls.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer r.calls.Release(1)
	if pause := r.cfg.APISleep.Std(); pause > 0 && s.token != "" {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return r.client.FilterLogEvents(ctx, r.group.request(&r.cfg, s))
}

// deliver hands out events once there is room for them.
func (r *reader) deliver(ctx context.Context, number int, events []types.FilteredLogEvent) {
	object, body := pageOf(&r.group, events)
	// Its error is the end of ctx, and nobody asks the tail any more.
	_ = r.out.Page(ctx, object, body, func(ok bool) {
		r.settled(func(now int64) { r.tail.settled(number, ok, now) })
	})
}

// mark hands out the cursor.
func (r *reader) mark(ctx context.Context, value string) {
	object := source.Object{Origin: event.Origin{Group: r.group.name},
		Cursor: &source.Cursor{Name: r.group.cursorName(&r.cfg), Value: value}}
	r.out.Mark(ctx, object, func(ok bool) {
		r.settled(func(now int64) { r.tail.marked(ok, now) })
	})
}

func (r *reader) settled(tell func(now int64)) {
	now := millis(r.now())
	r.mu.Lock()
	tell(now)
	r.mu.Unlock()
	r.wake.Ring()
}

// report tells of a fault, and of one that lasts in measure.
func (r *reader) report(ctx context.Context, err error) {
	if ctx.Err() == nil && r.fault.Due(r.now()) {
		r.out.Fail(ctx, err)
	}
}
