package deploy

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
)

// Kept is something that outlives its stack, because it holds logs or opens
// them.
type Kept struct {
	Region string `json:"region"`
	Type   string `json:"type"`
	Name   string `json:"name"` // as AWS calls it
	Gone   bool   `json:"gone"` // it was removed, or will be: a key waits for 30 days
}

// Down removes the stacks of a wish, the newest first. Buckets, log groups and
// the key stay and are returned, unless deleteData says that the logs shall go
// too. Logging that seismo turned on is put back first: what Bedrock writes to a
// place that is gone is lost.
func (t *Tool) Down(ctx context.Context, w Wish, deleteData bool) ([]Kept, error) {
	if err := w.Check(); err != nil {
		return nil, err
	}
	var all []Kept
	for _, region := range slices.Backward(w.Regions) {
		if t.opt.Enabler != nil {
			t.tell("putting logging of %s back", region)
			if err := t.opt.Enabler.Undo(ctx, Places{Environment: w.Environment, Region: region}); err != nil {
				return all, fmt.Errorf("put logging of %s back before its places go: %w", region, err)
			}
		}
		kinds := w.stacks(region)
		for _, kind := range slices.Backward(kinds) {
			kept, err := t.downStack(ctx, &w, region, kind)
			all = append(all, kept...)
			if err != nil {
				return all, err
			}
		}
	}
	if !deleteData {
		return all, nil
	}
	return all, t.deleteData(ctx, all)
}

func (t *Tool) downStack(ctx context.Context, w *Wish, region, kind string) ([]Kept, error) {
	s := t.stack(w, region, kind)
	if err := s.look(ctx); err != nil || !s.found {
		return nil, err
	}
	if err := s.own(); err != nil {
		return nil, err
	}
	if s.busy() {
		if err := t.settle(ctx, s, &events{known: map[string]bool{}}); err != nil {
			return nil, err
		}
	}
	kept, err := t.kept(ctx, s)
	if err != nil {
		return nil, err
	}
	t.tell("removing %s in %s", s.name, region)
	return kept, t.remove(ctx, s)
}

// kept are the resources of a stack that its template keeps.
func (t *Tool) kept(ctx context.Context, s *stack) ([]Kept, error) {
	tpl, err := load(s.kind)
	if err != nil {
		return nil, err
	}
	stays := map[string]bool{}
	for id, r := range tpl.resources {
		stays[id] = r["DeletionPolicy"] == "RetainExceptOnCreate"
	}
	out, err := s.client.DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: aws.String(s.id)})
	if err != nil && !missing(err) {
		return nil, account.Explain(err, "read the resources of the stack "+s.name)
	}
	var list []Kept
	if out == nil {
		return nil, nil
	}
	for _, r := range out.StackResources {
		if stays[aws.ToString(r.LogicalResourceId)] && aws.ToString(r.PhysicalResourceId) != "" {
			list = append(list, Kept{Region: s.region, Type: aws.ToString(r.ResourceType), Name: aws.ToString(r.PhysicalResourceId)})
		}
	}
	return list, nil
}

// deleteData removes what holds logs. The key goes last, and only after the 30
// days in which it can be taken back.
func (t *Tool) deleteData(ctx context.Context, list []Kept) error {
	var wrong []error
	for _, kind := range [...]string{"AWS::S3::Bucket", "AWS::Logs::LogGroup", "AWS::KMS::Key"} {
		for i := range list {
			if list[i].Type != kind {
				continue
			}
			t.tell("deleting %s in %s", list[i].Name, list[i].Region)
			err := t.deleteOne(ctx, list[i])
			list[i].Gone = err == nil
			wrong = append(wrong, err)
		}
		if err := errors.Join(wrong...); err != nil {
			return &Error{What: "not all data could be deleted", Reasons: []string{err.Error()},
				Unchanged: "the stacks are gone; what is named is still there", Remedy: "delete it by hand, or mend the cause", Err: err}
		}
	}
	return nil
}

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
	}
	if errors.As(err, new(*kmstypes.NotFoundException)) {
		return nil
	}
	if err != nil {
		return account.Explain(err, "delete "+k.Name)
	}
	return nil
}

// deleteBucket empties a bucket, with all versions, and removes it.
func (t *Tool) deleteBucket(ctx context.Context, k Kept) error {
	client := t.account.S3(k.Region)
	pages := s3.NewListObjectVersionsPaginator(client, &s3.ListObjectVersionsInput{Bucket: aws.String(k.Name)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		var e smithy.APIError
		if errors.As(err, &e) && e.ErrorCode() == "NoSuchBucket" {
			return nil
		}
		if err != nil {
			return account.Explain(err, "list the bucket "+k.Name)
		}
		var ids []types.ObjectIdentifier
		for _, v := range page.Versions {
			ids = append(ids, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, v := range page.DeleteMarkers {
			ids = append(ids, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		if len(ids) == 0 {
			continue
		}
		out, err := client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(k.Name), Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)}})
		if err != nil {
			return account.Explain(err, "empty the bucket "+k.Name)
		}
		if len(out.Errors) > 0 {
			return fmt.Errorf("empty the bucket %s: %d objects stay: %s", k.Name, len(out.Errors), aws.ToString(out.Errors[0].Message))
		}
	}
	if _, err := client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: aws.String(k.Name)}); err != nil {
		return account.Explain(err, "delete the bucket "+k.Name)
	}
	return nil
}
