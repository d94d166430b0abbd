package metrics

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"seismo/internal/account"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Limits of GetMetricData.
const (
	mostQueries = 500
	mostPoints  = 100_800 // of one answer; more comes by pages
)

// asked is one statistic of one series.
type asked struct {
	series
	stat string
}

// fetch reads a window of all series.
func (c *Collector) fetch(ctx context.Context, t *target, found []series, w window) ([]store.Point, error) {
	var all []asked
	for _, s := range found {
		for _, stat := range s.stats() {
			all = append(all, asked{s, stat})
		}
	}
	each := max(1, int(w.to.Sub(w.from)/w.period))
	size := min(mostQueries, max(1, mostPoints/each))
	var points []store.Point
	for len(all) > 0 {
		n := min(size, len(all))
		got, err := c.fetchPart(ctx, t, all[:n], w)
		if err != nil {
			return nil, err
		}
		points, all = append(points, got...), all[n:]
	}
	return points, nil
}

// fetchPart reads at most 500 statistics, page by page.
func (c *Collector) fetchPart(ctx context.Context, t *target, part []asked, w window) ([]store.Point, error) {
	own, err := t.account.ID(ctx)
	if err != nil {
		return nil, err
	}
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(w.from), EndTime: aws.Time(w.to), ScanBy: types.ScanByTimestampAscending,
	}
	for i, a := range part {
		q := types.MetricDataQuery{Id: aws.String("q" + strconv.Itoa(i)), ReturnData: aws.Bool(true),
			MetricStat: &types.MetricStat{Metric: &part[i].metric, Stat: aws.String(a.stat), Period: aws.Int32(int32(w.period.Seconds()))}}
		if a.owner != "" {
			q.AccountId = aws.String(a.owner)
		}
		in.MetricDataQueries = append(in.MetricDataQueries, q)
	}
	what := "read metrics in " + t.region
	var points []store.Point
	pages := cloudwatch.NewGetMetricDataPaginator(t.account.CloudWatch(t.region), in)
	for n := 0; pages.HasMorePages(); n++ {
		if n == mostAnswers {
			return nil, fmt.Errorf("%s: after %d pages they have not come to an end", what, n)
		}
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, account.Explain(err, what)
		}
		for _, r := range out.MetricDataResults {
			at, err := strconv.Atoi(aws.ToString(r.Id)[min(1, len(aws.ToString(r.Id))):])
			if err != nil || at < 0 || at >= len(part) {
				continue // not what was asked for
			}
			if r.StatusCode == types.StatusCodeInternalError || r.StatusCode == types.StatusCodeForbidden {
				return nil, refused(r, what)
			}
			points = append(points, part[at].points(r, own, t.region, w)...)
		}
	}
	return points, nil
}

// refused is the fault of a series that CloudWatch would not give.
func refused(r types.MetricDataResult, what string) error {
	f := &source.Fault{Kind: source.Unreachable, What: what, Remedy: "Nothing to do: CloudWatch has a fault of its own, and it is tried again."}
	if r.StatusCode == types.StatusCodeForbidden {
		f.Kind, f.Action = source.Forbidden, "cloudwatch:GetMetricData"
		f.Remedy = "Allow cloudwatch:GetMetricData, and in a monitoring account the linking of the other account."
	}
	for _, m := range r.Messages {
		f.Err = fmt.Errorf("%s", aws.ToString(m.Value))
	}
	return f
}

func (a asked) points(r types.MetricDataResult, own, region string, w window) []store.Point {
	var dims map[string]string
	for _, d := range a.metric.Dimensions {
		if dims == nil {
			dims = map[string]string{}
		}
		dims[aws.ToString(d.Name)] = aws.ToString(d.Value)
	}
	out := make([]store.Point, 0, len(r.Values))
	for i, v := range r.Values[:min(len(r.Values), len(r.Timestamps))] {
		start := r.Timestamps[i].UTC()
		if start.Before(w.from) || !start.Before(w.to) {
			continue // an hour that this window has only a part of
		}
		out = append(out, store.Point{
			Account: a.account(own), Region: region, Namespace: aws.ToString(a.metric.Namespace),
			Metric: aws.ToString(a.metric.MetricName), Dims: dims, Stat: a.stat,
			Start: start, Period: w.period, Value: v,
		})
	}
	return out
}
