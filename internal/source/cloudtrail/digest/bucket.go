package digest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
)

// Buckets is a Shelf of S3 buckets, in whatever Region each of them is.
type Buckets struct {
	account *account.Account
	mu      sync.Mutex
	clients map[string]*s3.Client // by bucket
}

// NewBuckets makes a Shelf. It asks AWS nothing yet.
func NewBuckets(a *account.Account) *Buckets {
	return &Buckets{account: a, clients: map[string]*s3.Client{}}
}

var _ Shelf = (*Buckets)(nil)

// client is a client for the bucket's own Region.
func (b *Buckets) client(ctx context.Context, bucket string) (*s3.Client, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c := b.clients[bucket]; c != nil {
		return c, nil
	}
	region, err := b.region(ctx, bucket)
	if err != nil {
		return nil, account.Explain(err, "find the Region of the bucket "+bucket)
	}
	c := b.account.S3(region)
	b.clients[bucket] = c
	return c, nil
}

func (b *Buckets) region(ctx context.Context, bucket string) (string, error) {
	out, err := b.account.S3("").HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &bucket})
	if err == nil {
		return aws.ToString(out.BucketRegion), nil
	}
	// A bucket says where it is even to those who may not look into it.
	var refused *awshttp.ResponseError
	if errors.As(err, &refused) && refused.Response != nil {
		if region := refused.Response.Header.Get("X-Amz-Bucket-Region"); region != "" {
			return region, nil
		}
	}
	return "", err
}

// Folders implements Shelf.
func (b *Buckets) Folders(ctx context.Context, bucket, prefix string) ([]string, error) {
	client, err := b.client(ctx, bucket)
	if err != nil {
		return nil, err
	}
	var folders []string
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
		Bucket: &bucket, Prefix: &prefix, Delimiter: aws.String("/"), EncodingType: types.EncodingTypeUrl})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, "list s3://"+bucket+"/"+prefix)
		}
		for _, p := range page.CommonPrefixes {
			folders = append(folders, named(p.Prefix, page.EncodingType))
		}
	}
	return folders, nil
}

// Keys implements Shelf.
func (b *Buckets) Keys(ctx context.Context, bucket, prefix, after string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		client, err := b.client(ctx, bucket)
		if err != nil {
			yield("", err)
			return
		}
		in := &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl}
		if after != "" {
			in.StartAfter = &after
		}
		pages := s3.NewListObjectsV2Paginator(client, in)
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				yield("", account.Explain(err, "list s3://"+bucket+"/"+prefix))
				return
			}
			for _, o := range page.Contents {
				if !yield(named(o.Key, page.EncodingType), nil) {
					return
				}
			}
		}
	}
}

// named is a key as it is. Keys are asked for escaped: one that holds a control
// character, which XML has no way to write, would make the whole page unreadable,
// and whoever may write one object could keep a trail from being validated.
func named(key *string, encoding types.EncodingType) string {
	text := aws.ToString(key)
	if encoding != types.EncodingTypeUrl {
		return text
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// Open implements Shelf. A body that breaks off is not taken up again.
func (b *Buckets) Open(ctx context.Context, bucket, key string) (File, error) {
	client, err := b.client(ctx, bucket)
	if err != nil {
		return File{}, err
	}
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	switch {
	case isNoKey(err):
		return File{}, fmt.Errorf("s3://%s/%s: %w", bucket, key, fs.ErrNotExist)
	case err != nil:
		return File{}, account.Explain(err, "read s3://"+bucket+"/"+key)
	}
	meta := make(map[string]string, len(out.Metadata))
	for name, text := range out.Metadata {
		meta[strings.ToLower(name)] = text
	}
	return File{ReadCloser: out.Body, Meta: meta}, nil
}

func isNoKey(err error) bool {
	var gone *types.NoSuchKey
	return errors.As(err, &gone)
}
