package aws

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"seismo/internal/account"
	"seismo/internal/metrics"
	"seismo/internal/store"
	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
)

// TestCollectorReadsMetrics is the collector on numbers that were put into
// CloudWatch, in a Region of its own.
func TestCollectorReadsMetrics(t *testing.T) {
	const there = "ap-southeast-2"
	a := open(t, configured(t))
	hour := time.Now().UTC().Truncate(time.Hour).Add(-2 * time.Hour)
	for range 3 {
		_, err := a.CloudWatch(there).PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String(metrics.Bedrock),
			MetricData: []types.MetricDatum{{MetricName: aws.String("Invocations"), Value: aws.Float64(2), Timestamp: aws.Time(hour.Add(time.Minute))}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	kept, err := memory.New(memory.Config{Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	cfg := metrics.Config{Regions: []string{there}}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	c := metrics.New(cfg, metrics.Deps{Accounts: []*account.Account{a}, Series: kept})
	c.Collect(t.Context())
	points, err := kept.Points(t.Context(), store.PointMatch{Metric: "Invocations", Region: there})
	if err != nil || len(points) != 1 || points[0].Value != 6 || !points[0].Start.Equal(hour) {
		t.Errorf("points %+v, %v, status %+v", points, err, c.Status())
	}
}
