// Package s3 reads log objects from Amazon S3 and what speaks its protocol:
// it gets objects, also when connections break or the bucket lies in another
// Region, finds them by listing a bucket where no queue tells of them, opens the
// bodies that records refer to, and says what a listing will cost.
//
// It never writes, tags or deletes an object, and never reads a body from a
// place that it was not told of.
package s3

import (
	"regexp"

	"seismo/internal/account"
	"seismo/internal/config"
)

// Config is one source that reads log objects from S3. Its keys are those of
// Elastic's aws-s3 input, as it spells them, and some of our own; queue and
// listing share it. Exactly one of queue_url, bucket_arn, access_point_arn and
// non_aws_bucket_name is given.
type Config struct {
	account.Config `yaml:",inline"`

	QueueURL       string `yaml:"queue_url" help:"URL of the SQS queue that S3, SNS or EventBridge tells of new objects"`
	BucketARN      string `yaml:"bucket_arn" help:"ARN or name of a bucket to list"`
	AccessPointARN string `yaml:"access_point_arn" help:"ARN of an S3 access point to list"`
	NonAWSBucket   string `yaml:"non_aws_bucket_name" help:"name of a bucket to list on an S3-compatible service; needs endpoint"`

	Workers           int             `yaml:"number_of_workers" help:"receive loops of a queue, or listings at once, default 1; objects are read ahead in either case"`
	VisibilityTimeout config.Duration `yaml:"visibility_timeout" help:"how long a received message is hidden from others, default 5m, at most 12h; it is renewed at half time for as long as the message is being worked on"`
	SQS               Queue           `yaml:"sqs"`
	Buckets           []string        `yaml:"buckets" help:"names of the buckets that messages of the queue may tell of; what lies in any other is not asked for and goes to quarantine as refused. Without it, whoever may send to the queue has seismo read all that its credentials may read"`
	MessageRecords    *bool           `yaml:"message_records" help:"whether records that messages carry themselves are stored, such as findings of GuardDuty and events from EventBridge; default: true without buckets, false with it"`
	OnPoison          string          `yaml:"on_poison" help:"what becomes of a message that was received sqs.max_receive_count times: left (default: for the queue's own dead-letter queue) or quarantine (kept here, then deleted)"`

	ListInterval config.Duration `yaml:"bucket_list_interval" help:"time between two listings of what can still change, default 2m"`
	Prefix       string          `yaml:"bucket_list_prefix" help:"beginning of the keys to list"`
	LookBack     config.Duration `yaml:"look_back" help:"how late a key may appear in the folder of its day; default 48h. A day is listed until it is older than this and all that it holds is done"`
	Start        Instant         `yaml:"start_timestamp" help:"only objects modified after this time, such as 2026-03-01T00:00:00Z"`
	End          Instant         `yaml:"end_timestamp" help:"only objects modified before this time"`
	IgnoreOlder  config.Duration `yaml:"ignore_older" help:"skip objects that were modified longer ago than this when they are first seen; what failed is tried again however old it is"`
	Order        string          `yaml:"order" help:"order of days when history is read: newest (default) or oldest first"`
	Layout       string          `yaml:"layout" help:"auto (default): folders as AWS lays them out are known, and only days that can still change are listed; flat: the whole prefix is listed each time"`
	Bodies       []string        `yaml:"bodies" help:"further places, as s3://bucket/prefix, where large bodies may be read; the folder that the logs come from is one already"`

	Selectors []Selector `yaml:"file_selectors" help:"only keys that match one of these are read; without it, all that can hold records"`

	Expand             string      `yaml:"expand_event_list_from_field" help:"no effect: lists of events, Records among them, are known by their content"`
	ContentType        string      `yaml:"content_type" help:"no effect: what an object holds is known by its first bytes"`
	Encoding           string      `yaml:"encoding" help:"no effect: records are JSON, which is UTF-8; a byte order mark is understood"`
	BufferSize         config.Size `yaml:"buffer_size" help:"no effect: buffers are sized by what is read"`
	MaxBytes           config.Size `yaml:"max_bytes" help:"no effect: nothing is cut off; a record over the limit of all sources goes to quarantine whole"`
	IncludeMetadata    []string    `yaml:"include_s3_metadata" help:"no effect: log objects that AWS writes carry no metadata of users"`
	Provider           string      `yaml:"provider" help:"no effect: the endpoint says whose service it is"`
	MaxMessages        int         `yaml:"max_number_of_messages" help:"no effect, as in Elastic's input since 8.16; number_of_workers says how much is done at once"`
	Tags               []string    `yaml:"tags" help:"no effect: rows name their source, and have no tags"`
	Processors         []any       `yaml:"processors" help:"no effect: there are no collector-side processors; rows are made whole, and filtered when they are read"`
	PreserveOriginal   bool        `yaml:"preserve_original_event" help:"no effect: the record is always kept, sealed, unless the mode is metadata"`
	PreserveDuplicates bool        `yaml:"preserve_duplicate_custom_fields" help:"no effect: a field is kept once"`
	selectors          []*regexp.Regexp
}

// Queue are the keys below sqs.
type Queue struct {
	MaxReceiveCount int             `yaml:"max_receive_count" help:"receives after which a message counts as poison, default 5; -1 is never. It is never deleted unread: see on_poison"`
	WaitTime        config.Duration `yaml:"wait_time" help:"how long one call waits for messages, default and at most 20s"`
}

// Selector is one entry of file_selectors.
type Selector struct {
	Regex string `yaml:"regex" help:"expression in Go's syntax; a key is read when some part of it matches"`

	Expand          string      `yaml:"expand_event_list_from_field" help:"no effect: lists of events are known by their content"`
	ContentType     string      `yaml:"content_type" help:"no effect: what an object holds is known by its first bytes"`
	Parsers         []any       `yaml:"parsers" help:"no effect: the formats that AWS writes are known by their content"`
	IncludeMetadata []string    `yaml:"include_s3_metadata" help:"no effect: log objects that AWS writes carry no metadata of users"`
	MaxBytes        config.Size `yaml:"max_bytes" help:"no effect: nothing is cut off"`
	BufferSize      config.Size `yaml:"buffer_size" help:"no effect: buffers are sized by what is read"`
	Encoding        string      `yaml:"encoding" help:"no effect: records are JSON, which is UTF-8"`
}

// What is done with a poison message.
const (
	PoisonLeft       = "left"
	PoisonQuarantine = "quarantine"
)

// Orders of days, and layouts.
const (
	NewestFirst = "newest"
	OldestFirst = "oldest"
	LayoutAuto  = "auto"
	LayoutFlat  = "flat"
)
