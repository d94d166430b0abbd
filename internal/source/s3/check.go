package s3

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"seismo/internal/account"
	"seismo/internal/config"
)

// Instant is a point in time in a configuration: 2026-03-01T00:00:00Z, or
// 2026-03-01 for the beginning of that day in UTC.
type Instant struct{ time.Time }

// UnmarshalText reads an instant.
func (i *Instant) UnmarshalText(text []byte) error {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, strings.TrimSpace(string(text))); err == nil {
			i.Time = t.UTC()
			return nil
		}
	}
	return fmt.Errorf("not a time: %q; write 2026-03-01T00:00:00Z or 2026-03-01", text)
}

// Check fills in the defaults, and names the keys at fault and the remedy.
// After it the methods below answer.
func (c *Config) Check() error {
	c.defaults()
	return errors.Join(c.Config.Check(), c.checkPlace(), c.checkQueue(), c.checkTrust(), c.checkTimes(), c.checkWords(), c.checkBodies(), c.compile())
}

func (c *Config) defaults() {
	setDefault(&c.Workers, 1)
	setDefault(&c.VisibilityTimeout, config.Duration(5*time.Minute))
	setDefault(&c.SQS.MaxReceiveCount, 5)
	setDefault(&c.SQS.WaitTime, config.Duration(20*time.Second))
	setDefault(&c.OnPoison, PoisonLeft)
	setDefault(&c.ListInterval, config.Duration(2*time.Minute))
	setDefault(&c.LookBack, config.Duration(48*time.Hour))
	setDefault(&c.Order, NewestFirst)
	setDefault(&c.Layout, LayoutAuto)
}

func setDefault[T comparable](at *T, value T) {
	var zero T
	if *at == zero {
		*at = value
	}
}

// checkPlace holds Elastic's rule: one place, not none and not two.
func (c *Config) checkPlace() error {
	var given []string
	for _, p := range []struct{ key, value string }{
		{"queue_url", c.QueueURL}, {"bucket_arn", c.BucketARN},
		{"access_point_arn", c.AccessPointARN}, {"non_aws_bucket_name", c.NonAWSBucket},
	} {
		if p.value != "" {
			given = append(given, p.key)
		}
	}
	switch {
	case len(given) == 0:
		return errors.New(`neither "queue_url" nor "bucket_arn" is set: give the queue that is told of new objects, ` +
			`or the bucket to list (or "access_point_arn", or "non_aws_bucket_name")`)
	case len(given) > 1:
		return fmt.Errorf(`%q and %q exclude each other: keep "queue_url" to be told of new objects, or the other to list; make two sources for both`,
			given[0], given[1])
	}
	return c.checkBucket()
}

func (c *Config) checkBucket() error {
	switch {
	case c.NonAWSBucket != "" && c.Endpoint == "":
		return errors.New(`"non_aws_bucket_name" needs "endpoint": the URL of the S3-compatible service`)
	case c.AccessPointARN != "" && !strings.HasPrefix(c.AccessPointARN, "arn:"):
		return fmt.Errorf(`"access_point_arn" is %q, which is no ARN: write arn:PARTITION:s3:REGION:ACCOUNT:accesspoint/NAME`, c.AccessPointARN)
	case c.BucketARN != "" && !bucketName.MatchString(bucketOf(c.BucketARN)):
		return fmt.Errorf(`"bucket_arn" is %q, which names no bucket: write arn:PARTITION:s3:::NAME, or the name alone`, c.BucketARN)
	case strings.HasPrefix(c.Prefix, "/"):
		return fmt.Errorf(`"bucket_list_prefix" begins with a slash, and keys do not: write %q`, strings.TrimLeft(c.Prefix, "/"))
	}
	return nil
}

// bucketName is laxer than AWS is today: old buckets and other services may
// have capitals and underscores.
var bucketName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`)

func bucketOf(arn string) string {
	if !strings.HasPrefix(arn, "arn:") {
		return arn
	}
	if parsed, ok := account.ParseARN(arn); ok && parsed.Service == "s3" {
		return parsed.Resource
	}
	return ""
}

func (c *Config) checkQueue() error {
	switch {
	case c.Workers < 1 || c.Workers > 64:
		return fmt.Errorf(`"number_of_workers" is %d: give 1 to 64`, c.Workers)
	case c.VisibilityTimeout.Std() > 12*time.Hour || c.VisibilityTimeout.Std() < time.Second:
		return fmt.Errorf(`"visibility_timeout" is %s: give 1s to 12h`, c.VisibilityTimeout)
	case c.SQS.WaitTime.Std() > 20*time.Second:
		return fmt.Errorf(`"sqs.wait_time" is %s: SQS waits 20s at most`, c.SQS.WaitTime)
	case c.QueueURL != "" && c.APITimeout.Std() > 0 && c.APITimeout.Std() <= c.SQS.WaitTime.Std():
		return fmt.Errorf(`"api_timeout" (%s) must be longer than "sqs.wait_time" (%s): each call waits that long`, c.APITimeout, c.SQS.WaitTime)
	case c.SQS.MaxReceiveCount < -1:
		return fmt.Errorf(`"sqs.max_receive_count" is %d: give 1 or more, or -1 for never`, c.SQS.MaxReceiveCount)
	}
	return nil
}

func (c *Config) checkTimes() error {
	switch {
	case !c.Start.IsZero() && !c.End.IsZero() && !c.Start.Before(c.End.Time):
		return errors.New(`"start_timestamp" is not before "end_timestamp": nothing would be read`)
	case c.ListInterval.Std() < time.Second:
		return fmt.Errorf(`"bucket_list_interval" is %s: give 1s or more`, c.ListInterval)
	}
	return nil
}

func (c *Config) checkWords() error {
	for _, w := range []struct{ key, value, one, other string }{
		{"on_poison", c.OnPoison, PoisonLeft, PoisonQuarantine},
		{"order", c.Order, NewestFirst, OldestFirst},
		{"layout", c.Layout, LayoutAuto, LayoutFlat},
	} {
		if w.value != w.one && w.value != w.other {
			return fmt.Errorf("%q is %q: give %s or %s", w.key, w.value, w.one, w.other)
		}
	}
	return nil
}

func (c *Config) checkBodies() error {
	for _, place := range c.Bodies {
		if _, err := ParsePlace(place); err != nil {
			return fmt.Errorf(`"bodies" holds %q, which is no place in S3: write s3://bucket/prefix`, place)
		}
	}
	return nil
}

func (c *Config) compile() error {
	c.selectors = nil
	for i, s := range c.Selectors {
		re, err := regexp.Compile(s.Regex)
		if err != nil {
			return fmt.Errorf(`"file_selectors[%d].regex" is no expression: %w`, i, err)
		}
		c.selectors = append(c.selectors, re)
	}
	return nil
}

// Selected tells whether file_selectors let a key through.
func (c *Config) Selected(key string) bool {
	for _, re := range c.selectors {
		if re.MatchString(key) {
			return true
		}
	}
	return len(c.Selectors) == 0
}

// Listed is the bucket to list, as calls name it: a name, or the ARN of an
// access point. It is "" for a queue.
func (c *Config) Listed() string {
	switch {
	case c.BucketARN != "":
		return bucketOf(c.BucketARN)
	case c.AccessPointARN != "":
		return c.AccessPointARN
	}
	return c.NonAWSBucket
}
