package standin

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sample is one value that a service reported to CloudWatch.
type Sample struct {
	Region    string // "" is the stand-in's own
	Account   string // of a linked account; "" is the stand-in's own
	Namespace string
	Metric    string
	Dims      map[string]string
	Time      time.Time
	Value     float64
}

type cloudwatchKey struct{}

func (c *Cloud) samples() *[]Sample {
	return state(c, cloudwatchKey{}, func() *[]Sample { return new([]Sample) })
}

// Report puts values into CloudWatch, of which it makes statistics as it is asked.
func (c *Cloud) Report(samples ...Sample) {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.samples()
	for _, s := range samples {
		if s.Region == "" {
			s.Region = Region
		}
		if s.Account == "" {
			s.Account = AccountID
		}
		*all = append(*all, s)
	}
}

func (c *Cloud) cloudwatchOperations() map[string]operation {
	return map[string]operation{"ListMetrics": c.listMetrics, "GetMetricData": c.getMetricData}
}

// metricPage is how many series or queries a page answers; AWS's are larger.
const metricPage = 20

type dimension struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

func dimensions(dims map[string]string) []dimension {
	var list []dimension
	for _, name := range slices.Sorted(maps.Keys(dims)) {
		list = append(list, dimension{name, dims[name]})
	}
	return list
}

func (s Sample) series() string {
	return fmt.Sprint(s.Account, s.Region, s.Namespace, s.Metric, dimensions(s.Dims))
}

// listMetrics tells the series that have values in the last two weeks, or hours.
func (c *Cloud) listMetrics(r *request) (any, error) {
	var in struct {
		Namespace, NextToken, RecentlyActive, OwningAccount string
		IncludeLinkedAccounts                               bool
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	since := time.Now().Add(-14 * 24 * time.Hour)
	if in.RecentlyActive == "PT3H" {
		since = time.Now().Add(-3 * time.Hour)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	seen := map[string]bool{}
	metrics, owners := []any{}, []string{}
	for _, s := range *c.samples() {
		foreign := s.Account != AccountID
		if s.Region != r.region || s.Namespace != in.Namespace || s.Time.Before(since) || seen[s.series()] ||
			foreign && !in.IncludeLinkedAccounts || in.OwningAccount != "" && s.Account != in.OwningAccount {
			continue
		}
		seen[s.series()] = true
		dims := []any{}
		for _, d := range dimensions(s.Dims) {
			dims = append(dims, map[string]any{"Name": d.Name, "Value": d.Value})
		}
		metrics = append(metrics, map[string]any{"Namespace": s.Namespace, "MetricName": s.Metric, "Dimensions": dims})
		owners = append(owners, s.Account)
	}
	from, to, token := pageOf(in.NextToken, len(metrics), metricPage, r.fault.empty)
	out := map[string]any{"Metrics": metrics[from:to]}
	if in.IncludeLinkedAccounts {
		out["OwningAccounts"] = owners[from:to]
	}
	if token != "" {
		out["NextToken"] = token
	}
	return out, nil
}

// pageOf is a page of a list of n: from and to, and the next token if any. An
// empty page has nothing but a token.
func pageOf(token string, n, size int, empty bool) (from, to int, next string) {
	from, _ = strconv.Atoi(token)
	from = min(from, n)
	if empty {
		return from, from, strconv.Itoa(from)
	}
	to = min(from+size, n)
	if to < n {
		next = strconv.Itoa(to)
	}
	return from, to, next
}

type metricQuery struct {
	ID         string `json:"Id"`
	AccountID  string `json:"AccountId"`
	MetricStat struct {
		Metric struct {
			Namespace, MetricName string
			Dimensions            []dimension
		}
		Period int64
		Stat   string
	}
}

func (c *Cloud) getMetricData(r *request) (any, error) {
	var in struct {
		StartTime, EndTime float64
		NextToken          string
		MetricDataQueries  []metricQuery
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if len(in.MetricDataQueries) > 500 {
		return nil, fail(400, "ValidationError", "The collection MetricDataQueries must not have a size greater than 500.")
	}
	start, end := time.UnixMilli(int64(in.StartTime*1e3)), time.UnixMilli(int64(in.EndTime*1e3))
	c.mu.Lock()
	defer c.mu.Unlock()
	from, to, token := pageOf(in.NextToken, len(in.MetricDataQueries), metricPage, r.fault.empty)
	results := []any{}
	for _, q := range in.MetricDataQueries[from:to] {
		times, values := c.statistic(r.region, q, start, end)
		results = append(results, map[string]any{"Id": q.ID, "Label": q.MetricStat.Metric.MetricName,
			"StatusCode": "Complete", "Timestamps": times, "Values": values})
	}
	out := map[string]any{"MetricDataResults": results}
	if token != "" {
		out["NextToken"] = token
	}
	return out, nil
}

// statistic computes one query over the samples.
func (c *Cloud) statistic(region string, q metricQuery, start, end time.Time) ([]any, []any) {
	want := Sample{Region: region, Account: q.AccountID, Namespace: q.MetricStat.Metric.Namespace,
		Metric: q.MetricStat.Metric.MetricName, Dims: map[string]string{}}
	if want.Account == "" {
		want.Account = AccountID
	}
	for _, d := range q.MetricStat.Metric.Dimensions {
		want.Dims[d.Name] = d.Value
	}
	period := time.Duration(q.MetricStat.Period) * time.Second
	buckets := map[time.Time][]float64{}
	for _, s := range *c.samples() {
		if s.series() == want.series() && !s.Time.Before(start) && s.Time.Before(end) {
			at := s.Time.UTC().Truncate(period)
			buckets[at] = append(buckets[at], s.Value)
		}
	}
	times, values := []any{}, []any{}
	for _, at := range slices.SortedFunc(maps.Keys(buckets), time.Time.Compare) {
		times, values = append(times, at), append(values, summed(q.MetricStat.Stat, buckets[at]))
	}
	return times, values
}

func summed(stat string, values []float64) float64 {
	total := 0.0
	for _, v := range values {
		total += v
	}
	slices.Sort(values)
	switch {
	case stat == "Average":
		return total / float64(len(values))
	case stat == "Maximum":
		return values[len(values)-1]
	case strings.HasPrefix(stat, "p"):
		share, _ := strconv.ParseFloat(stat[1:], 64)
		return values[int(math.Ceil(share/100*float64(len(values))))-1]
	}
	return total
}
