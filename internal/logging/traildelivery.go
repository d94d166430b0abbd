package logging

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
)

// trailDelivery looks at what CloudTrail says of its own delivery: the last error
// stays until something was delivered again.
// Source: GetTrailStatus in CloudTrail's API reference.
func (x *examination) trailDelivery(ctx context.Context, name string, now *trailText) {
	out, err := x.p.account.CloudTrail(x.p.region).GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: &name})
	if err != nil {
		x.amiss("trail: delivery", explain(err, "ask how the trail "+name+" delivers"))
		return
	}
	x.delivered("trail: delivery to the bucket", out.LatestDeliveryTime, out.LatestDeliveryError, bucketRemedy(now, aws.ToString(out.LatestDeliveryError)))
	if now.Group != "" || aws.ToString(out.LatestCloudWatchLogsDeliveryError) != "" {
		x.delivered("trail: delivery to the log group", out.LatestCloudWatchLogsDeliveryTime, out.LatestCloudWatchLogsDeliveryError,
			"Look at the log group "+groupOf(now.Group)+", and whether the role "+now.Role+" may write to it; `seismo logging trail enable` puts them back for a trail that seismo made.")
	}
	if aws.ToString(out.LatestDigestDeliveryError) != "" {
		x.delivered("trail: delivery of digests", out.LatestDigestDeliveryTime, out.LatestDigestDeliveryError, bucketRemedy(now, aws.ToString(out.LatestDigestDeliveryError)))
	}
}

// delivered is one way of a trail's delivery.
func (x *examination) delivered(check string, last *time.Time, fault *string, remedy string) {
	saw := "nothing was delivered yet"
	if last != nil {
		saw = "last at " + last.UTC().Format(time.DateTime)
	}
	switch {
	case aws.ToString(fault) != "":
		x.add(false, check, "CloudTrail cannot deliver: "+*fault+"; "+saw, remedy)
	case last == nil:
		x.untold(check, saw)
	default:
		x.add(true, check, saw, "")
	}
}

// bucketRemedy says what to do about an error of S3 that CloudTrail met.
func bucketRemedy(now *trailText, fault string) string {
	const again = "run `seismo logging trail enable` again."
	switch {
	case strings.Contains(fault, "NoSuchBucket"):
		return "Make the bucket " + now.Bucket + " again: for a trail that seismo made, " + again
	case strings.Contains(fault, "KMS") || strings.Contains(fault, "kms"):
		return "Look at the policy and the state of the key " + now.Key + ", then " + again
	case strings.Contains(fault, "AccessDenied"):
		return "Let CloudTrail write to the bucket " + now.Bucket + ": look at its policy, and at that of its key, then " + again
	}
	return "Look at the bucket " + now.Bucket + ", its policy and its key, then " + again
}

// groupOf is the name of a group by its ARN.
func groupOf(arn string) string {
	_, name, ok := strings.Cut(arn, ":log-group:")
	if !ok {
		return arn
	}
	return strings.TrimSuffix(name, ":*")
}
