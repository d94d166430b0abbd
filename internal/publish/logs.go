package publish

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Bounds of a request of CloudWatch Logs. It counts 26 bytes more for each event.
const (
	mostLines = 5000
	mostBytes = 1_000_000
	lineExtra = 26
)

// Stream is the log stream of a group that is written to.
const Stream = "seismo"

// putLines sends one request, and makes the stream when there is none. It returns
// how many events CloudWatch Logs refused for their time.
func (p *Publisher) putLines(ctx context.Context, group string, lines []line) (int, error) {
	in := &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(Stream)}
	for _, l := range lines {
		in.LogEvents = append(in.LogEvents, types.InputLogEvent{Message: aws.String(l.text), Timestamp: aws.Int64(l.at.UnixMilli())})
	}
	client := p.deps.Account.Logs(p.cfg.Region)
	var out *cloudwatchlogs.PutLogEventsOutput
	put := func() (err error) {
		out, err = client.PutLogEvents(ctx, in, func(o *cloudwatchlogs.Options) { o.Retryer = aws.NopRetryer{} })
		return err
	}
	err := p.insist(ctx, put)
	if account.Code(err) == "ResourceNotFoundException" {
		if err := p.makeStream(ctx, client, group); err != nil {
			return 0, err
		}
		err = p.insist(ctx, put)
	}
	if err != nil {
		return 0, p.judged(err, "write to the log group "+group+" in "+p.cfg.Region)
	}
	return p.tooFar(out.RejectedLogEventsInfo, len(lines), group), nil
}

// makeStream makes the stream in a group that is there already.
func (p *Publisher) makeStream(ctx context.Context, client *cloudwatchlogs.Client, group string) error {
	what := "make the log stream " + Stream + " in " + group
	_, err := client.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String(Stream)})
	switch account.Code(err) {
	case "ResourceAlreadyExistsException":
		return nil
	case "ResourceNotFoundException":
		return &source.Fault{Kind: source.Misconfigured, What: what, Err: err,
			Remedy: "There is no such log group: make it with `seismo deploy up`, or with `aws logs create-log-group --log-group-name " + group + " --region " + p.cfg.Region + "`."}
	}
	return account.Explain(err, what)
}

// tooFar counts events that were too old, too new or expired. They are not sent
// again: nothing would change.
func (p *Publisher) tooFar(info *types.RejectedLogEventsInfo, n int, group string) int {
	if info == nil {
		return 0
	}
	bad := 0
	if info.TooOldLogEventEndIndex != nil {
		bad = int(*info.TooOldLogEventEndIndex)
	}
	if info.ExpiredLogEventEndIndex != nil {
		bad = max(bad, int(*info.ExpiredLogEventEndIndex))
	}
	if info.TooNewLogEventStartIndex != nil {
		bad += n - int(*info.TooNewLogEventStartIndex)
	}
	bad = min(max(bad, 0), n)
	if bad > 0 {
		p.deps.Log.Warn("log events were refused for their time", "group", group, "events", bad)
	}
	return bad
}

// mostPages is how many pages one request is looked for on.
const mostPages = 1000

// written asks the log group whether events of a request are there.
func (p *Publisher) written(ctx context.Context, group string, left pendingLines) (bool, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(group), LogStreamNames: []string{Stream},
		StartTime: aws.Int64(left.From.UnixMilli()), EndTime: aws.Int64(left.To.Add(time.Millisecond).UnixMilli()),
		FilterPattern: aws.String(`"` + left.ID + `"`)}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(p.deps.Account.Logs(p.cfg.Region), in)
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return false, fmt.Errorf("ask for what was written to %s: after %d pages the answer has not come to an end; it is tried again", group, n)
		}
		out, err := pages.NextPage(ctx)
		if account.Code(err) == "ResourceNotFoundException" {
			return false, nil
		}
		if err != nil {
			return false, account.Explain(err, "ask for what was written to "+group)
		}
		for _, e := range out.Events {
			if strings.Contains(aws.ToString(e.Message), left.ID) {
				return true, nil
			}
		}
	}
	return false, nil
}
