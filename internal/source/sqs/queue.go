package sqs

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/go-json-experiment/json"

	"seismo/internal/account"
)

// Queue is one queue, to be looked at and to have its dead letters moved.
type Queue struct {
	Address
	client  *sqs.Client
	account *account.Account
	cfg     account.Config
	region  string
}

// OpenQueue opens the queue of a URL. It asks AWS nothing.
func OpenQueue(url string, cfg account.Config, acc *account.Account) (*Queue, error) {
	address, err := ParseURL(url)
	if err != nil {
		return nil, err
	}
	q := &Queue{Address: address, account: acc, cfg: cfg}
	q.client, q.region = address.Client(cfg, acc)
	return q, nil
}

// State is how a queue is doing and how it is set up.
type State struct {
	URL         string        `json:"url"`
	ARN         string        `json:"arn"`
	Messages    int64         `json:"messages"`  // that can be received; all counts of SQS are approximate
	InFlight    int64         `json:"in_flight"` // received and not deleted yet
	Delayed     int64         `json:"delayed,omitzero"`
	Oldest      time.Duration `json:"-"` // age of the oldest message; -1 when it is not known
	Visibility  time.Duration `json:"-"`
	Retention   time.Duration `json:"-"`                     // after which SQS drops a message
	DeadLetters string        `json:"dead_letters,omitzero"` // ARN of the queue that poison goes to
	MaxReceive  int           `json:"max_receive_count,omitzero"`
	Key         string        `json:"kms_key,omitzero"` // that messages are encrypted under
}

// Look asks for the state of a queue: sqs:GetQueueAttributes, and for the age of
// the oldest message cloudwatch:GetMetricStatistics, without which it is unknown.
func (q *Queue) Look(ctx context.Context) (State, error) {
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &q.URL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return State{}, account.Explain(err, "look at "+q.URL)
	}
	number := func(name types.QueueAttributeName) int64 {
		n, _ := strconv.ParseInt(out.Attributes[string(name)], 10, 64)
		return n
	}
	s := State{
		URL: q.URL, ARN: out.Attributes[string(types.QueueAttributeNameQueueArn)],
		Messages:   number(types.QueueAttributeNameApproximateNumberOfMessages),
		InFlight:   number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
		Delayed:    number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
		Visibility: time.Duration(number(types.QueueAttributeNameVisibilityTimeout)) * time.Second,
		Retention:  time.Duration(number(types.QueueAttributeNameMessageRetentionPeriod)) * time.Second,
		Key:        out.Attributes[string(types.QueueAttributeNameKmsMasterKeyId)],
	}
	s.DeadLetters, s.MaxReceive = redrivePolicy(out.Attributes[string(types.QueueAttributeNameRedrivePolicy)])
	s.Oldest = q.oldest(ctx, s)
	return s, nil
}

// redrivePolicy reads the attribute of that name. Its count is a number, or text
// where the queue was made by an older tool.
func redrivePolicy(text string) (deadLetters string, maxReceive int) {
	var policy struct {
		Target string `json:"deadLetterTargetArn"`
		Max    any    `json:"maxReceiveCount"`
	}
	if text == "" || json.Unmarshal([]byte(text), &policy) != nil {
		return "", 0
	}
	n, _ := strconv.Atoi(fmt.Sprint(policy.Max))
	return policy.Target, n
}

// oldest asks CloudWatch, since SQS itself does not tell.
func (q *Queue) oldest(ctx context.Context, s State) time.Duration {
	if s.Messages+s.InFlight+s.Delayed == 0 {
		return 0
	}
	now := time.Now()
	out, err := q.account.CloudWatch(q.region).GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/SQS"), MetricName: aws.String("ApproximateAgeOfOldestMessage"),
		Dimensions: []cloudwatchtypes.Dimension{{Name: aws.String("QueueName"), Value: &q.Name}},
		StartTime:  aws.Time(now.Add(-30 * time.Minute)), EndTime: &now, Period: aws.Int32(60),
		Statistics: []cloudwatchtypes.Statistic{cloudwatchtypes.StatisticMaximum},
	})
	if err != nil {
		return -1
	}
	age, at := time.Duration(-1), time.Time{}
	for _, point := range out.Datapoints {
		if t := aws.ToTime(point.Timestamp); t.After(at) {
			age, at = time.Duration(aws.ToFloat64(point.Maximum))*time.Second, t
		}
	}
	return age
}

// DeadLetters opens the queue that the poison of this one goes to; nil when it
// has none.
func (q *Queue) DeadLetters(ctx context.Context, s State) (*Queue, error) {
	arn, ok := account.ParseARN(s.DeadLetters)
	if !ok {
		return nil, nil
	}
	out, err := q.client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &arn.Resource, QueueOwnerAWSAccountId: &arn.Account})
	if err != nil {
		return nil, account.Explain(err, "find the dead-letter queue "+s.DeadLetters)
	}
	return OpenQueue(aws.ToString(out.QueueUrl), q.cfg, q.account)
}

// Retentions that outages are survived with. A message keeps its age when it
// becomes a dead letter.
const (
	leastRetention = 4 * 24 * time.Hour
	bestRetention  = 14 * 24 * time.Hour
	leastReceives  = 5
)

// Warnings are what of a queue's set-up loses notifications, in sentences that
// say what to do. dead is the state of its dead-letter queue, nil without one.
func (s State) Warnings(dead *State) (all []string) {
	if s.Retention > 0 && s.Retention < leastRetention {
		all = append(all, fmt.Sprintf("messages are dropped after %s: an outage that lasts longer loses what came meanwhile; set MessageRetentionPeriod to %d (14 days), at least to %d (4 days)",
			days(s.Retention), int(bestRetention.Seconds()), int(leastRetention.Seconds())))
	}
	if s.Retention > 0 && s.Oldest > s.Retention/2 {
		all = append(all, fmt.Sprintf("the oldest message is %s old and will be dropped at %s: see that the queue is being read", days(s.Oldest), days(s.Retention)))
	}
	switch {
	case dead == nil && s.DeadLetters == "":
		all = append(all, "it has no dead-letter queue: a message that cannot be understood comes again until it is dropped; set a RedrivePolicy, or on_poison: quarantine")
	case s.MaxReceive > 0 && s.MaxReceive < leastReceives:
		all = append(all, fmt.Sprintf("a message becomes a dead letter after %d receives, and each restart of seismo may count as one; set maxReceiveCount to %d or more", s.MaxReceive, leastReceives))
	}
	if dead != nil && dead.Retention > 0 && dead.Retention <= s.Retention {
		all = append(all, fmt.Sprintf("dead letters keep the age they have, and are dropped after %s: give the dead-letter queue a longer MessageRetentionPeriod than this one's (%s)", days(dead.Retention), days(s.Retention)))
	}
	return all
}

func days(d time.Duration) string {
	switch day := 24 * time.Hour; {
	case d >= 2*day:
		return strconv.FormatFloat(float64(d)/float64(day), 'f', -1, 64) + " days"
	case d >= time.Hour:
		return strconv.FormatFloat(d.Hours(), 'f', 1, 64) + " hours"
	}
	return d.Round(time.Second).String()
}
