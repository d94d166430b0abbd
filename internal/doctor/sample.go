package doctor

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seismo/internal/account"
	"seismo/internal/event"
	objects "seismo/internal/source/s3"
	queues "seismo/internal/source/sqs"
)

// Sample opens something that a target would read: a new log object, of a queue
// one of the buckets that it is told of, or an event of a log group. The error
// is io.EOF when there is nothing yet. Nothing is taken from a queue.
func Sample(ctx context.Context, t Target, opt Options) (io.ReadCloser, event.Origin, error) {
	a, err := account.Open(ctx, t.Account, account.Options{Log: opt.Log, Client: opt.Client})
	if err != nil {
		return nil, event.Origin{}, err
	}
	if t.Group != "" || t.GroupPrefix != "" {
		return sampleGroup(ctx, a, t)
	}
	buckets := []string{t.Bucket}
	switch {
	case len(t.Buckets) > 0:
		buckets = t.Buckets
	case t.Queue != "":
		if buckets, err = notifying(ctx, a, t); err != nil {
			return nil, event.Origin{}, err
		}
	}
	for _, b := range buckets {
		body, origin, err := sampleBucket(ctx, a, b, t.Prefix)
		if err != io.EOF { //nolint:errorlint // sampleBucket returns it as it is
			return body, origin, err
		}
	}
	return nil, event.Origin{}, io.EOF
}

// notifying are the buckets that a queue's policy names.
func notifying(ctx context.Context, a *account.Account, t Target) ([]string, error) {
	address, err := queues.ParseURL(t.Queue)
	if err != nil {
		return nil, err
	}
	client, _ := address.Client(t.Account, a)
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(address.URL), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNamePolicy},
	})
	if err != nil {
		return nil, account.Explain(err, "look at the queue "+address.URL)
	}
	return bucketInPolicy.FindAllString(out.Attributes["Policy"], -1), nil
}

func sampleBucket(ctx context.Context, a *account.Account, bucket, prefix string) (io.ReadCloser, event.Origin, error) {
	name := bucketName(bucket)
	reader := objects.NewReader(a, objects.ReaderOptions{Ahead: -1})
	region, err := reader.Region(ctx, name)
	if err != nil {
		return nil, event.Origin{}, err
	}
	list, err := firstPage(ctx, a.S3(region), name, prefix)
	if err != nil {
		return nil, event.Origin{}, account.Explain(err, "list s3://"+name+"/"+prefix)
	}
	records := list[:0]
	for _, o := range list {
		if _, skip := objects.Skip(aws.ToString(o.Key)); !skip {
			records = append(records, o)
		}
	}
	key := newestOf(records)
	if key == "" {
		return nil, event.Origin{}, io.EOF
	}
	ref := objects.Ref{Bucket: name, Key: key}
	body, err := reader.Open(ctx, ref)
	return body, ref.Object().Origin, err
}

// mostSampled bounds how many pages are looked through for one event: a page of
// a group may be empty and still not be the last.
const mostSampled = 10

func sampleGroup(ctx context.Context, a *account.Account, t Target) (io.ReadCloser, event.Origin, error) {
	region, in := a.Region(), &cloudwatchlogs.FilterLogEventsInput{Limit: aws.Int32(10),
		StartTime: aws.Int64(time.Now().Add(-30 * 24 * time.Hour).UnixMilli()), EndTime: aws.Int64(time.Now().UnixMilli())}
	if arn, ok := account.ParseARN(t.Group); ok {
		region = arn.Region
		in.LogGroupIdentifier = aws.String(strings.TrimSuffix(t.Group, ":*"))
	} else {
		in.LogGroupName = aws.String(orElse(t.Group, t.GroupPrefix))
	}
	for range mostSampled {
		out, err := a.Logs(region).FilterLogEvents(ctx, in)
		if err != nil {
			return nil, event.Origin{}, account.Explain(err, "read the log group "+orElse(t.Group, t.GroupPrefix))
		}
		var lines strings.Builder
		for _, e := range out.Events {
			lines.WriteString(aws.ToString(e.Message) + "\n")
		}
		if lines.Len() > 0 {
			return io.NopCloser(strings.NewReader(lines.String())), event.Origin{Group: t.Group}, nil
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return nil, event.Origin{}, io.EOF
}
