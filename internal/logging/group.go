package logging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"seismo/internal/account"
)

// groupText is what a log group's own text says.
type groupText struct {
	Key string `json:"kmsKeyId,omitzero"`
}

// daysText is the text of a retention.
type daysText struct {
	Days int32 `json:"days"`
}

// once makes a call that quotas refuse for good: it is not tried again.
func once(o *cloudwatchlogs.Options) { o.Retryer = account.Firm(o.Retryer) }

// findGroup is the group of a name, nil when there is none.
func findGroup(ctx context.Context, p place, name string) (*types.LogGroup, error) {
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(p.account.Logs(p.region), &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return nil, endless("look at the log group "+name, n)
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "look at the log group "+name)
		}
		for _, g := range page.LogGroups {
			if aws.ToString(g.LogGroupName) == name {
				return &g, nil
			}
		}
	}
	return nil, nil
}

// mostPages is how many pages of a group are asked for; those of a large one that is
// looked through from its beginning are empty now and then.
const mostPages = 1000

// endless is a list whose pages do not come to an end.
func endless(what string, pages int) error {
	return fmt.Errorf("%s: after %d pages it has not come to an end, and no more are asked for", what, pages)
}

func readGroup(ctx context.Context, p place, name string) (string, error) {
	g, err := findGroup(ctx, p, name)
	if g == nil || err != nil {
		return "", err
	}
	return textOf(groupText{aws.ToString(g.KmsKeyId)})
}

func writeGroup(ctx context.Context, p place, name, from, to string) error {
	logs := p.account.Logs(p.region)
	if to == "" {
		_, err := logs.DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: &name})
		if account.Code(err) == "ResourceNotFoundException" {
			return nil
		}
		return explain(err, "delete the log group "+name)
	}
	g, err := fromText[groupText](to)
	if err != nil {
		return err
	}
	switch {
	case from == "":
		in := &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &name}
		if g.Key != "" {
			in.KmsKeyId = &g.Key
		}
		_, err = logs.CreateLogGroup(ctx, in, once)
		if account.Code(err) == "ResourceAlreadyExistsException" && g.Key == "" {
			return nil
		}
		return explain(err, "make the log group "+name)
	case g.Key == "":
		_, err = logs.DisassociateKmsKey(ctx, &cloudwatchlogs.DisassociateKmsKeyInput{LogGroupName: &name})
	default:
		_, err = logs.AssociateKmsKey(ctx, &cloudwatchlogs.AssociateKmsKeyInput{LogGroupName: &name, KmsKeyId: &g.Key})
	}
	return explain(err, "set the key of the log group "+name)
}

func readRetention(ctx context.Context, p place, name string) (string, error) {
	g, err := findGroup(ctx, p, name)
	if g == nil || err != nil || aws.ToInt32(g.RetentionInDays) == 0 {
		return "", err
	}
	return textOf(daysText{*g.RetentionInDays})
}

func writeRetention(ctx context.Context, p place, name, _, to string) error {
	logs := p.account.Logs(p.region)
	if to == "" {
		_, err := logs.DeleteRetentionPolicy(ctx, &cloudwatchlogs.DeleteRetentionPolicyInput{LogGroupName: &name})
		return explain(err, "remove the retention of "+name)
	}
	days, err := fromText[daysText](to)
	if err != nil {
		return err
	}
	_, err = logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &name, RetentionInDays: &days.Days})
	return explain(err, "set the retention of "+name)
}

// permissionSentence is the first event of a group that Bedrock was allowed to
// write to; it is no log.
const permissionSentence = "Permissions are correctly set"

func fullGroup(ctx context.Context, p place, name string) (bool, error) {
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(p.account.Logs(p.region),
		&cloudwatchlogs.FilterLogEventsInput{LogGroupName: &name, StartTime: aws.Int64(0), EndTime: aws.Int64(1 << 42), Limit: aws.Int32(10)})
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostPages {
			return false, endless("look into the log group "+name, n)
		}
		page, err := pages.NextPage(ctx)
		if account.Code(err) == "ResourceNotFoundException" {
			return false, nil
		}
		if err != nil {
			return false, explain(err, "look into the log group "+name)
		}
		for _, e := range page.Events {
			if !strings.HasPrefix(aws.ToString(e.Message), permissionSentence) {
				return true, nil
			}
		}
	}
	return false, nil
}

// emptyGroup deletes nothing: a group goes with what it holds. Unless all may go, it
// gives errFull where there are logs.
func emptyGroup(ctx context.Context, p place, name string, all bool) error {
	if all {
		return nil
	}
	full, err := fullGroup(ctx, p, name)
	if err == nil && full {
		err = errFull
	}
	return err
}

// bornGroup is when a group was made.
func bornGroup(ctx context.Context, p place, name string) (time.Time, error) {
	g, err := findGroup(ctx, p, name)
	if g == nil || err != nil || aws.ToInt64(g.CreationTime) == 0 {
		return time.Time{}, err
	}
	return time.UnixMilli(*g.CreationTime), nil
}
