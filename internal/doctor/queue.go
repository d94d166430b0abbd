package doctor

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seismo/internal/account"
	queues "seismo/internal/source/sqs"
)

// taking are the actions on a queue that cannot be tried without taking a
// message from somebody.
var taking = []string{"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"}

// queue asks for the queue's attributes, and has IAM work out the rest.
func (s subject) queue(ctx context.Context) {
	address, err := queues.ParseURL(s.target.Queue)
	if err != nil {
		s.add(Check{Action: "sqs:GetQueueAttributes"}, err)
		return
	}
	client, region := address.Client(s.target.Account, s.account)
	region = orElse(region, s.account.Region())
	check := Check{Region: region, Action: "sqs:GetQueueAttributes", Resource: queueARN(s.target.Queue, s.account.Region())}
	var attributes map[string]string
	err = s.try(ctx, check, func(ctx context.Context) error {
		out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(address.URL), AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameAll},
		})
		if err == nil {
			attributes = out.Attributes
		}
		return err
	})
	if err == nil && attributes["QueueArn"] != "" {
		check.Resource = attributes["QueueArn"]
	}
	s.simulate(ctx, region, check.Resource, taking, wouldTake)
	if key := attributes["KmsMasterKeyId"]; key != "" && !strings.HasPrefix(key, "alias/aws/") {
		s.simulate(ctx, region, s.keyARN(region, key), []string{"kms:Decrypt"}, wouldTake)
	}
	s.notifiers(ctx, region, attributes["Policy"])
}

// bucketInPolicy finds the buckets that a queue's policy lets send to it.
var bucketInPolicy = regexp.MustCompile(`arn:[a-z0-9-]+:s3:[a-z0-9-]*:\d*:[a-z0-9][a-z0-9.-]+`)

// notifiers tries the buckets whose notifications count, or that the queue takes.
func (s subject) notifiers(ctx context.Context, region, policy string) {
	buckets := bucketInPolicy.FindAllString(policy, -1)
	if len(s.target.Buckets) > 0 { // no other is read
		buckets = nil
		for _, name := range s.target.Buckets {
			buckets = append(buckets, bucketARN(name, region))
		}
	}
	slices.Sort(buckets)
	for _, arn := range slices.Compact(buckets) {
		s.found(arn)
		s.bucket(ctx, arn, "", false)
	}
	if len(buckets) == 0 {
		s.skip(region, "s3:GetObject", "", "not tried: the queue's policy names no bucket; the first message shows it")
	}
}

// keyARN is the ARN of a key that is given by id, alias or ARN already.
func (s subject) keyARN(region, key string) string {
	if strings.HasPrefix(key, "arn:") {
		s.found(key)
		return key
	}
	if !strings.HasPrefix(key, "alias/") {
		key = "key/" + key
	}
	arn := account.PartitionOf(region).ARN("kms", region, s.number, key)
	if !strings.Contains(key, "alias/") {
		s.found(arn)
	}
	return arn
}

// queueARN is the ARN that a queue's URL stands for.
func queueARN(address, otherwise string) string {
	a, err := queues.ParseURL(address)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.Trim(a.URL, "/"), "/")
	region, number := orElse(a.Region, otherwise), ""
	if len(parts) >= 2 {
		number = parts[len(parts)-2]
	}
	return account.PartitionOf(region).ARN("sqs", region, number, a.Name)
}
