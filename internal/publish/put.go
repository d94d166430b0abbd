package publish

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"seismo/internal/account"
	"seismo/internal/source"
)

// Point is one datum of a metric. Either Value counts, or Values with Counts: how
// often each was measured.
type Point struct {
	Time   time.Time         `json:"time"`
	Metric string            `json:"metric"`
	Dims   map[string]string `json:"dimensions"`
	Unit   string            `json:"unit"`
	Value  float64           `json:"value"`
	Values []float64         `json:"values,omitempty"`
	Counts []float64         `json:"counts,omitempty"`
}

// Names of metrics that are not sums of a column.
const (
	errorRate      = "ErrorRate"
	unusualCalls   = "UnusualActivity"
	markOfRequests = "Published"
)

// errDoubtful is a request of which nobody knows whether it arrived.
var errDoubtful = errors.New("no answer")

// points are the data of an entry.
func (p *Publisher) points(e entry) []Point {
	dims := map[string]string{"Environment": p.cfg.Environment, "Account": e.Account, "Region": e.Region}
	if e.Set == unusual {
		dims["Kind"] = e.Name
		return []Point{{Time: e.at, Metric: unusualCalls, Dims: dims, Unit: "Count", Value: e.adds[0]}}
	}
	if e.Set == byModel {
		dims["Model"] = e.Name
	}
	var list []Point
	for i, m := range metrics {
		if e.adds[i] > 0 || e.first && m.always {
			list = append(list, Point{Time: e.at, Metric: m.name, Dims: dims, Unit: m.unit, Value: e.adds[i]})
		}
	}
	return append(list, e.rate(dims)...)
}

// rate gives each call as a 1 or a 0: their average is the share of failed ones,
// and stays it when late calls are added.
func (e entry) rate(dims map[string]string) []Point {
	failed := min(e.adds[1], e.adds[0])
	r := Point{Time: e.at, Metric: errorRate, Dims: dims, Unit: "None"}
	for value, n := range [...]float64{e.adds[0] - failed, failed} {
		if n > 0 {
			r.Values, r.Counts = append(r.Values, float64(value)), append(r.Counts, n)
		}
	}
	if r.Values == nil {
		return nil
	}
	return []Point{r}
}

// put sends one request with its mark. The error is errDoubtful when the request
// may have arrived all the same.
func (p *Publisher) put(ctx context.Context, next pending) (int, error) {
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String(p.cfg.Namespace)}
	for _, e := range next.entries {
		for _, point := range p.points(e) {
			in.MetricData = append(in.MetricData, datum(point))
		}
	}
	n := len(in.MetricData)
	in.MetricData = append(in.MetricData, datum(Point{Time: next.markTime(), Metric: markOfRequests, Unit: "Count", Value: 1, Dims: p.mark()}))
	client := p.deps.Account.CloudWatch(p.cfg.Region)
	err := p.insist(ctx, func() error {
		_, err := client.PutMetricData(ctx, in, func(o *cloudwatch.Options) {
			o.Retryer = aws.NopRetryer{} // a second try of one that arrived would count twice
			o.DisableRequestCompression = o.DisableRequestCompression || o.BaseEndpoint != nil
		})
		return err
	})
	return n, p.judged(err, "publish metrics in "+p.cfg.Region)
}

func (p *Publisher) mark() map[string]string {
	return map[string]string{"Environment": p.cfg.Environment}
}

func (n pending) markTime() time.Time {
	minute, _ := strconv.Atoi(n.Minute)
	return n.Hour.Add(time.Duration(minute) * time.Minute)
}

func datum(p Point) types.MetricDatum {
	d := types.MetricDatum{MetricName: aws.String(p.Metric), Timestamp: aws.Time(p.Time), Unit: types.StandardUnit(p.Unit)}
	for _, name := range dimensionNames(p.Dims) {
		d.Dimensions = append(d.Dimensions, types.Dimension{Name: aws.String(name), Value: aws.String(p.Dims[name])})
	}
	if p.Values != nil {
		d.Values, d.Counts = p.Values, p.Counts
		return d
	}
	d.Value = aws.Float64(p.Value)
	return d
}

// tries of a request that AWS throttles, with longer rests between them.
const tries = 6

// insist repeats a call that AWS refused as too fast, which it does before it
// does anything.
func (p *Publisher) insist(ctx context.Context, call func() error) error {
	for try := 1; ; try++ {
		err := call()
		if err == nil || try == tries || kindOf(err) != source.Throttled {
			return err
		}
		if err := p.deps.Rest(ctx, time.Second<<(try-1)); err != nil {
			return err
		}
	}
}

// judged explains an error, and adds doubt when AWS did not say that it refused.
func (p *Publisher) judged(err error, what string) error {
	if err == nil {
		return nil
	}
	told := account.Explain(err, what)
	if refused(err) {
		return told
	}
	return fmt.Errorf("%w: %w", errDoubtful, told)
}

// refused tells whether AWS answered that it did not do what was asked: an error
// with a code of its own that is no fault of the service. Credentials that could
// not be had are none either: nothing left this machine.
func refused(err error) bool {
	if kindOf(err) == source.Throttled {
		return true
	}
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorFault() != smithy.FaultServer && statusOf(err) < 500
	}
	var dial *net.OpError
	return kindOf(err) == source.Expired || errors.As(err, &dial) && dial.Op == "dial"
}

func statusOf(err error) int {
	var answer interface{ HTTPStatusCode() int }
	if errors.As(err, &answer) {
		return answer.HTTPStatusCode()
	}
	return 0
}

func kindOf(err error) source.Kind {
	var f *source.Fault
	if errors.As(account.Explain(err, ""), &f) {
		return f.Kind
	}
	return ""
}

func forbidden(err error) bool { return err != nil && kindOf(err) == source.Forbidden }

// marked asks CloudWatch whether the mark of a request is there.
func (p *Publisher) marked(ctx context.Context, left pending) (bool, error) {
	at := left.markTime()
	var dims []types.Dimension
	for name, value := range p.mark() {
		dims = append(dims, types.Dimension{Name: aws.String(name), Value: aws.String(value)})
	}
	out, err := p.deps.Account.CloudWatch(p.cfg.Region).GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(at), EndTime: aws.Time(at.Add(time.Minute)),
		MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("mark"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{Namespace: aws.String(p.cfg.Namespace), MetricName: aws.String(markOfRequests), Dimensions: dims},
			Period: aws.Int32(60), Stat: aws.String("Sum"),
		}}},
	})
	if err != nil {
		return false, account.Explain(err, "ask for what was published in "+p.cfg.Region)
	}
	got := 0.0
	for _, r := range out.MetricDataResults {
		for _, v := range r.Values {
			got += v
		}
	}
	return int(got) > left.Before, nil
}
