package s3

import (
	"fmt"
	"strings"
)

// SetPlace points the configuration at an address: s3://bucket/prefix, or
// s3://ACCESS-POINT-ARN/prefix as the AWS CLI writes it. With an endpoint the
// bucket is one of an S3-compatible service.
func (c *Config) SetPlace(uri string) error {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, prefix, _ := strings.Cut(rest, "/")
	if strings.HasPrefix(rest, "arn:") {
		name, behind, _ := strings.Cut(prefix, "/")
		c.AccessPointARN, c.Prefix = bucket+"/"+name, behind
		if name == "" {
			return fmt.Errorf("%q names no access point; write s3://arn:PARTITION:s3:REGION:ACCOUNT:accesspoint/NAME/prefix", uri)
		}
		return nil
	}
	if !ok || !bucketName.MatchString(bucket) {
		return fmt.Errorf("not a place in S3: %q; write s3://bucket/prefix", uri)
	}
	c.Prefix = prefix
	if c.Endpoint != "" {
		c.NonAWSBucket = bucket
	} else {
		c.BucketARN = bucket
	}
	return nil
}
