package logging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	objects "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// lately is how far delivery is looked back at.
const lately = 24 * time.Hour

// delivery looks at what arrived: Bedrock's own counts, and the newest record.
func (x *examination) delivery(ctx context.Context) {
	kinds := []string{}
	if x.now.S3Config != nil {
		kinds = append(kinds, "ModelInvocationLogsS3Delivery")
	}
	if c := x.now.CloudWatchConfig; c != nil {
		kinds = append(kinds, "ModelInvocationLogsCloudWatchDelivery")
		if c.LargeDataDeliveryS3Config != nil {
			kinds = append(kinds, "ModelInvocationLargeDataS3Delivery")
		}
	}
	var names []string
	for _, k := range kinds {
		names = append(names, k+"Success", k+"Failure")
	}
	sums, err := x.tool.sums(ctx, x.p.region, names, lately)
	if err != nil {
		x.amiss("delivery: CloudWatch counts it", err)
		return
	}
	calls, err := x.calls(ctx)
	if err != nil {
		x.amiss("delivery: CloudWatch counts it", err)
		return
	}
	for i, k := range kinds {
		good, bad := sums[2*i], sums[1+2*i]
		name := "delivery: " + strings.TrimPrefix(strings.TrimSuffix(k, "Delivery"), "ModelInvocation")
		saw := fmt.Sprintf("%.0f delivered and %.0f failed in 24 hours", good, bad)
		if good+bad == 0 {
			x.untold(name, fmt.Sprintf("nothing was delivered in 24 hours, of %.0f calls", calls))
			continue
		}
		x.add(bad == 0, name, saw, "Look at the bucket's and the key's policy: what failed is lost.")
	}
	if x.now.S3Config != nil {
		x.lastObject(ctx, x.now.S3Config, calls)
	}
	if x.now.CloudWatchConfig != nil {
		x.lastEvent(ctx, aws.ToString(x.now.CloudWatchConfig.LogGroupName), calls)
	}
}

// calls counts those of the last day that must have left a record: where seismo
// turned logging on since, only those of the whole hours after that.
func (x *examination) calls(ctx context.Context) (float64, error) {
	now, span := x.tool.opt.Now().UTC().Truncate(time.Minute), lately // as the counting does
	on, err := x.tool.turnedOn(ctx, x.p)
	if err != nil {
		return 0, err
	}
	if first := on.Add(delivered + time.Hour).Truncate(time.Hour); !on.IsZero() && now.Sub(first) < span {
		span = now.Sub(first)
	}
	if span < time.Hour {
		return 0, nil
	}
	sums, err := x.tool.sums(ctx, x.p.region, []string{"Invocations"}, span)
	return sums[0], err
}

// delivered is within what time Bedrock delivers a record.
const delivered = 15 * time.Minute

func (x *examination) untold(name, saw string) {
	x.list = append(x.list, Check{Region: x.p.region, Name: name, State: Untold, Saw: saw})
}

// lastObject looks for the newest record of the last days in the bucket.
func (x *examination) lastObject(ctx context.Context, to *types.S3Config, calls float64) {
	const name = "delivery: last object"
	var newest *objects.Object
	for day := range 3 {
		at := x.tool.opt.Now().UTC().AddDate(0, 0, -day)
		prefix := x.p.logsOf(aws.ToString(to.KeyPrefix)) + x.p.region + at.Format("/2006/01/02/")
		pages := s3.NewListObjectsV2Paginator(x.p.s3(), &s3.ListObjectsV2Input{Bucket: to.BucketName, Prefix: &prefix})
		for pages.HasMorePages() && newest == nil {
			page, err := pages.NextPage(ctx)
			if err != nil {
				x.amiss(name, explain(err, "list "+aws.ToString(to.BucketName)))
				return
			}
			for i, o := range page.Contents {
				if !strings.Contains(aws.ToString(o.Key), "/data/") && (newest == nil || o.LastModified.After(*newest.LastModified)) {
					newest = &page.Contents[i]
				}
			}
		}
		if newest != nil {
			x.add(true, name, aws.ToString(newest.Key)+" of "+newest.LastModified.UTC().Format(time.DateTime), "")
			return
		}
	}
	x.absent(name, "no object came in 3 days", calls)
}

// lastEvent looks for the newest record of the last days in the group.
func (x *examination) lastEvent(ctx context.Context, group string, calls float64) {
	const name = "delivery: last event"
	out, err := x.p.account.Logs(x.p.region).FilterLogEvents(ctx, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, Limit: aws.Int32(50),
		StartTime: aws.Int64(x.tool.opt.Now().Add(-lately).UnixMilli()), EndTime: aws.Int64(x.tool.opt.Now().UnixMilli())})
	if err != nil {
		x.amiss(name, explain(err, "look into the log group "+group))
		return
	}
	for _, e := range out.Events {
		if !strings.HasPrefix(aws.ToString(e.Message), permissionSentence) {
			x.add(true, name, "of "+time.UnixMilli(aws.ToInt64(e.Timestamp)).UTC().Format(time.DateTime), "")
			return
		}
	}
	x.absent(name, "no event came in 24 hours", calls)
}

// absent fails where there were calls, and tells nothing where there were none.
func (x *examination) absent(name, saw string, calls float64) {
	if calls > 0 {
		x.add(false, name, fmt.Sprintf("%s, and %.0f calls were made", saw, calls), "Look at the bucket's and the key's policy: records are lost.")
		return
	}
	x.untold(name, saw+", and no calls were counted")
}

// rolePolicies are the texts of a role's inline and attached policies.
func rolePolicies(ctx context.Context, p place, role string) ([]string, error) {
	var list []string
	inline := iam.NewListRolePoliciesPaginator(p.iam(), &iam.ListRolePoliciesInput{RoleName: &role})
	for inline.HasMorePages() {
		page, err := inline.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "list the policies of the role "+role)
		}
		for _, name := range page.PolicyNames {
			out, err := p.iam().GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: &name})
			if err != nil {
				return nil, explain(err, "read the policy "+name)
			}
			list = append(list, unescaped(out.PolicyDocument))
		}
	}
	attached := iam.NewListAttachedRolePoliciesPaginator(p.iam(), &iam.ListAttachedRolePoliciesInput{RoleName: &role})
	for attached.HasMorePages() {
		page, err := attached.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "list the policies of the role "+role)
		}
		for _, a := range page.AttachedPolicies {
			text, err := managed(ctx, p, a.PolicyArn)
			if err != nil {
				return nil, err
			}
			list = append(list, text)
		}
	}
	return list, nil
}

func managed(ctx context.Context, p place, arn *string) (string, error) {
	policy, err := p.iam().GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	if err != nil {
		return "", explain(err, "read the policy "+aws.ToString(arn))
	}
	version, err := p.iam().GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: policy.Policy.DefaultVersionId})
	if err != nil {
		return "", explain(err, "read the policy "+aws.ToString(arn))
	}
	return unescaped(version.PolicyVersion.Document), nil
}

// anybody is a policy of a role as one of a resource that names everybody, so that
// one evaluation serves both.
func anybody(text string) string {
	d, err := parsePolicy(text)
	if err != nil {
		return text
	}
	var b strings.Builder
	b.WriteString(`{"Statement":[`)
	for i, s := range d.Statement {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"Principal":"*",` + strings.TrimPrefix(strings.TrimSpace(string(s)), "{"))
	}
	return b.String() + "]}"
}
