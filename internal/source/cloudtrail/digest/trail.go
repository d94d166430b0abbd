package digest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Trail is a trail as far as its files can be found by it.
type Trail struct {
	Bucket string
	Prefix string // below which its digests lie
	Name   string
	Home   string // Region it was made in
}

// RegionOfTrail is the Region that a trail's ARN names; ok is false for anything
// else than the ARN of a trail.
func RegionOfTrail(arn string) (region string, ok bool) {
	parts, ok := account.ParseARN(arn)
	name, isTrail := strings.CutPrefix(parts.Resource, "trail/")
	return parts.Region, ok && isTrail && name != "" && parts.Service == "cloudtrail" && parts.Region != ""
}

// FindTrail asks CloudTrail where a trail writes to. The trail of an organization
// lies below the organization, with a folder for each account.
func FindTrail(ctx context.Context, a *account.Account, arn string) (Trail, error) {
	region, ok := RegionOfTrail(arn)
	if !ok {
		return Trail{}, fmt.Errorf("%q is not the ARN of a trail, write arn:PARTITION:cloudtrail:REGION:ACCOUNT:trail/NAME", arn)
	}
	what := "find the trail " + arn
	out, err := a.CloudTrail(region).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{TrailNameList: []string{arn}})
	if err != nil {
		return Trail{}, account.Explain(err, what)
	}
	for _, t := range out.TrailList {
		if aws.ToString(t.TrailARN) != arn {
			continue
		}
		prefix := aws.ToString(t.S3KeyPrefix)
		if prefix != "" {
			prefix = strings.TrimSuffix(prefix, "/") + "/"
		}
		_, name, _ := strings.Cut(arn, ":trail/")
		return Trail{aws.ToString(t.S3BucketName), prefix + logsFolder, name, aws.ToString(t.HomeRegion)}, nil
	}
	return Trail{}, &source.Fault{Kind: source.Misconfigured, What: what, Err: errors.New("there is none"),
		Remedy: "Check the ARN, and whose credentials are used; s3://BUCKET/PREFIX needs no trail."}
}
