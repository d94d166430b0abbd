package deploy

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
)

// named are the buckets and log groups that a template keeps, by the names that it
// gives.
func (t *Tool) named(ctx context.Context, s *stack, tpl *template, values map[string]string) ([]Kept, error) {
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	replace := []string{"${AWS::AccountId}", id, "${AWS::Region}", s.region, "${AWS::Partition}", account.PartitionOf(s.region).ID}
	for name := range tpl.parameters {
		replace = append(replace, "${"+name+"}", tpl.value(map[string]any{"Ref": name}, values))
	}
	names := strings.NewReplacer(replace...)
	var list []Kept
	for _, r := range tpl.made(values) {
		property := map[string]string{"AWS::S3::Bucket": "BucketName", "AWS::Logs::LogGroup": "LogGroupName"}[r.Type]
		if !r.Kept || property == "" {
			continue
		}
		properties, _ := tpl.resources[r.ID]["Properties"].(map[string]any)
		list = append(list, Kept{Region: s.region, ID: r.ID, Type: r.Type, Name: names.Replace(textOf(properties[property]))})
	}
	return list, nil
}

// left are the buckets and log groups that an earlier stack, or somebody else,
// left under the names that a new stack would give.
func (t *Tool) left(ctx context.Context, s *stack, tpl *template, values map[string]string) ([]Kept, error) {
	list, err := t.named(ctx, s, tpl, values)
	if err != nil {
		return nil, err
	}
	id, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	var found []Kept
	var groups map[string]bool
	for _, k := range list {
		var there bool
		if k.Type == "AWS::S3::Bucket" {
			there, err = t.bucketIsThere(ctx, s.region, k.Name, id)
		} else {
			if groups == nil {
				groups, err = t.groups(ctx, s.region)
			}
			there = groups[k.Name]
		}
		if err != nil {
			return nil, err
		}
		if there {
			found = append(found, k)
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
	out, err := t.account.S3(region).HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(name), ExpectedBucketOwner: aws.String(owner)})
	elsewhere := ""
	if err == nil {
		elsewhere = aws.ToString(out.BucketRegion)
	}
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) && resp.Response != nil {
		switch resp.HTTPStatusCode() {
		case 404:
			return false, nil
		case 301, 307, 400:
			elsewhere = resp.Response.Header.Get("X-Amz-Bucket-Region")
		case 403:
			return false, &Error{What: "the bucket " + name + " cannot be seen: another account has one of this name, or s3:ListBucket is missing",
				Remedy: "Choose another --name-prefix, or allow s3:ListBucket on it to whoever runs this command.", Err: err}
		}
	}
	if elsewhere != "" && elsewhere != region {
		return false, &Error{What: "the bucket " + name + " lies in " + elsewhere + " and not in " + region + ", where its stack is to be",
			Remedy: "Choose another --name-prefix or --environment, or delete that bucket.", Err: err}
	}
	if err != nil {
		return false, explain(err, "look for the bucket "+name)
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
			return nil, explain(err, "look for log groups in "+region)
		}
		for _, g := range page.LogGroups {
			found[aws.ToString(g.LogGroupName)] = true
		}
	}
	return found, nil
}
