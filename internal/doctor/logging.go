package doctor

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/bedrock/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	metrics "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"seismo/internal/account"
	"seismo/internal/source"
)

// watched are the Regions whose logging this subject looks at: its own, and
// those that were asked for.
func (s subject) watched() []string {
	list := slices.Clone(s.where())
	for _, r := range s.opt.Regions {
		if r == "all" {
			list = append(list, Regions(s.account.Partition())...)
			continue
		}
		list = append(list, r)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// logging finds out whether Bedrock logs its calls in a Region. Several targets
// of one account ask once.
func (s subject) logging(ctx context.Context, region string) {
	s.mu.Lock()
	known := s.regions[regionKey{s.number, region}]
	s.regions[regionKey{s.number, region}] = true
	s.mu.Unlock()
	if known {
		return
	}
	s.target.Source = "" // it is nobody's alone
	w := s.wants[s.target.Account]
	r := RegionLogging{Account: s.number, Region: region}
	err := s.ask(ctx, unless(w.inventory), Check{Region: region, Action: "bedrock:GetModelInvocationLoggingConfiguration", Resource: "*"}, func(ctx context.Context) error {
		client := bedrock.NewFromConfig(s.account.SDK(region))
		out, err := client.GetModelInvocationLoggingConfiguration(ctx, &bedrock.GetModelInvocationLoggingConfigurationInput{})
		if err == nil {
			r.Known = true
			r.read(out.LoggingConfig)
		}
		return err
	})
	if err != nil {
		r.Why = err.Error()
		var f *source.Fault
		if errors.As(err, &f) {
			r.Why, r.Remedy = string(f.Kind)+": "+said(f), f.Remedy
		}
	}
	if n, err := s.calls(ctx, unless(w.metrics), region); err == nil {
		r.Calls = &n
	}
	r.judge()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.report.Logging = append(s.report.Logging, r)
}

// unless is the reason why nobody misses what does not work, "" when it is
// needed.
func unless(needed bool) string {
	if needed {
		return ""
	}
	return "no source needs it; the doctor asked"
}

// read takes in a configuration; nil is logging that is off.
func (r *RegionLogging) read(c *types.LoggingConfig) {
	if c == nil {
		return
	}
	if to := c.S3Config; to != nil && aws.ToString(to.BucketName) != "" {
		r.To = append(r.To, "s3://"+aws.ToString(to.BucketName)+"/"+aws.ToString(to.KeyPrefix))
		r.Large = r.To[0]
	}
	if to := c.CloudWatchConfig; to != nil && aws.ToString(to.LogGroupName) != "" {
		r.To = append(r.To, aws.ToString(to.LogGroupName))
		if large := to.LargeDataDeliveryS3Config; large != nil && r.Large == "" && aws.ToString(large.BucketName) != "" {
			r.Large = "s3://" + aws.ToString(large.BucketName) + "/" + aws.ToString(large.KeyPrefix)
		}
	}
	if r.On = len(r.To) > 0; !r.On {
		return
	}
	for _, kind := range []struct {
		name string
		on   *bool
	}{
		{"text", c.TextDataDeliveryEnabled}, {"image", c.ImageDataDeliveryEnabled}, {"embedding", c.EmbeddingDataDeliveryEnabled},
		{"video", c.VideoDataDeliveryEnabled}, {"audio", c.AudioDataDeliveryEnabled},
	} {
		if kind.on == nil || *kind.on { // AWS logs what is not switched off
			r.With = append(r.With, kind.name)
		}
	}
}

// judge says what is amiss with what was found.
func (r *RegionLogging) judge() {
	switch {
	case !r.Known:
	case !r.On && r.Calls != nil && *r.Calls > 0:
		r.Why = "logging is off, and models are called: nothing of these calls can be read, now or later"
		r.Remedy = "Switch model invocation logging on in Bedrock's settings in this Region."
	case !r.On:
		r.Why = "logging is off"
		r.Remedy = "Switch model invocation logging on in Bedrock's settings in this Region before models are called there."
	case r.Large == "":
		r.Why = "bodies over 100 KB are lost: the log group has no bucket for large data"
		r.Remedy = "Name a bucket for large data in Bedrock's logging settings."
	case !slices.Contains(r.With, "text"):
		r.Why = "text is not logged: prompts and answers are missing"
		r.Remedy = "Select text among the data that Bedrock's logging settings include."
	}
}

// calls asks CloudWatch how many calls Bedrock counted in the last 24 hours.
func (s subject) calls(ctx context.Context, reason, region string) (total int64, err error) {
	client := s.account.CloudWatch(region)
	const namespace, name = "AWS/Bedrock", "Invocations"
	var found []metrics.Metric
	err = s.ask(ctx, reason, Check{Region: region, Action: "cloudwatch:ListMetrics", Resource: "*"}, func(ctx context.Context) error {
		out, err := client.ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String(namespace), MetricName: aws.String(name)})
		if err == nil {
			found = perModel(out.Metrics)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if len(found) == 0 { // the permission is tried even where nobody ever called
		found = []metrics.Metric{{Namespace: aws.String(namespace), MetricName: aws.String(name)}}
	}
	end := s.opt.Now().Truncate(time.Minute)
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(end.Add(-24 * time.Hour)), EndTime: aws.Time(end)}
	for i := range found[:min(len(found), 500)] {
		in.MetricDataQueries = append(in.MetricDataQueries, metrics.MetricDataQuery{Id: aws.String("q" + strconv.Itoa(i)),
			MetricStat: &metrics.MetricStat{Metric: &found[i], Period: aws.Int32(3600), Stat: aws.String("Sum")}})
	}
	err = s.ask(ctx, reason, Check{Region: region, Action: "cloudwatch:GetMetricData", Resource: "*"}, func(ctx context.Context) error {
		pages := cloudwatch.NewGetMetricDataPaginator(client, in)
		for pages.HasMorePages() {
			out, err := pages.NextPage(ctx)
			if err != nil {
				return account.Explain(err, "count calls in "+region)
			}
			for _, r := range out.MetricDataResults {
				for _, v := range r.Values {
					total += int64(v)
				}
			}
		}
		return nil
	})
	return total, err
}

// perModel leaves the one series without dimensions, which counts every call,
// or else those by model alone, whose sum does.
func perModel(all []metrics.Metric) []metrics.Metric {
	var models []metrics.Metric
	for _, m := range all {
		switch {
		case len(m.Dimensions) == 0:
			return []metrics.Metric{m}
		case len(m.Dimensions) == 1 && aws.ToString(m.Dimensions[0].Name) == "ModelId":
			models = append(models, m)
		}
	}
	return models
}
