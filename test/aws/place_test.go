package aws

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	bridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seismo/internal/account"
)

// place is a bucket of the emulator.
type place struct {
	account *account.Account
	client  *s3.Client
	bucket  string
}

func newPlace(t *testing.T) *place {
	t.Helper()
	return bucketOf(t, open(t, configured(t)), named(t))
}

// bucketOf is a bucket of a name, made when it is not there.
func bucketOf(t *testing.T, a *account.Account, name string) *place {
	t.Helper()
	p := &place{account: a, client: a.S3(""), bucket: name}
	_, err := p.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &p.bucket,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: region}})
	var mine *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &mine) {
		t.Fatal(err)
	}
	return p
}

func (p *place) put(t *testing.T, key string, body []byte) {
	t.Helper()
	if err := p.write(t.Context(), key, body); err != nil {
		t.Fatal(err)
	}
}

func (p *place) write(ctx context.Context, key string, body []byte) error {
	_, err := p.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &p.bucket, Key: &key, Body: bytes.NewReader(body)})
	return err
}

// The ways from a bucket to a queue.
const (
	direct = "direct"
	bySNS  = "sns"
	rawSNS = "sns raw"
	bridge = "eventbridge"
)

// queue makes a queue that hears of the bucket's new objects. The names are
// those of the bucket.
func (p *place) queue(t *testing.T, way string) (url string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	made, err := p.account.SQS("").CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: &p.bucket,
		Attributes: map[string]string{"VisibilityTimeout": "30"}})
	must(err)
	url = *made.QueueUrl
	attributes, err := p.account.SQS("").GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &url,
		AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameQueueArn}})
	must(err)
	arn := attributes.Attributes["QueueArn"]
	told := &types.NotificationConfiguration{}
	events := []types.Event{types.EventS3ObjectCreated}
	switch way {
	case direct:
		told.QueueConfigurations = []types.QueueConfiguration{{QueueArn: &arn, Events: events}}
	case bySNS, rawSNS:
		client := sns.NewFromConfig(p.account.SDK(""))
		topic, err := client.CreateTopic(t.Context(), &sns.CreateTopicInput{Name: &p.bucket})
		must(err)
		raw := map[string]string{}
		if way == rawSNS {
			raw["RawMessageDelivery"] = "true"
		}
		_, err = client.Subscribe(t.Context(), &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("sqs"), Endpoint: &arn, Attributes: raw})
		must(err)
		told.TopicConfigurations = []types.TopicConfiguration{{TopicArn: topic.TopicArn, Events: events}}
	case bridge:
		told.EventBridgeConfiguration = &types.EventBridgeConfiguration{}
		client := eventbridge.NewFromConfig(p.account.SDK(""))
		_, err := client.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &p.bucket,
			EventPattern: aws.String(`{"source":["aws.s3"],"detail":{"bucket":{"name":["` + p.bucket + `"]}}}`)})
		must(err)
		_, err = client.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: &p.bucket,
			Targets: []bridgetypes.Target{{Id: aws.String("queue"), Arn: &arn}}})
		must(err)
	}
	_, err = p.client.PutBucketNotificationConfiguration(t.Context(), &s3.PutBucketNotificationConfigurationInput{Bucket: &p.bucket, NotificationConfiguration: told})
	must(err)
	return url
}
