package logging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// lately is how far delivery is looked back at.
const lately = 24 * time.Hour

const (
	largeDelivery = "ModelInvocationLargeDataS3Delivery"
	lost          = "Look at the policies of the bucket, the role and the key: records are lost."
)

// delivery looks at what arrived: Bedrock's own counts, and the newest record.
func (x *examination) delivery(ctx context.Context) {
	kinds := []string{}
	if x.now.S3Config != nil {
		kinds = append(kinds, "ModelInvocationLogsS3Delivery")
	}
	if c := x.now.CloudWatchConfig; c != nil {
		kinds = append(kinds, "ModelInvocationLogsCloudWatchDelivery")
		if c.LargeDataDeliveryS3Config != nil {
			kinds = append(kinds, largeDelivery)
		}
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k+"Success", k+"Failure")
	}
	sums, err := x.tool.sums(ctx, x.p.region, names, lately)
	if err != nil {
		x.amiss("delivery: CloudWatch counts it", err)
		return
	}
	calls, err := x.calls(ctx)
	if err != nil {
		x.amiss("delivery: CloudWatch counts it", err)
		return
	}
	for i, k := range kinds {
		good, bad := sums[2*i], sums[1+2*i]
		name := "delivery: " + strings.TrimPrefix(strings.TrimSuffix(k, "Delivery"), "ModelInvocation")
		saw := fmt.Sprintf("%.0f delivered and %.0f failed in 24 hours", good, bad)
		switch {
		case good+bad == 0 && calls > 0 && k != largeDelivery: // few calls have large bodies
			x.add(false, name, fmt.Sprintf("nothing was delivered in 24 hours, and %.0f calls were made", calls), lost)
			continue
		case good+bad == 0:
			x.untold(name, fmt.Sprintf("nothing was delivered in 24 hours, of %.0f calls", calls))
			continue
		}
		x.add(bad == 0, name, saw, "Look at the bucket's and the key's policy: what failed is lost.")
	}
	if x.now.S3Config != nil {
		x.lastObject(ctx, x.now.S3Config, calls)
	}
	if x.now.CloudWatchConfig != nil {
		x.lastEvent(ctx, aws.ToString(x.now.CloudWatchConfig.LogGroupName), calls)
	}
}

// calls counts those of the last day that must have left a record by now: where
// logging was turned on since, only those of the whole hours after that. CloudTrail is
// asked only where it matters; what it does not tell was not changed by others.
func (x *examination) calls(ctx context.Context) (float64, error) {
	on, err := x.tool.turnedOn(ctx, x.p)
	if err != nil {
		return 0, err
	}
	n, err := x.callsSince(ctx, on)
	if n == 0 || err != nil {
		return 0, err
	}
	var s Status
	if err := x.tool.trailSays(ctx, x.p, &s); err != nil || !s.Since.After(on) {
		return n, nil //nolint:nilerr // see above
	}
	return x.callsSince(ctx, s.Since)
}

// callsSince counts those of the last day that were made after logging was turned on;
// zero is long ago.
func (x *examination) callsSince(ctx context.Context, on time.Time) (float64, error) {
	now := x.tool.opt.Now().UTC()
	from, to := now.Add(-lately), now.Add(-delivered).Truncate(fine)
	if first := on.Add(delivered + time.Hour).Truncate(time.Hour); !on.IsZero() && first.After(from) {
		from = first
	}
	if !from.Before(to) {
		return 0, nil
	}
	sums, err := x.tool.sumsOf(ctx, x.p.region, []string{"Invocations"}, from, to, fine)
	return sums[0], err
}

// fine are the spans in which calls are counted that must have left a record: those
// of the last minutes need not have.
const fine = 5 * time.Minute

// delivered is within what time Bedrock delivers a record.
const delivered = 15 * time.Minute

func (x *examination) untold(name, saw string) {
	x.list = append(x.list, Check{Region: x.p.region, Name: name, State: Untold, Saw: saw})
}

// lastObject looks for the newest record of the last days in the bucket.
func (x *examination) lastObject(ctx context.Context, to *types.S3Config, calls float64) {
	const name = "delivery: last object"
	var newest *objects.Object
	for day := range 3 {
		at := x.tool.opt.Now().UTC().AddDate(0, 0, -day)
		prefix := x.p.logsOf(aws.ToString(to.KeyPrefix)) + x.p.region + at.Format("/2006/01/02/")
		pages := s3.NewListObjectsV2Paginator(x.p.s3(), &s3.ListObjectsV2Input{Bucket: to.BucketName, Prefix: &prefix})
		for pages.HasMorePages() && newest == nil {
			page, err := pages.NextPage(ctx)
			if err != nil {
				x.amiss(name, explain(err, "list "+aws.ToString(to.BucketName)))
				return
			}
			for i, o := range page.Contents {
				if !strings.Contains(aws.ToString(o.Key), "/data/") && (newest == nil || o.LastModified.After(*newest.LastModified)) {
					newest = &page.Contents[i]
				}
			}
		}
		if newest != nil {
			x.add(true, name, aws.ToString(newest.Key)+" of "+newest.LastModified.UTC().Format(time.DateTime), "")
			return
		}
	}
	x.absent(name, "no object came in 3 days", calls)
}

// lastEvent looks for the newest record of the last days in the group.
func (x *examination) lastEvent(ctx context.Context, group string, calls float64) {
	const name = "delivery: last event"
	out, err := x.p.account.Logs(x.p.region).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, Limit: aws.Int32(50),
		StartTime: aws.Int64(x.tool.opt.Now().Add(-lately).UnixMilli()), EndTime: aws.Int64(x.tool.opt.Now().UnixMilli())})
	if err != nil {
		x.amiss(name, explain(err, "look into the log group "+group))
		return
	}
	for _, e := range out.Events {
		if !strings.HasPrefix(aws.ToString(e.Message), permissionSentence) {
			x.add(true, name, "of "+time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC().Format(time.DateTime), "")
			return
		}
	}
	x.absent(name, "no event came in 24 hours", calls)
}

// absent fails where there were calls, and tells nothing where there were none.
func (x *examination) absent(name, saw string, calls float64) {
	if calls > 0 {
		x.add(false, name, fmt.Sprintf("%s, and %.0f calls were made", saw, calls), lost)
		return
	}
	x.untold(name, saw+", and no calls were counted")
}
