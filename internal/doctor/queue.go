package doctor

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
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
	s.simulate(ctx, region, check.Resource, taking)
	if key := attributes["KmsMasterKeyId"]; key != "" && !strings.HasPrefix(key, "alias/aws/") {
		s.simulate(ctx, region, s.keyARN(region, key), []string{"kms:Decrypt"})
	}
	s.notifiers(ctx, region, attributes["Policy"])
}

// bucketInPolicy finds the buckets that a queue's policy lets send to it.
var bucketInPolicy = regexp.MustCompile(`arn:[a-z0-9-]+:s3:[a-z0-9-]*:\d*:[a-z0-9][a-z0-9.-]+`)

// notifiers tries the buckets whose notifications the queue takes.
func (s subject) notifiers(ctx context.Context, region, policy string) {
	buckets := bucketInPolicy.FindAllString(policy, -1)
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

// simulate has IAM say whether the caller's policies allow actions. Where that
// is not allowed either, the checks say that they were not tried, and why.
func (s subject) simulate(ctx context.Context, region, resource string, actions []string) {
	who := principal(s.arn)
	if who == "" {
		s.skipAll(region, resource, actions, "trying it would take a message, and who calls is no user or role that IAM knows")
		return
	}
	var results []types.EvaluationResult
	ctx, cancel := context.WithTimeout(ctx, s.opt.Patience)
	defer cancel()
	client := iam.NewFromConfig(s.account.SDK(""))
	out, err := client.SimulatePrincipalPolicy(ctx, &iam.SimulatePrincipalPolicyInput{
		PolicySourceArn: aws.String(who), ActionNames: actions, ResourceArns: []string{resource},
	})
	if err != nil {
		s.skipAll(region, resource, actions, "trying it would take a message; allow iam:SimulatePrincipalPolicy to have it worked out")
		return
	}
	results = out.EvaluationResults
	for _, r := range results {
		c := Check{Source: s.target.Source, Account: s.number, Region: region, Action: aws.ToString(r.EvalActionName), Resource: resource, State: OK}
		switch r.EvalDecision {
		case types.PolicyEvaluationDecisionTypeAllowed:
			c.Why = "worked out from the policies of these credentials"
		case types.PolicyEvaluationDecisionTypeExplicitDeny:
			c.State, c.Why = Missing, "a statement in the policies of these credentials denies it"
			c.Remedy = "Change the statement that denies " + c.Action + "."
		default:
			c.State, c.Why = Missing, "the policies of these credentials do not allow it; only a statement in the resource's own policy could"
			c.Remedy = "Allow " + c.Action + " on " + resource + " in the policy of these credentials; `seismo doctor --policy` prints the smallest one."
		}
		s.put(c)
	}
}

func (s subject) skipAll(region, resource string, actions []string, why string) {
	for _, action := range actions {
		s.skip(region, action, resource, "not tried: "+why)
	}
}

// principal is the user or role behind a caller's ARN, as IAM takes it: a
// session's ARN names the role without its path, which is right for most.
func principal(caller string) string {
	a, ok := account.ParseARN(caller)
	switch {
	case !ok:
		return ""
	case a.Service == "iam":
		return caller
	}
	role, found := strings.CutPrefix(a.Resource, "assumed-role/")
	name, _, _ := strings.Cut(role, "/")
	if !found || name == "" {
		return ""
	}
	a.Service, a.Resource = "iam", "role/"+name
	return a.String()
}
