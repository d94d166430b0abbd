package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/google/go-cmp/cmp"

	bedrocktypes "github.com/aws/aws-sdk-go-v2/service/bedrock/types"
)

func TestWhoWeAre(t *testing.T) {
	id, err := open(t, configured(t)).ID(t.Context())
	if err != nil || id != accountID {
		t.Errorf("account %q, %v", id, err)
	}
}

func TestRoleOfAnotherAccount(t *testing.T) {
	cfg := configured(t)
	cfg.RoleARN = "arn:aws:iam::444455556666:role/seismo-read"
	cfg.ExternalID = "example"
	id, err := open(t, cfg).ID(t.Context())
	if err != nil || id != "444455556666" {
		t.Errorf("account %q, %v", id, err)
	}
}

func TestLoggingConfiguration(t *testing.T) {
	client := bedrock.NewFromConfig(open(t, configured(t)).SDK("us-west-2"))
	put := &bedrock.PutModelInvocationLoggingConfigurationInput{LoggingConfig: &bedrocktypes.LoggingConfig{
		S3Config:                &bedrocktypes.S3Config{BucketName: aws.String("logs"), KeyPrefix: aws.String("bedrock")},
		TextDataDeliveryEnabled: aws.Bool(true),
	}}
	if _, err := client.PutModelInvocationLoggingConfiguration(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	got, err := client.GetModelInvocationLoggingConfiguration(t.Context(), &bedrock.GetModelInvocationLoggingConfigurationInput{})
	if err != nil || got.LoggingConfig == nil || got.LoggingConfig.S3Config == nil || *got.LoggingConfig.S3Config.BucketName != "logs" {
		t.Errorf("logging configuration %+v, %v", got, err)
	}
}

// TestMetrics speaks AWS JSON to CloudWatch: moto has no CBOR, which the SDK
// would choose.
func TestMetrics(t *testing.T) {
	client := cloudwatch.NewFromConfig(open(t, configured(t)).SDK(region), func(o *cloudwatch.Options) {
		o.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801)
	})
	hour := time.Now().UTC().Truncate(time.Hour)
	model := []types.Dimension{{Name: aws.String("ModelId"), Value: aws.String("anthropic.claude-sonnet-4-20250514-v1:0")}}
	for range 3 {
		_, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/Bedrock"),
			MetricData: []types.MetricDatum{{MetricName: aws.String("Invocations"), Value: aws.Float64(2), Timestamp: &hour, Dimensions: model}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(hour.Add(-time.Hour)), EndTime: aws.Time(hour.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("m0"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String("AWS/Bedrock"), MetricName: aws.String("Invocations"), Dimensions: model},
			Period: aws.Int32(3600), Stat: aws.String("Sum")}}}})
	if err != nil || len(got.MetricDataResults) != 1 || len(got.MetricDataResults[0].Values) != 1 || got.MetricDataResults[0].Values[0] != 6 {
		t.Errorf("metric data %+v, %v; want one value, 6", got, err)
	}
}

func TestKey(t *testing.T) {
	client := kms.NewFromConfig(open(t, configured(t)).SDK(region))
	made, err := client.CreateKey(t.Context(), &kms.CreateKeyInput{Description: aws.String("logs")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: made.KeyMetadata.KeyId})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*made.KeyMetadata.Arn, *got.KeyMetadata.Arn); diff != "" {
		t.Error(diff)
	}
}
