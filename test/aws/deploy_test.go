package aws

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"seismo/internal/deploy"
)

func deployer(t *testing.T, region string) *deploy.Tool {
	t.Helper()
	cfg := configured(t)
	cfg.Region = region
	return deploy.New(open(t, cfg), deploy.Options{Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
}

// All stacks are made of the templates as they are printed, found as they should
// be by the next run, and removed. Each way of collection is another template to
// the emulator, in a Region of its own.
func TestDeploy(t *testing.T) {
	for _, c := range [][2]string{{"sqs", "eu-north-1"}, {"sns", "eu-west-2"}, {"eventbridge", "eu-west-3"}} {
		t.Run(c[0], func(t *testing.T) {
			tool := deployer(t, c[1])
			wish := deploy.Wish{Environment: "t-" + c[0][:3], Regions: []string{c[1]},
				Parameters: map[string]string{"CollectBy": c[0], "AlertEmail": "ops@example.com", "MonthlyBudget": "100"}}
			made, err := tool.Up(t.Context(), wish)
			if err != nil {
				t.Fatal(err)
			}
			if len(made) != 1 || len(made[0].Dashboards) != 4 {
				t.Fatalf("made %+v", made)
			}
			placesTake(t, c[1], made[0].Outputs)
			plans, err := tool.Plan(t.Context(), wish)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range plans {
				if len(p.Changes) > 0 || p.Status != "CREATE_COMPLETE" {
					t.Errorf("%s is %s, and would change by %+v", p.Name, p.Status, p.Changes)
				}
			}
			if _, err := tool.Down(t.Context(), wish, true); err != nil {
				t.Fatal(err)
			}
			states, err := tool.Status(t.Context(), wish, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range states {
				if s.Status != deploy.Missing {
					t.Errorf("%s is %s", s.Name, s.Status)
				}
			}
		})
	}
}

// placesTake uploads an object where Bedrock would, and looks at the queue. That
// the bucket tells the queue cannot be seen here: the emulator makes neither
// notifications nor policies from templates.
func placesTake(t *testing.T, region string, outputs map[string]string) {
	t.Helper()
	cfg := configured(t)
	cfg.Region = region
	a := open(t, cfg)
	key := "invocations/AWSLogs/" + accountID + "/BedrockModelInvocationLogs/" + region + "/2026/11/21/07/20261121T070000000Z_0123456789abcdef.json.gz"
	if _, err := a.S3(region).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(outputs["LogBucket"]), Key: aws.String(key), Body: strings.NewReader("{}")}); err != nil {
		t.Fatal(err)
	}
	out, err := a.SQS(region).GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: aws.String(outputs["QueueUrl"]),
		AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.Attributes["RedrivePolicy"], "maxReceiveCount") {
		t.Errorf("the queue has no queue of dead letters: %v", out.Attributes)
	}
}

// A dashboard that is not there is said to be missing, and one that is, has
// widgets with data only where there are data.
func TestVerifyDashboards(t *testing.T) {
	const region = "ap-south-1"
	tool := deployer(t, region)
	wish := deploy.Wish{Environment: "t-ver", Regions: []string{region}}
	missing, err := tool.Verify(t.Context(), wish, time.Hour)
	if err != nil || len(missing) != 4 {
		t.Fatalf("%d states, %v", len(missing), err)
	}
	for _, s := range missing {
		if s.State != deploy.NotThere {
			t.Errorf("%s, which was not made, is %s", s.Dashboard, s.State)
		}
	}
	cfg := configured(t)
	cfg.Region = region
	body := `{"widgets":[
		{"type":"metric","properties":{"title":"full","period":300,"metrics":[["Seismo/Bedrock","Published","Environment","t-ver",{"stat":"Sum"}]]}},
		{"type":"metric","properties":{"title":"empty","period":300,"metrics":[["Seismo/Bedrock","Published","Environment","nobody",{"stat":"Sum"}]]}}]}`
	client := open(t, cfg).CloudWatch(region)
	if _, err := client.PutDashboard(t.Context(), &cloudwatch.PutDashboardInput{DashboardName: aws.String("seismo-t-ver-cost-usage-" + region), DashboardBody: aws.String(body)}); err != nil {
		t.Fatal(err)
	}
	point(t, client, "t-ver")
	states, err := tool.Verify(t.Context(), wish, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, s := range states {
		if s.Widget != "" {
			got[s.Widget] = s.State
		}
	}
	if got["full"] != deploy.HasData || got["empty"] != deploy.Empty {
		t.Errorf("the widgets are %v", got)
	}
}

func point(t *testing.T, client *cloudwatch.Client, environment string) {
	t.Helper()
	_, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Seismo/Bedrock"), MetricData: []cwtypes.MetricDatum{{
		MetricName: aws.String("Published"), Value: aws.Float64(1), Timestamp: aws.Time(time.Now().Add(-10 * time.Minute)),
		Dimensions: []cwtypes.Dimension{{Name: aws.String("Environment"), Value: aws.String(environment)}}}}},
		func(o *cloudwatch.Options) { o.DisableRequestCompression = true })
	if err != nil {
		t.Fatal(err)
	}
}
