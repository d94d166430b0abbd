package doctor

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssoadmin"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// refusal is the fault of an error that says that a permission is missing, or nil.
func refusal(err error) *source.Fault {
	var f *source.Fault
	if errors.As(err, &f) && f.Kind == source.Forbidden {
		return f
	}
	return nil
}

// group looks the log group up and asks for one event of the last hour.
func (s subject) group(ctx context.Context) {
	region, name := s.account.Region(), orElse(s.target.Group, s.target.GroupPrefix)
	arn := groupARN(name, region, s.number)
	if a, ok := account.ParseARN(strings.TrimSuffix(name, ":*")); ok {
		region, name = a.Region, strings.TrimPrefix(a.Resource, "log-group:")
	}
	client := s.account.Logs(region)
	in := &cloudwatchlogs.FilterLogEventsInput{Limit: aws.Int32(1),
		StartTime: aws.Int64(s.opt.Now().Add(-time.Hour).UnixMilli()), EndTime: aws.Int64(s.opt.Now().UnixMilli())}
	if s.target.GroupPrefix != "" {
		found := ""
		err := s.try(ctx, Check{Region: region, Action: "logs:DescribeLogGroups", Resource: groupARN("*", region, s.number)}, func(ctx context.Context) error {
			out, err := client.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String(name), Limit: aws.Int32(1)})
			if err == nil && len(out.LogGroups) > 0 {
				found = aws.ToString(out.LogGroups[0].LogGroupName)
			}
			return err
		})
		if err != nil || found == "" {
			s.skip(region, "logs:FilterLogEvents", arn, "not tried: no log group with this prefix is known")
			return
		}
		in.LogGroupName = aws.String(found)
	} else if strings.HasPrefix(s.target.Group, "arn:") {
		in.LogGroupIdentifier = aws.String(strings.TrimSuffix(s.target.Group, ":*"))
	} else {
		in.LogGroupName = aws.String(name)
	}
	_ = s.try(ctx, Check{Region: region, Action: "logs:FilterLogEvents", Resource: arn}, func(ctx context.Context) error {
		_, err := client.FilterLogEvents(ctx, in)
		return err
	})
}

// groupARN is the ARN of a log group as IAM's policies take it.
func groupARN(group, region, number string) string {
	if strings.HasPrefix(group, "arn:") {
		return strings.TrimSuffix(group, ":*") + ":*"
	}
	return account.PartitionOf(region).ARN("logs", region, orElse(number, "*"), "log-group:"+group+":*")
}

func (s subject) lookup(ctx context.Context, region string) {
	_ = s.try(ctx, Check{Region: region, Action: "cloudtrail:LookupEvents", Resource: "*"}, func(ctx context.Context) error {
		_, err := s.account.CloudTrail(region).LookupEvents(ctx, &cloudtrail.LookupEventsInput{MaxResults: aws.Int32(1)})
		return err
	})
}

// inventory asks for the first entry of each list.
func (s subject) inventory(ctx context.Context, region string) {
	b := bedrock.NewFromConfig(s.account.SDK(region))
	one := aws.Int32(1)
	calls := []struct {
		action string
		call   func(context.Context) error
	}{
		{"bedrock:ListInferenceProfiles", func(ctx context.Context) error {
			_, err := b.ListInferenceProfiles(ctx, &bedrock.ListInferenceProfilesInput{MaxResults: one})
			return err
		}},
		{"bedrock:ListFoundationModels", func(ctx context.Context) error {
			_, err := b.ListFoundationModels(ctx, &bedrock.ListFoundationModelsInput{})
			return err
		}},
		{"bedrock:ListGuardrails", func(ctx context.Context) error {
			_, err := b.ListGuardrails(ctx, &bedrock.ListGuardrailsInput{MaxResults: one})
			return err
		}},
		{"bedrock:ListProvisionedModelThroughputs", func(ctx context.Context) error {
			_, err := b.ListProvisionedModelThroughputs(ctx, &bedrock.ListProvisionedModelThroughputsInput{MaxResults: one})
			return err
		}},
		{"servicequotas:ListServiceQuotas", func(ctx context.Context) error {
			q := servicequotas.NewFromConfig(s.account.SDK(region))
			_, err := q.ListServiceQuotas(ctx, &servicequotas.ListServiceQuotasInput{ServiceCode: aws.String("bedrock"), MaxResults: one})
			return err
		}},
	}
	var work sync.WaitGroup // a service that is broken is tried for a while
	for _, c := range calls {
		work.Go(func() { _ = s.try(ctx, Check{Region: region, Action: c.action, Resource: "*"}, c.call) })
	}
	work.Wait()
	const people = "without it, people have no names from IAM Identity Center"
	_ = s.ask(ctx, people, Check{Region: region, Action: "sso:ListInstances", Resource: "*"}, func(ctx context.Context) error {
		_, err := ssoadmin.NewFromConfig(s.account.SDK(region)).ListInstances(ctx, &ssoadmin.ListInstancesInput{MaxResults: one})
		return err
	})
	s.tags(ctx)
	for _, action := range []string{"bedrock:GetInferenceProfile", "bedrock:GetGuardrail", "bedrock:ListTagsForResource", "identitystore:ListUsers"} {
		s.skip(region, action, "", "not tried: it needs something to look at; the list that it follows is tried")
	}
}

// tags reads the tags of the role or user that calls, when there is one.
func (s subject) tags(ctx context.Context) {
	who, ok := account.ParseARN(principal(s.arn))
	if !ok {
		s.skip("", "iam:ListRoleTags", "", "not tried: who calls is no role or user")
		return
	}
	client, action := iam.NewFromConfig(s.account.SDK("")), "iam:ListRoleTags"
	name := aws.String(who.Resource[strings.LastIndexByte(who.Resource, '/')+1:])
	call := func(ctx context.Context) error {
		_, err := client.ListRoleTags(ctx, &iam.ListRoleTagsInput{RoleName: name})
		return found(err)
	}
	if strings.HasPrefix(who.Resource, "user/") {
		action, call = "iam:ListUserTags", func(ctx context.Context) error {
			_, err := client.ListUserTags(ctx, &iam.ListUserTagsInput{UserName: name})
			return found(err)
		}
	}
	_ = s.try(ctx, Check{Action: action, Resource: who.String()}, call)
}

// found drops the error that there is no such thing: whoever hears it was
// allowed to ask.
func found(err error) error {
	var api smithy.APIError
	if errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "NoSuchEntity") {
		return nil
	}
	return err
}
