package logging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"seismo/internal/account"
)

// bucketText is what a bucket's own text says.
type bucketText struct {
	Region string `json:"region"`
}

func (p place) s3() *s3.Client { return p.account.S3(p.region) }

func httpStatus(err error) int {
	var resp *smithyhttp.ResponseError
	if errors.As(err, &resp) {
		return resp.HTTPStatusCode()
	}
	return 0
}

// readBucket finds out whether there is a bucket, and where. One of another
// account looks like one that is not to be seen: S3 does not tell them apart.
func readBucket(ctx context.Context, p place, name string) (string, error) {
	out, err := p.s3().HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &p.id})
	var resp *smithyhttp.ResponseError
	switch {
	case err == nil:
		region := aws.ToString(out.BucketRegion)
		if region == "" {
			region = p.region
		}
		return textOf(bucketText{region})
	case httpStatus(err) == 404:
		return "", nil
	case httpStatus(err) == 403:
		return "", &trouble{what: "look at the bucket " + name, err: err,
			why:    "another account has a bucket of this name, or these credentials may not list it",
			remedy: "Choose another name with --bucket, or allow s3:ListBucket on it."}
	case httpStatus(err)/100 == 3 && errors.As(err, &resp):
		return textOf(bucketText{resp.Response.Header.Get("X-Amz-Bucket-Region")})
	}
	return "", explain(err, "look at the bucket "+name)
}

func writeBucket(ctx context.Context, p place, name, from, to string) error {
	switch {
	case from == to:
		return nil
	case to == "":
		_, err := p.s3().DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &name})
		if account.Code(err) == "NoSuchBucket" {
			return nil
		}
		return explain(err, "delete the bucket "+name)
	}
	in := &s3.CreateBucketInput{Bucket: &name}
	if p.region != "us-east-1" { // S3 refuses its own name there
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(p.region)}
	}
	_, err := p.s3().CreateBucket(ctx, in)
	if account.Code(err) == "BucketAlreadyOwnedByYou" {
		return nil
	}
	return explain(err, "make the bucket "+name)
}

// permissionCheck is the empty object that Bedrock writes when logging is
// configured; it is no log.
const permissionCheck = "amazon-bedrock-logs-permission-check"

// bucketNotEmpty is S3's word for a bucket that it does not delete.
const bucketNotEmpty = "BucketNotEmpty"

// errFull says that there are logs in what was to be emptied of everything else.
var errFull = errors.New("there are logs in it")

// versions calls each with pages of all versions of all objects; logs says that some
// of them are logs. A list that turns in a circle is an error.
func versions(ctx context.Context, p place, name string, each func(list []types.ObjectIdentifier, logs bool) (more bool, err error)) error {
	in := &s3.ListObjectVersionsInput{Bucket: &name}
	for {
		page, err := p.s3().ListObjectVersions(ctx, in)
		if err != nil {
			return explain(err, "list the bucket "+name)
		}
		var list []types.ObjectIdentifier
		logs := false
		for _, v := range page.Versions {
			list = append(list, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
			logs = logs || !strings.Contains(aws.ToString(v.Key), permissionCheck) || aws.ToInt64(v.Size) > 0
		}
		for _, v := range page.DeleteMarkers {
			list = append(list, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		if more, err := each(list, logs); err != nil || !more || !aws.ToBool(page.IsTruncated) {
			return err
		}
		if next, last := aws.ToString(page.NextKeyMarker), aws.ToString(in.KeyMarker); next < last ||
			next == last && aws.ToString(page.NextVersionIdMarker) == aws.ToString(in.VersionIdMarker) {
			return fmt.Errorf("list the bucket %s: the list does not come to an end: S3 gave the same page again", name)
		}
		in.KeyMarker, in.VersionIdMarker = page.NextKeyMarker, page.NextVersionIdMarker
	}
}

func fullBucket(ctx context.Context, p place, name string) (full bool, err error) {
	err = versions(ctx, p, name, func(_ []types.ObjectIdentifier, logs bool) (bool, error) {
		full = full || logs
		return !full, nil
	})
	return full, err
}

// emptyBucket deletes every version of every object with all, which somebody must
// have said. Without it, it looks through everything first, deletes nothing but what
// it saw to be no log, and gives errFull where it saw one.
func emptyBucket(ctx context.Context, p place, name string, all bool) error {
	var seen []types.ObjectIdentifier
	err := versions(ctx, p, name, func(list []types.ObjectIdentifier, logs bool) (bool, error) {
		switch {
		case all:
			return true, deleteVersions(ctx, p, name, list)
		case logs:
			return false, errFull
		}
		seen = append(seen, list...)
		return true, nil
	})
	if err != nil {
		return err
	}
	return deleteVersions(ctx, p, name, seen)
}

// deleteVersions deletes these versions of objects, and no others.
func deleteVersions(ctx context.Context, p place, name string, list []types.ObjectIdentifier) error {
	for part := range slices.Chunk(list, 1000) {
		out, err := p.s3().DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &name, Delete: &types.Delete{Objects: part, Quiet: aws.Bool(true)}})
		if err != nil {
			return explain(err, "empty the bucket "+name)
		}
		if len(out.Errors) > 0 {
			return fmt.Errorf("empty the bucket %s: %d objects were not deleted: %s", name, len(out.Errors), aws.ToString(out.Errors[0].Message))
		}
	}
	return nil
}
