package logging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trail "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"seismo/internal/account"
	"seismo/internal/source"
)

// skew is how far clocks may differ, and a record's time from that of its call.
const skew = 2 * time.Minute

// looking is one hop that is looked for again and again. look gives where it was
// found, "" while it is not there.
type looking struct {
	name  string
	where string
	every time.Duration
	after []string // the hops before it on the record's way
	look  func(context.Context) (string, error)
}

// lookings are the hops that this Region's configuration has.
func (f *flight) lookings() []looking {
	var list []looking
	if to := f.to.S3Config; to != nil {
		in := &arrivals{flight: f, bucket: aws.ToString(to.BucketName), prefix: aws.ToString(to.KeyPrefix), seen: map[string]int{}}
		list = append(list, looking{HopS3, placeOf(to), 2 * time.Second, []string{HopCall}, in.look})
	}
	if to := f.to.CloudWatchConfig; to != nil {
		group := aws.ToString(to.LogGroupName)
		list = append(list, looking{HopGroup, group, 2 * time.Second, []string{HopCall},
			func(ctx context.Context) (string, error) { return f.inGroup(ctx, group) }})
	}
	if f.canary.Stored != nil {
		list = append(list, looking{HopStore, "", 2 * time.Second, []string{HopS3, HopGroup}, f.inStore})
	}
	if f.Wait >= TrailWait {
		list = append(list, looking{HopTrail, "", 20 * time.Second, []string{HopCall}, f.inTrail})
	}
	return list
}

// follow looks for all hops at once until all came or the wait is over.
func (f *flight) follow(ctx context.Context) {
	if f.Wait < TrailWait {
		f.set(HopTrail, func(h *Hop) {
			h.Saw = fmt.Sprintf("its event comes 5 to 15 minutes after the call: give --canary-wait %dm or more", int(TrailWait.Minutes()))
		})
	}
	list := f.lookings()
	for _, l := range list {
		f.set(l.name, func(h *Hop) { h.State, h.Where, h.Saw = Waiting, l.where, "" })
	}
	var work sync.WaitGroup
	for _, l := range list {
		work.Go(func() { f.await(ctx, l) })
	}
	work.Wait()
}

// await looks for one hop. What AWS refuses for good ends it; what may pass is
// tried again.
func (f *flight) await(ctx context.Context, l looking) {
	until := f.Answered.Add(f.Wait)
	for {
		where, err := l.look(ctx)
		now := f.tool.opt.Now().UTC()
		switch {
		case ctx.Err() != nil:
			f.set(l.name, func(h *Hop) { h.State, h.Saw = Unreached, "interrupted before it was seen" })
			return
		case errors.Is(err, ErrNoCollector):
			f.set(l.name, func(h *Hop) { h.State, h.Saw = Unset, err.Error() })
			return
		case err != nil && (!passing(err) || !now.Before(until)):
			f.block(l.name, err)
			return
		case where != "":
			f.arrived(l, where, now)
			return
		case !now.Before(until):
			f.missed(l.name)
			return
		}
		f.set(l.name, func(*Hop) {})
		f.tool.opt.Pause(ctx, min(l.every, until.Sub(now)))
	}
}

// passing reports whether an error may be gone at the next look.
func passing(err error) bool {
	var fault *source.Fault
	return errors.As(err, &fault) && (fault.Kind == source.Throttled || fault.Kind == source.Unreachable)
}

func (f *flight) arrived(l looking, where string, at time.Time) {
	before := f.Answered
	for _, name := range l.after { // the earliest of them: one way is enough
		if h := f.hop(name); h.State == Arrived && (before.Equal(f.Answered) || h.At.Before(before)) {
			before = h.At
		}
	}
	f.set(l.name, func(h *Hop) {
		after, since := at.Sub(f.Answered).Seconds(), max(0, at.Sub(before).Seconds())
		h.State, h.Where, h.At, h.After, h.Since = Arrived, where, at, &after, &since
	})
}

// missed says of a hop what most often keeps a record from it.
func (f *flight) missed(name string) {
	fix := map[string]string{
		HopS3:    "Bedrock delivers some minutes late: wait longer with --canary-wait. If it never comes, the bucket's or the key's policy refuses it: see `seismo logging verify`.",
		HopGroup: "See `seismo logging verify`: the role, its policy, or the group's key refuses it.",
		HopStore: "See whether `seismo serve` reads this bucket or group: `seismo doctor` tries every permission.",
		HopTrail: "Wait longer with --canary-wait: CloudTrail promises no time.",
	}[name]
	f.set(name, func(h *Hop) { h.State, h.Saw, h.Fix = Missed, "it did not come within "+f.Wait.String(), fix })
}

// id is what tells the record of this call from all others.
func (f *flight) id() string { return cmp.Or(f.RequestID, f.Mark) }

// pages bounds how much one look reads of a log group or of CloudTrail.
const pages = 10

// inGroup looks for the event of the call. CloudWatch searches for the id.
func (f *flight) inGroup(ctx context.Context, group string) (string, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, FilterPattern: aws.String(`"` + f.id() + `"`),
		StartTime: aws.Int64(f.Called.Add(-skew).UnixMilli()), EndTime: aws.Int64(f.tool.opt.Now().Add(skew).UnixMilli())}
	list := cloudwatchlogs.NewFilterLogEventsPaginator(f.p.account.Logs(f.Region), in)
	for n := 0; n < pages && list.HasMorePages(); n++ {
		page, err := list.NextPage(ctx)
		if err != nil {
			return "", explain(err, "look into the log group "+group)
		}
		for _, e := range page.Events {
			if strings.Contains(aws.ToString(e.Message), f.id()) {
				return group, nil
			}
		}
	}
	return "", nil
}

// inStore asks the collector's database for the row.
func (f *flight) inStore(ctx context.Context) (string, error) {
	found, err := f.canary.Stored(ctx, f.RequestID)
	if found {
		return "the row is stored", err
	}
	return "", err
}

// inTrail looks for the event among those of the minutes around the call.
func (f *flight) inTrail(ctx context.Context) (string, error) {
	in := &cloudtrail.LookupEventsInput{StartTime: aws.Time(f.Called.Add(-skew)), EndTime: aws.Time(f.Answered.Add(skew)),
		LookupAttributes: []trail.LookupAttribute{{AttributeKey: trail.LookupAttributeKeyEventName, AttributeValue: aws.String("Converse")}}}
	list := cloudtrail.NewLookupEventsPaginator(f.p.account.CloudTrail(f.Region), in)
	for n := 0; n < pages && list.HasMorePages(); n++ {
		page, err := list.NextPage(ctx)
		if err != nil {
			return "", account.Explain(err, "look events up in CloudTrail")
		}
		for _, e := range page.Events {
			if strings.Contains(aws.ToString(e.CloudTrailEvent), f.RequestID) {
				return "event " + aws.ToString(e.EventId), nil
			}
		}
	}
	return "", nil
}
