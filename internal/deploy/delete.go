package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
	"seismo/internal/logging"
)

// holding are the types of what holds logs, or opens them, in the order in which
// they are deleted: the key last.
var holding = [...]string{"AWS::S3::Bucket", "AWS::Logs::LogGroup", "AWS::KMS::Key"}

// deleteOne deletes what holds logs, with them. A key waits for 30 days, in which
// that can be taken back. What is gone already is no error.
func (t *Tool) deleteOne(ctx context.Context, k Kept) error {
	var err error
	switch k.Type {
	case "AWS::S3::Bucket":
		return t.deleteBucket(ctx, k)
	case "AWS::Logs::LogGroup":
		_, err = t.account.Logs(k.Region).DeleteLogGroup(ctx, &cloudwatchlogs.DeleteLogGroupInput{LogGroupName: aws.String(k.Name)})
		if errors.As(err, new(*logstypes.ResourceNotFoundException)) {
			return nil
		}
	case "AWS::KMS::Key":
		_, err = kms.NewFromConfig(t.account.SDK(k.Region)).ScheduleKeyDeletion(ctx,
			&kms.ScheduleKeyDeletionInput{KeyId: aws.String(k.Name), PendingWindowInDays: aws.Int32(30)})
		if errors.As(err, new(*kmstypes.NotFoundException)) ||
			errors.As(err, new(*kmstypes.KMSInvalidStateException)) && strings.Contains(err.Error(), "pending deletion") {
			return nil
		}
	}
	return explain(err, "delete "+k.Name)
}

// deleteUnused deletes a bucket without objects, a group without streams, or a
// key. What Bedrock wrote when logging was turned on, to try its permissions, does
// not count. gone is false when something was written to it.
func (t *Tool) deleteUnused(ctx context.Context, k Kept) (gone bool, err error) {
	switch k.Type {
	case "AWS::S3::Bucket":
		// S3 itself refuses to delete a bucket with objects, so that none is lost
		// that comes in this moment.
		_, err := t.account.S3(k.Region).DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(k.Name)})
		switch account.Code(err) {
		case "BucketNotEmpty":
			return t.deleteTried(ctx, k)
		case "NoSuchBucket":
			return true, nil
		}
		return err == nil, explain(err, "delete the bucket "+k.Name)
	case "AWS::Logs::LogGroup":
		out, err := t.account.Logs(k.Region).DescribeLogStreams(ctx, &cloudwatchlogs.DescribeLogStreamsInput{LogGroupName: aws.String(k.Name), Limit: aws.Int32(1)})
		if errors.As(err, new(*logstypes.ResourceNotFoundException)) {
			return true, nil
		}
		if err != nil {
			return false, explain(err, "look into the log group "+k.Name)
		}
		if len(out.LogStreams) > 0 {
			return t.deleteTried(ctx, k)
		}
	}
	err = t.deleteOne(ctx, k)
	return err == nil, err
}

// deleteTried deletes what holds nothing but what Bedrock wrote to try whether it
// may write.
func (t *Tool) deleteTried(ctx context.Context, k Kept) (gone bool, err error) {
	holds, err := logging.HoldsLogs(ctx, t.account, k.Region, k.Type, k.Name)
	if err != nil || holds {
		return false, err
	}
	err = t.deleteOne(ctx, k)
	return err == nil, err
}

// deleteBucket empties a bucket, with all versions and delete markers, and
// removes it.
func (t *Tool) deleteBucket(ctx context.Context, k Kept) error {
	client := t.account.S3(k.Region)
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: aws.String(k.Name)})
	n := 0
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if account.Code(err) == "NoSuchBucket" {
			return nil
		}
		if err != nil {
			return explain(err, "list the bucket "+k.Name)
		}
		done, err := t.deleteVersions(ctx, client, k.Name, page)
		if n += done; err != nil {
			return err
		}
		if done > 0 {
			t.tell("  %d objects and versions deleted", n)
		}
	}
	_, err := client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(k.Name)})
	if account.Code(err) == "NoSuchBucket" { // an earlier answer was lost
		return nil
	}
	if account.Code(err) == "BucketNotEmpty" {
		return fmt.Errorf("the bucket %s is not empty: something was written to it after its objects were deleted", k.Name)
	}
	return explain(err, "delete the bucket "+k.Name)
}

func (t *Tool) deleteVersions(ctx context.Context, client *s3.Client, bucket string, page *s3.ListObjectVersionsOutput) (int, error) {
	var ids []types.ObjectIdentifier
	for _, v := range page.Versions {
		ids = append(ids, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	for _, v := range page.DeleteMarkers {
		ids = append(ids, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
	}
	if len(ids) == 0 {
		return 0, nil
	}
	out, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
	if err != nil {
		return 0, explain(err, "empty the bucket "+bucket)
	}
	if bad := out.Errors; len(bad) > 0 {
		return len(ids) - len(bad), fmt.Errorf("empty the bucket %s: %d objects stay, such as %s: %s", bucket, len(bad),
			aws.ToString(bad[0].Key), account.Redact(aws.ToString(bad[0].Message)))
	}
	return len(ids), nil
}
