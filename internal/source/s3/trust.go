package s3

import (
	"errors"
	"fmt"
	"slices"
)

// Trusts tells whether messages of the queue may tell of objects in a bucket. By
// S3's rules the case of a name counts.
func (c *Config) Trusts(bucket string) bool {
	return len(c.Buckets) == 0 || slices.Contains(c.Buckets, bucket)
}

// Carries tells whether records that messages carry themselves are stored.
// Somebody who names the buckets that count has said that senders are not
// believed as they come; so it has to be said that their records are.
func (c *Config) Carries() bool {
	if c.MessageRecords == nil {
		return len(c.Buckets) == 0
	}
	return *c.MessageRecords
}

// checkTrust makes names of ARNs.
func (c *Config) checkTrust() error {
	switch {
	case c.Buckets != nil && len(c.Buckets) == 0:
		return errors.New(`"buckets" names none: name those that the queue is told of, or leave it out`)
	case len(c.Buckets) > 0 && c.QueueURL == "":
		return errors.New(`"buckets" is for "queue_url": a bucket to list is named by "bucket_arn" alone`)
	case c.MessageRecords != nil && c.QueueURL == "":
		return errors.New(`"message_records" is for "queue_url": a bucket has no messages`)
	}
	for i, name := range c.Buckets {
		bucket := bucketOf(name)
		if !bucketName.MatchString(bucket) {
			return fmt.Errorf(`"buckets[%d]" is %q, which names no bucket: write its name alone, or arn:PARTITION:s3:::NAME`, i, name)
		}
		c.Buckets[i] = bucket
	}
	return nil
}
