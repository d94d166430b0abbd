package doctor

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"seismo/internal/account"
	objects "seismo/internal/source/s3"
)

// bucket lists one page and reads one byte of the newest object on it: that
// shows s3:GetObject and kms:Decrypt. listed says that the source lists the
// bucket too.
func (s subject) bucket(ctx context.Context, bucket, prefix string, listed bool) {
	name := bucketName(bucket)
	region, client := s.bucketRegion(ctx, name)
	arn, all := bucketARN(bucket, region), objectsARN(bucket, region, prefix)
	reason := ""
	if !listed {
		reason = "without it, an object that was deleted before it was read looks forbidden"
	}
	var newest string
	err := s.ask(ctx, reason, Check{Region: region, Action: "s3:ListBucket", Resource: arn}, func(ctx context.Context) error {
		list, err := firstPage(ctx, client, name, prefix)
		newest = newestOf(list)
		return err
	})
	switch {
	case err != nil && refusal(err) == nil && !listed:
		s.add(Check{Region: region, Action: "s3:GetObject", Resource: all}, err) // no such bucket, no way there
	case err != nil:
		s.skip(region, "s3:GetObject", all, "not tried: no object could be listed to try it on")
	case newest == "":
		s.skip(region, "s3:GetObject", all, "not tried: there is no log object yet under s3://"+name+"/"+prefix)
	default:
		s.read(ctx, client, region, name, newest, arn)
	}
}

// bucketName is what S3's calls take: a bucket's name, or the ARN of an access
// point.
func bucketName(bucket string) string {
	if a, ok := account.ParseARN(bucket); ok && !strings.HasPrefix(a.Resource, "accesspoint") {
		return a.Resource
	}
	return bucket
}

func (s subject) bucketRegion(ctx context.Context, bucket string) (string, *s3.Client) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Patience)
	defer cancel()
	region, err := objects.NewReader(s.account, objects.ReaderOptions{Ahead: -1}).Region(ctx, bucket)
	if err != nil || region == "" {
		region = s.account.Region() // the listing says what is wrong
	}
	return region, s.account.S3(region)
}

// firstPage lists objects below a prefix, at most a page of them. Keys are asked
// for escaped: XML cannot write all that a key may hold.
func firstPage(ctx context.Context, client *s3.Client, bucket, prefix string) ([]types.Object, error) {
	out, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, EncodingType: types.EncodingTypeUrl})
	if err != nil {
		return nil, err
	}
	for i, o := range out.Contents {
		if key, err := url.QueryUnescape(aws.ToString(o.Key)); err == nil && out.EncodingType == types.EncodingTypeUrl {
			out.Contents[i].Key = &key
		}
	}
	return out.Contents, nil
}

// newestOf is the key of the newest log object on a page, "" when there is none.
func newestOf(list []types.Object) string {
	var best types.Object
	for _, o := range list {
		reason, skip := objects.Skip(aws.ToString(o.Key))
		if skip && reason != objects.SkipBody || aws.ToInt64(o.Size) == 0 {
			continue
		}
		if best.Key == nil || aws.ToTime(o.LastModified).After(aws.ToTime(best.LastModified)) {
			best = o
		}
	}
	return aws.ToString(best.Key)
}

// read tries one byte of an object. A refusal of the key says that S3 itself
// would let the object go; the key's name is then asked for, since KMS's
// refusals leave it out.
func (s subject) read(ctx context.Context, client *s3.Client, region, bucket, key, arn string) {
	check := Check{Region: region, Action: "s3:GetObject", Resource: strings.TrimSuffix(objectsARN(arn, region, ""), "*") + key}
	var sealed string
	err := s.try(ctx, check, func(ctx context.Context) (err error) {
		sealed, err = readOne(ctx, client, bucket, key)
		return err
	})
	if f := refusal(err); f != nil && strings.HasPrefix(f.Action, "kms:") {
		s.add(check, nil)
		s.found(f.Resource)
	}
	if err == nil && sealed != "" {
		s.found(sealed)
		s.add(Check{Region: region, Action: "kms:Decrypt", Resource: sealed}, nil)
	}
}

// readOne reads one byte of an object and returns the key that seals it.
func readOne(ctx context.Context, client *s3.Client, bucket, key string) (sealed string, err error) {
	out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Range: aws.String("bytes=0-0")})
	if err == nil {
		defer out.Body.Close()
		_, err = io.Copy(io.Discard, io.LimitReader(out.Body, 1))
		return aws.ToString(out.SSEKMSKeyId), err
	}
	err = account.Explain(err, "read s3://"+bucket+"/"+key)
	if f := refusal(err); f != nil && strings.HasPrefix(f.Action, "kms:") && f.Resource == "" {
		head, headErr := client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
		if headErr == nil && aws.ToString(head.SSEKMSKeyId) != "" {
			f.Resource = aws.ToString(head.SSEKMSKeyId)
			f.Remedy = strings.Replace(f.Remedy, "the key that seals it", f.Resource, 1)
		}
	}
	return "", err
}

// bodies tries a place that bodies are read from.
func (s subject) bodies(ctx context.Context, place string) {
	at, err := objects.ParsePlace(place)
	if err != nil {
		s.add(Check{Action: "s3:GetObject", Resource: place}, err)
		return
	}
	s.bucket(ctx, at.Bucket, at.Prefix, false)
}

// bucketARN is the ARN of a bucket or access point.
func bucketARN(bucket, region string) string {
	if strings.HasPrefix(bucket, "arn:") {
		return bucket
	}
	return account.PartitionOf(region).ARN("s3", "", "", bucket)
}

// objectsARN is the ARN pattern of the objects below a prefix.
func objectsARN(bucket, region, prefix string) string {
	arn := bucketARN(bucket, region)
	if strings.Contains(arn, ":accesspoint/") {
		arn += "/object"
	}
	return arn + "/" + prefix + "*"
}
