package logging

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
)

// keeping is the command that completes what is there, and leaves where logs go and
// what they hold. now is nil where logging is off.
func (p place) keeping(now *types.LoggingConfig) string {
	return p.goingThere(now) + switchedOff(now)
}

// goingThere is the command that completes what is there and leaves where logs go: with
// flags for all that enable would else choose by itself.
func (p place) goingThere(now *types.LoggingConfig) string {
	command := "seismo logging enable --region " + p.region
	if now == nil {
		return command
	}
	usual, err := Wish{Environment: "prod"}.at(p)
	if err != nil {
		return command
	}
	give := func(flag, value, otherwise string) {
		if value != otherwise && value != "" {
			command += " --" + flag + " " + value
		}
	}
	bucket := now.S3Config
	switch to := now.CloudWatchConfig; {
	case to == nil:
		give("destination", "s3", "")
	case bucket == nil:
		give("destination", "cloudwatch", "")
		if bucket = to.LargeDataDeliveryS3Config; bucket != nil {
			prefix := strings.TrimSuffix(strings.TrimSuffix(aws.ToString(bucket.KeyPrefix), "large-data"), "/")
			bucket = &types.S3Config{BucketName: bucket.BucketName, KeyPrefix: &prefix}
		}
	}
	if bucket != nil {
		give("bucket", aws.ToString(bucket.BucketName), usual.Bucket)
		give("prefix", strings.Trim(aws.ToString(bucket.KeyPrefix), "/"), "")
	}
	if to := now.CloudWatchConfig; to != nil {
		give("log-group", aws.ToString(to.LogGroupName), usual.Group)
		if path, name, ok := strings.Cut(aws.ToString(to.RoleArn), ":role/"); ok && path != "" && !strings.Contains(name, "/") {
			give("role-name", name, usual.Role)
		}
	}
	return command
}

// switchedOff are the flags that leave the kinds of data off which a configuration does
// not deliver.
func switchedOff(now *types.LoggingConfig) (flags string) {
	if now == nil {
		return ""
	}
	for _, k := range []struct {
		name string
		on   *bool
	}{
		{"text", now.TextDataDeliveryEnabled}, {"image", now.ImageDataDeliveryEnabled}, {"embedding", now.EmbeddingDataDeliveryEnabled},
		{"video", now.VideoDataDeliveryEnabled}, {"audio", now.AudioDataDeliveryEnabled},
	} {
		if k.on != nil && !*k.on {
			flags += " --" + k.name + "=false"
		}
	}
	return flags
}

// remedies names the command that works here, in place of one that may be refused.
func (x *examination) remedies() {
	for i := range x.list {
		switch c := &x.list[i]; {
		case c.Remedy == enableAgain:
			c.Remedy = "Run `" + x.p.keeping(x.now) + "`."
		case c.State == Fail && (c.Name == "text is logged" || c.Name == "every kind of data is logged"):
			c.Remedy = "Run `" + x.p.goingThere(x.now) + "`, which switches all kinds on."
		}
	}
}
