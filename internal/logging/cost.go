package logging

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"seismo/internal/account"
)

// PricesOf is what the estimate's prices are: list prices of US East (N. Virginia)
// as their authors remember them, not looked up. Elsewhere they are as much or up
// to twice that.
const PricesOf = "list, not looked up"

// Prices in US dollars.
const (
	priceStore      = 0.023 // S3 Standard, a GB and month
	pricePut        = 5e-6  // S3, a PUT
	priceIngest     = 0.50  // CloudWatch Logs, a GB taken in
	priceStoreGroup = 0.03  // CloudWatch Logs, a GB (compressed) and month
	gigabyte        = 1 << 30
)

// What a record weighs. Bedrock writes the request and the answer as JSON with
// about 2 KB around them; a token is about 4 bytes of it; gzip leaves a fifth.
// All of these are guesses; where records were delivered already a Sample is in
// their place.
const (
	envelope   = 2 << 10
	perToken   = 4
	squeezed   = 5
	callsInPut = 10 // records in one object, on average
)

// Cost is an estimate of what a month of logging costs in one Region, and what it
// was made of.
type Cost struct {
	Calls  *float64 `json:"calls_per_month"` // null when CloudWatch counted none
	Bytes  float64  `json:"bytes_per_call"`
	Sample *Sample  `json:"measured"`       // null when Bytes is a guess
	S3     float64  `json:"s3_usd"`         // a month's PUTs and its storage for as long as it is kept
	Logs   float64  `json:"cloudwatch_usd"` // a month's ingestion, and storage
	Total  float64  `json:"usd_per_month"`  // per million calls when Calls is null
	Prices string   `json:"prices_of"`
}

// window is the time over which calls are counted.
const window = 14 * 24 * time.Hour

// Estimate works out what the logging of each plan costs, from CloudWatch's own
// counts of the last two weeks. What cannot be asked is left out.
func (t *Tool) Estimate(ctx context.Context, plans []Plan) {
	var work sync.WaitGroup
	for i := range plans {
		plan := &plans[i]
		if plan.place.account == nil {
			continue
		}
		work.Go(func() {
			sums, err := t.sums(ctx, plan.Region, []string{"Invocations", "InputTokenCount", "OutputTokenCount"}, window)
			if err != nil {
				t.opt.Log.Debug("CloudWatch does not count calls", "region", plan.Region, "error", account.Redact(err.Error()))
			}
			plan.Cost = costOf(&plan.wish, sums[0], sums[1]+sums[2], t.measure(ctx, plan.place, plan.logging()))
		})
	}
	work.Wait()
}

// logging is the configuration that the plan found.
func (plan *Plan) logging() string {
	for _, s := range plan.Steps {
		if s.Kind == kindLogging {
			return s.Before
		}
	}
	return ""
}

// costOf is the estimate for so many calls and tokens within the window. sample is
// nil where nothing was measured.
func costOf(w *Wish, calls, tokens float64, sample *Sample) *Cost {
	c := &Cost{Prices: PricesOf, Bytes: envelope + 1500*perToken, Sample: sample} // of a call that nobody counted
	month := 1e6
	if calls > 0 {
		month = calls * float64(30*24*time.Hour) / float64(window)
		c.Calls, c.Bytes = &month, envelope+tokens/calls*perToken
	}
	stored, puts := c.Bytes/squeezed, 1.0/callsInPut
	if sample != nil {
		c.Bytes, stored, puts = sample.Plain, sample.Stored, sample.Puts
	}
	gb := month * c.Bytes / gigabyte
	days := func(n, otherwise int) float64 {
		if n == 0 {
			n = otherwise
		}
		return float64(n) / 30
	}
	if w.S3 {
		c.S3 = month*puts*pricePut + month*stored/gigabyte*priceStore*days(w.BucketDays, DefaultDays)
	}
	if w.CloudWatch {
		c.Logs = gb*priceIngest + gb/squeezed*priceStoreGroup*days(w.Retention, DefaultRetention)
	}
	c.Total = c.S3 + c.Logs
	return c
}

// everyModel is how CloudWatch names the series of all models together.
const everyModel = "Across all model IDs"

// sums adds up metrics of AWS/Bedrock over a time that ends now, in their order:
// the series without dimensions, else those by model alone.
func (t *Tool) sums(ctx context.Context, region string, names []string, span time.Duration) ([]float64, error) {
	end := t.opt.Now().UTC().Truncate(time.Minute)
	return t.sumsOf(ctx, region, names, end.Add(-span), end, time.Hour)
}

// sumsOf adds up what CloudWatch counted between two times, in spans of a period.
func (t *Tool) sumsOf(ctx context.Context, region string, names []string, from, to time.Time, period time.Duration) ([]float64, error) {
	totals := make([]float64, len(names))
	client := t.account.CloudWatch(region)
	in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to}
	of := map[string]int{}
	series, err := t.series(ctx, client, names)
	if err != nil {
		return totals, err
	}
	for i := range series {
		if len(in.MetricDataQueries) == 500 { // the most that a call takes
			break
		}
		id := "q" + strconv.Itoa(i)
		for n, name := range names {
			if name == aws.ToString(series[i].MetricName) {
				of[id] = n
			}
		}
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: &id,
			MetricStat: &types.MetricStat{Metric: &series[i], Period: aws.Int32(int32(period.Seconds())), Stat: aws.String("Sum")}})
	}
	if len(in.MetricDataQueries) == 0 {
		return totals, nil
	}
	pages := cloudwatch.NewGetMetricDataPaginator(client, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return totals, explain(err, "read metrics of "+region)
		}
		for _, r := range page.MetricDataResults {
			for _, v := range r.Values {
				totals[of[aws.ToString(r.Id)]] += v
			}
		}
	}
	return totals, nil
}

// series finds the series that are to be added up.
func (t *Tool) series(ctx context.Context, client *cloudwatch.Client, names []string) ([]types.Metric, error) {
	wanted := map[string]bool{}
	for _, n := range names {
		wanted[n] = true
	}
	whole, byModel := map[string][]types.Metric{}, map[string][]types.Metric{}
	pages := cloudwatch.NewListMetricsPaginator(client, &cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/Bedrock")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(err, "list metrics")
		}
		for _, m := range page.Metrics {
			name := aws.ToString(m.MetricName)
			switch {
			case !wanted[name]:
			case len(m.Dimensions) == 0, len(m.Dimensions) == 1 && aws.ToString(m.Dimensions[0].Value) == everyModel:
				whole[name] = []types.Metric{m}
			case len(m.Dimensions) == 1 && aws.ToString(m.Dimensions[0].Name) == "ModelId":
				byModel[name] = append(byModel[name], m)
			}
		}
	}
	var list []types.Metric
	for _, n := range names {
		if len(whole[n]) > 0 {
			list = append(list, whole[n]...)
		} else {
			list = append(list, byModel[n]...)
		}
	}
	return list, nil
}
