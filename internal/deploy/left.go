package deploy

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
)

// left are the buckets and log groups that an earlier stack, or somebody else,
// left under the names that a new stack would give.
func (t *Tool) left(ctx context.Context, s *stack, tpl *template, values map[string]string) ([]string, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	replace := []string{"${AWS::AccountId}", id, "${AWS::Region}", s.region, "${AWS::Partition}", account.PartitionOf(s.region).ID}
	for name := range tpl.parameters {
		replace = append(replace, "${"+name+"}", tpl.value(map[string]any{"Ref": name}, values))
	}
	names := strings.NewReplacer(replace...)
	var found []string
	var groups map[string]bool
	for _, r := range tpl.made(values) {
		if !r.Kept {
			continue
		}
		properties, _ := tpl.resources[r.ID]["Properties"].(map[string]any)
		there := false
		var name string
		switch r.Type {
		case "AWS::S3::Bucket":
			name = names.Replace(textOf(properties["BucketName"]))
			there, err = t.bucketIsThere(ctx, s.region, name, id)
		case "AWS::Logs::LogGroup":
			name = names.Replace(textOf(properties["LogGroupName"]))
			if groups == nil {
				groups, err = t.groups(ctx, s.region)
			}
			there = groups[name]
		}
		if err != nil {
			return nil, err
		}
		if there {
			found = append(found, name)
		}
	}
	return found, nil
}

func textOf(v any) string {
	if m, ok := v.(map[string]any); ok {
		v = m["Fn::Sub"]
	}
	text, _ := v.(string)
	return text
}

func (t *Tool) bucketIsThere(ctx context.Context, region, name, owner string) (bool, error) {
	_, err := t.account.S3(region).HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(owner)})
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) {
		switch resp.HTTPStatusCode() {
		case 404:
			return false, nil
		case 403:
			return false, &Error{What: "the bucket " + name + " cannot be seen: another account has one of this name, or s3:ListBucket is missing",
				Unchanged: "nothing was changed", Remedy: "choose another --name-prefix, or allow s3:ListBucket", Err: err}
		}
	}
	if err != nil {
		return false, account.Explain(err, "look for the bucket "+name)
	}
	return true, nil
}

// groups are the log groups of a Region that are called as those of the
// templates.
func (t *Tool) groups(ctx context.Context, region string) (map[string]bool, error) {
	found := map[string]bool{}
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(t.account.Logs(region),
		&cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/aws/bedrock/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, "look for log groups in "+region)
		}
		for _, g := range page.LogGroups {
			found[aws.ToString(g.LogGroupName)] = true
		}
	}
	return found, nil
}

// create makes a stack that is not there. What is left under its names, with its
// logs, is taken in, which only a change set can do.
func (t *Tool) create(ctx context.Context, s *stack, tpl *template, given map[string]string, parameters []types.Parameter) error {
	left, err := t.left(ctx, s, tpl, given)
	if err != nil {
		return err
	}
	if len(left) > 0 || s.reviewed() {
		for _, name := range left {
			t.tell("  %s takes in %s, which is there already", s.name, name)
		}
		set, changes, err := t.changeSet(ctx, s, tpl.text, parameters)
		if err != nil || set == "" {
			return err
		}
		t.tell("  %s: %s", s.name, count(changes))
		return t.execute(ctx, s, set)
	}
	t.tell("  %s: %d to add", s.name, len(tpl.made(given)))
	seen := &events{known: map[string]bool{}}
	_, err = s.client.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: aws.String(s.name), TemplateBody: aws.String(tpl.text), Parameters: parameters,
		Capabilities: []types.Capability{types.CapabilityCapabilityIam}, OnFailure: types.OnFailureRollback,
		Tags: []types.Tag{{Key: aws.String(Tag), Value: aws.String(s.env)}},
	})
	if err != nil {
		return account.Explain(err, "make the stack "+s.name+" in "+s.region)
	}
	return t.await(ctx, s, seen)
}
