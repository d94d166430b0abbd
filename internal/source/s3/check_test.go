package s3_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"seismo/internal/source/s3"
)

func load(t *testing.T, text string) (s3.Config, error) {
	t.Helper()
	var c s3.Config
	if err := yaml.UnmarshalWithOptions([]byte(text), &c, yaml.Strict()); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return c, c.Check()
}

func TestExactlyOnePlace(t *testing.T) {
	places := map[string]string{
		"queue_url":           "https://sqs.us-east-1.amazonaws.com/111122223333/logs",
		"bucket_arn":          "arn:aws:s3:::example-logs",
		"access_point_arn":    "arn:aws:s3:us-east-1:111122223333:accesspoint/logs",
		"non_aws_bucket_name": "example-logs",
	}
	const endpoint = "endpoint: https://s3.example.com\n"
	if _, err := load(t, endpoint); err == nil || !strings.Contains(err.Error(), `"queue_url"`) || !strings.Contains(err.Error(), `"bucket_arn"`) {
		t.Errorf("none: %v", err)
	}
	for key, value := range places {
		if _, err := load(t, endpoint+key+": "+value); err != nil {
			t.Errorf("%s alone: %v", key, err)
		}
		for other, second := range places {
			if other == key {
				continue
			}
			_, err := load(t, endpoint+key+": "+value+"\n"+other+": "+second)
			if err == nil || !strings.Contains(err.Error(), `"`+key+`"`) || !strings.Contains(err.Error(), `"`+other+`"`) {
				t.Errorf("%s and %s: %v", key, other, err)
			}
		}
	}
}

func TestDefaults(t *testing.T) {
	c, err := load(t, "bucket_arn: arn:aws-cn:s3:::example-logs\nstart_timestamp: 2026-03-01T00:00:00Z\nignore_older: 30d")
	if err != nil {
		t.Fatal(err)
	}
	if c.Listed() != "example-logs" || c.Workers != 1 || c.LookBack.Std() != 48*time.Hour || c.ListInterval.Std() != 2*time.Minute ||
		c.VisibilityTimeout.Std() != 5*time.Minute || c.SQS.MaxReceiveCount != 5 || c.SQS.WaitTime.Std() != 20*time.Second ||
		c.Order != s3.NewestFirst || c.Layout != s3.LayoutAuto || c.OnPoison != s3.PoisonLeft {
		t.Errorf("%+v", c)
	}
	if !c.Start.Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) || c.IgnoreOlder.Std() != 720*time.Hour {
		t.Errorf("%v %v", c.Start, c.IgnoreOlder)
	}
}

func TestWrongValuesNameTheirKey(t *testing.T) {
	const queue, bucket = "queue_url: https://sqs.us-east-1.amazonaws.com/111122223333/logs\n", "bucket_arn: example-logs\n"
	for text, key := range map[string]string{
		"non_aws_bucket_name: example-logs":                               "endpoint",
		"bucket_arn: 'arn:aws:sqs:us-east-1:111122223333:logs'":           "bucket_arn",
		"bucket_arn: s3://example-logs":                                   "bucket_arn",
		"access_point_arn: logs":                                          "access_point_arn",
		bucket + "bucket_list_prefix: /logs/":                             "bucket_list_prefix",
		bucket + "number_of_workers: 100":                                 "number_of_workers",
		bucket + "order: random":                                          "order",
		bucket + "layout: deep":                                           "layout",
		bucket + "start_timestamp: 2026-03-02\nend_timestamp: 2026-03-01": "start_timestamp",
		bucket + "bucket_list_interval: 1ms":                              "bucket_list_interval",
		bucket + "file_selectors: [{regex: '('}]":                         "file_selectors[0].regex",
		bucket + "bodies: [example-large]":                                "bodies",
		bucket + "number_of_workers: -1":                                  "number_of_workers",
		queue + "visibility_timeout: 13h":                                 "visibility_timeout",
		queue + "sqs: {wait_time: 21s}":                                   "sqs.wait_time",
		queue + "sqs: {max_receive_count: -2}":                            "sqs.max_receive_count",
		queue + "on_poison: delete":                                       "on_poison",
		queue + "api_timeout: 20s":                                        "api_timeout",
		queue + "buckets: []":                                             "buckets",
		queue + "buckets: [example-logs, 's3://example-logs']":            "buckets[1]",
		bucket + "buckets: [example-logs]":                                "buckets",
		bucket + "message_records: true":                                  "message_records",
	} {
		if _, err := load(t, text); err == nil || !strings.Contains(err.Error(), `"`+key+`"`) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every key of Elastic's aws-s3 input is taken as it spells it.
func TestElasticsKeys(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[logs]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := load(t, "shared_credential_file: "+file+`
queue_url: https://sqs.us-east-1.amazonaws.com/111122223333/logs
credential_profile_name: logs
role_arn: arn:aws:iam::111122223333:role/reader
endpoint: amazonaws.com
default_region: eu-west-1
proxy_url: http://proxy.example.com:3128
number_of_workers: 4
max_number_of_messages: 5
visibility_timeout: 300s
api_timeout: 120s
sqs:
  max_receive_count: 5
  wait_time: 20s
bucket_list_interval: 120s
bucket_list_prefix: AWSLogs/
start_timestamp: "2026-03-01T00:00:00Z"
ignore_older: 48h
file_selectors:
  - regex: BedrockModelInvocationLogs
    expand_event_list_from_field: Records
    content_type: application/json
    parsers: [{ndjson: {target: ""}}]
    include_s3_metadata: [last-modified]
    max_bytes: 10MiB
    buffer_size: 16KiB
    encoding: utf-8
expand_event_list_from_field: Records
content_type: application/json
encoding: utf-8
buffer_size: 16KiB
max_bytes: 10MiB
include_s3_metadata: [last-modified]
path_style: true
provider: minio
fips_enabled: false
tags: [forwarded]
processors: [{add_tags: {tags: [x]}}]
preserve_original_event: true
preserve_duplicate_custom_fields: true
`)
	if err != nil {
		t.Error(err)
	}
}

func TestSetPlace(t *testing.T) {
	for uri, want := range map[string]string{
		"s3://example-logs":      "example-logs ",
		"s3://example-logs/a/b/": "example-logs a/b/",
		"s3://arn:aws:s3:us-east-1:111122223333:accesspoint/logs/a/b": "arn:aws:s3:us-east-1:111122223333:accesspoint/logs a/b",
		"s3://arn:aws:s3:us-east-1:111122223333:accesspoint/logs":     "arn:aws:s3:us-east-1:111122223333:accesspoint/logs ",
	} {
		var c s3.Config
		if err := c.SetPlace(uri); err != nil || c.Listed()+" "+c.Prefix != want || c.Check() != nil {
			t.Errorf("%s: %q %q, %v, %v", uri, c.Listed(), c.Prefix, err, c.Check())
		}
	}
}
