package logging

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
)

func (p place) bedrock() *bedrock.Client { return bedrock.NewFromConfig(p.account.SDK(p.region)) }

// readLogging is the configuration of a Region; one without any destination is
// none.
func readLogging(ctx context.Context, p place, _ string) (string, error) {
	out, err := p.bedrock().GetModelInvocationLoggingConfiguration(ctx, &bedrock.GetModelInvocationLoggingConfigurationInput{})
	if err != nil {
		return "", explain(err, "read the logging configuration of "+p.region)
	}
	c := out.LoggingConfig
	if c == nil || c.S3Config == nil && c.CloudWatchConfig == nil {
		return "", nil
	}
	return textOf(c)
}

func writeLogging(ctx context.Context, p place, _, _, to string) error {
	if to == "" {
		_, err := p.bedrock().DeleteModelInvocationLoggingConfiguration(ctx, &bedrock.DeleteModelInvocationLoggingConfigurationInput{})
		return explain(err, "turn logging of "+p.region+" off")
	}
	c, err := fromText[types.LoggingConfig](to)
	if err != nil {
		return err
	}
	_, err = p.bedrock().PutModelInvocationLoggingConfiguration(ctx, &bedrock.PutModelInvocationLoggingConfigurationInput{LoggingConfig: &c})
	return explain(err, "turn logging of "+p.region+" on")
}

// configuration is what a wish makes of a Region's configuration.
func configuration(p place, w *Wish) types.LoggingConfig {
	c := types.LoggingConfig{
		TextDataDeliveryEnabled: &w.Data.Text, ImageDataDeliveryEnabled: &w.Data.Image, EmbeddingDataDeliveryEnabled: &w.Data.Embedding,
		VideoDataDeliveryEnabled: &w.Data.Video, AudioDataDeliveryEnabled: &w.Data.Audio,
	}
	if w.S3 {
		c.S3Config = s3Config(w.Bucket, w.Prefix)
	}
	if w.CloudWatch {
		c.CloudWatchConfig = &types.CloudWatchConfig{LogGroupName: &w.Group, RoleArn: aws.String(p.arn("iam", "role/"+w.Role)),
			LargeDataDeliveryS3Config: s3Config(w.Bucket, w.large())}
	}
	return c
}

func s3Config(bucket, prefix string) *types.S3Config {
	c := &types.S3Config{BucketName: &bucket}
	if prefix != "" {
		c.KeyPrefix = &prefix
	}
	return c
}

// targets are the places that a configuration writes records to.
func targets(c *types.LoggingConfig) []string {
	var list []string
	if c == nil {
		return nil
	}
	if to := c.S3Config; to != nil {
		list = append(list, placeOf(to))
	}
	if to := c.CloudWatchConfig; to != nil {
		list = append(list, "log group "+aws.ToString(to.LogGroupName))
	}
	return list
}

func placeOf(c *types.S3Config) string {
	return "s3://" + aws.ToString(c.BucketName) + "/" + aws.ToString(c.KeyPrefix)
}

// kindsOfData are the kinds of data that a configuration delivers. AWS delivers
// what is not switched off.
func kindsOfData(c *types.LoggingConfig) []string {
	var list []string
	for _, k := range []struct {
		name string
		on   *bool
	}{
		{"text", c.TextDataDeliveryEnabled}, {"image", c.ImageDataDeliveryEnabled}, {"embedding", c.EmbeddingDataDeliveryEnabled},
		{"video", c.VideoDataDeliveryEnabled}, {"audio", c.AudioDataDeliveryEnabled},
	} {
		if k.on == nil || *k.on {
			list = append(list, k.name)
		}
	}
	return list
}
