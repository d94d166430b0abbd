package s3

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
	"seismo/internal/source"
)

// page is one answer of a listing.
type page struct {
	objects []listed
	folders []string // common prefixes, with the delimiter at their end
	next    string   // token of the next page, "" at the end
}

// listed is one object as a listing tells it.
type listed struct {
	Ref
	archived bool // it must be restored before it can be read
}

// lister is where listings come from.
type lister interface {
	list(ctx context.Context, bucket, prefix, delimiter, token string) (page, error)
}

// list asks for one page of keys. An empty page with a token is not the end.
func (r *Reader) list(ctx context.Context, bucket, prefix, delimiter, token string) (page, error) {
	in := &s3.ListObjectsV2Input{Bucket: &bucket, EncodingType: types.EncodingTypeUrl}
	if prefix != "" {
		in.Prefix = &prefix
	}
	if delimiter != "" {
		in.Delimiter = &delimiter
	}
	if token != "" {
		in.ContinuationToken = &token
	}
	what := "list s3://" + bucket + "/" + prefix
	var out *s3.ListObjectsV2Output
	err := r.call(ctx, bucket, func(c *s3.Client) (err error) {
		out, err = c.ListObjectsV2(ctx, in)
		return err
	})
	if err != nil {
		return page{}, account.Explain(err, what)
	}
	p, err := pageOf(bucket, out)
	if err == nil && p.next != "" && p.next == token {
		err = &source.Fault{Kind: source.Misconfigured, What: what,
			Remedy: "the service gives the same page again and again: it does not speak S3's listing, version 2"}
	}
	return p, err
}

func pageOf(bucket string, out *s3.ListObjectsV2Output) (page, error) {
	plain := func(s *string) (string, error) { return aws.ToString(s), nil }
	if out.EncodingType == types.EncodingTypeUrl {
		plain = func(s *string) (string, error) { return url.QueryUnescape(aws.ToString(s)) }
	}
	var p page
	for _, o := range out.Contents {
		key, err := plain(o.Key)
		if err != nil {
			return page{}, fmt.Errorf("a key in the listing of %s: %w", bucket, err)
		}
		if o.ETag == nil {
			return page{}, &source.Fault{Kind: source.Misconfigured, What: "list s3://" + bucket,
				Remedy: "the service gives objects no ETag, so that versions of them cannot be told apart"}
		}
		p.objects = append(p.objects, listed{
			Ref:      Ref{Bucket: bucket, Key: key, ETag: cleanETag(*o.ETag), Size: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified).UTC()},
			archived: o.StorageClass == types.ObjectStorageClassGlacier || o.StorageClass == types.ObjectStorageClassDeepArchive,
		})
	}
	for _, c := range out.CommonPrefixes {
		folder, err := plain(c.Prefix)
		if err != nil {
			return page{}, fmt.Errorf("a folder in the listing of %s: %w", bucket, err)
		}
		p.folders = append(p.folders, folder)
	}
	if aws.ToBool(out.IsTruncated) {
		p.next = aws.ToString(out.NextContinuationToken)
	}
	return p, nil
}
