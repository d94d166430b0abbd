package logging

import (
	"context"

	"seismo/internal/account"
)

// HoldsLogs reports whether a bucket or a log group, by CloudFormation's word for
// its type, holds more than what Bedrock writes to try its permissions.
func HoldsLogs(ctx context.Context, a *account.Account, region, kind, name string) (bool, error) {
	p := place{account: a, region: region, partition: account.PartitionOf(region)}
	if kind == "AWS::S3::Bucket" {
		return fullBucket(ctx, p, name)
	}
	return fullGroup(ctx, p, name)
}
