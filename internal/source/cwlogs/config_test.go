package cwlogs_test

import (
	"strings"
	"testing"
	"time"

	"seismo/internal/source/cwlogs"
)

func TestConfiguration(t *testing.T) {
	const arn = "arn:aws:logs:eu-west-1:111122223333:log-group:bedrock"
	for name, c := range map[string]struct {
		change func(*cwlogs.Config)
		want   []string // in the error; none: there is none
	}{
		"ARN":                  {func(c *cwlogs.Config) { c.GroupARN = arn + ":*" }, nil},
		"ARN of China":         {func(c *cwlogs.Config) { c.GroupARN = strings.Replace(arn, "arn:aws:", "arn:aws-cn:", 1) }, nil},
		"name":                 {func(c *cwlogs.Config) { c.GroupName, c.Region = "bedrock", "eu-west-1" }, nil},
		"nothing":              {func(*cwlogs.Config) {}, []string{`"log_group_arn"`, `"log_group_name"`, `"log_group_name_prefix"`}},
		"two":                  {func(c *cwlogs.Config) { c.GroupARN, c.GroupName = arn, "bedrock" }, []string{`"log_group_arn" and "log_group_name" exclude each other`}},
		"three":                {func(c *cwlogs.Config) { c.GroupARN, c.GroupName, c.GroupPrefix = arn, "b", "b" }, []string{`"log_group_name_prefix" exclude`}},
		"name without Region":  {func(c *cwlogs.Config) { c.GroupName = "bedrock" }, []string{`"log_group_name" needs "region_name"`}},
		"prefix, no Region":    {func(c *cwlogs.Config) { c.GroupPrefix = "bedrock" }, []string{`"log_group_name_prefix" needs "region_name"`}},
		"ARN of a bucket":      {func(c *cwlogs.Config) { c.GroupARN = "arn:aws:s3:::bedrock" }, []string{`"log_group_arn" is not the ARN of a log group`}},
		"ARN of a stream":      {func(c *cwlogs.Config) { c.GroupARN = arn + ":log-stream:x" }, []string{`"log_group_arn" is not`}},
		"ARN, another Region":  {func(c *cwlogs.Config) { c.GroupARN, c.Region = arn, "us-east-1" }, []string{`"log_group_arn"`, `"region_name"`}},
		"streams twice":        {func(c *cwlogs.Config) { c.GroupARN, c.Streams, c.StreamPrefix = arn, []string{"a"}, "a" }, []string{`"log_streams" and "log_stream_prefix" exclude each other`}},
		"many streams":         {func(c *cwlogs.Config) { c.GroupARN, c.Streams = arn, make([]string, 101) }, []string{`"log_streams" names 101`}},
		"linked by ARN":        {func(c *cwlogs.Config) { c.GroupARN, c.LinkedAccounts = arn, true }, []string{`"include_linked_accounts_with_prefix" needs "log_group_name_prefix"`}},
		"position":             {func(c *cwlogs.Config) { c.GroupARN, c.Start = arn, "begin" }, []string{`"start_position"`, "lastSync"}},
		"workers":              {func(c *cwlogs.Config) { c.GroupARN, c.Workers = arn, -1 }, []string{`"number_of_workers"`}},
		"latency beyond late":  {func(c *cwlogs.Config) { c.GroupARN, c.Latency = arn, seconds(3*3600) }, []string{`"late"`, `"latency"`, `"overlap"`}},
		"sweep before late":    {func(c *cwlogs.Config) { c.GroupARN, c.Sweep = arn, seconds(3600) }, []string{`"sweep"`, `"late"`}},
		"misspelt timeout":     {func(c *cwlogs.Config) { c.GroupARN, c.APITimeput = arn, seconds(30) }, nil},
		"timeout twice":        {func(c *cwlogs.Config) { c.GroupARN, c.APITimeput, c.APITimeout = arn, seconds(30), seconds(40) }, []string{`"api_timeout" and "api_timeput" differ`}},
		"end before start":     {func(c *cwlogs.Config) { c.GroupARN, c.StartTime, c.EndTime = arn, time.Unix(2, 0), time.Unix(1, 0) }, []string{`"end_timestamp"`, `"start_timestamp"`}},
		"start twice":          {func(c *cwlogs.Config) { c.GroupARN, c.StartTime, c.Start = arn, time.Unix(2, 0), "end" }, []string{`"start_timestamp" and "start_position: end"`}},
		"half of a credential": {func(c *cwlogs.Config) { c.GroupARN, c.AccessKeyID = arn, "AKIAIOSFODNN7EXAMPLE" }, []string{`"secret_access_key"`}},
	} {
		var cfg cwlogs.Config
		c.change(&cfg)
		err := cfg.Check()
		if (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v; want %s", name, err, part)
			}
		}
		if name == "misspelt timeout" && cfg.APITimeout != seconds(30) {
			t.Errorf("api_timeput is not taken: %v", cfg.APITimeout)
		}
	}
}
