package coverage

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"seismo/internal/metrics"
	"seismo/internal/store"
)

// sums are the sums of one metric by place and hour.
type sums map[key]float64

// metrics reads CloudWatch's counts. An hour counts as known once all of its
// minutes were read; while it is young, whatever there is of it.
func (m *measurement) metrics(ctx context.Context, s store.Series) error {
	r := reader{ctx: ctx, series: s, from: m.from, to: m.to}
	m.read(r.marks())
	calls := r.sum(metrics.Bedrock, Runtime, "Invocations")
	clients := r.sum(metrics.Bedrock, Runtime, "InvocationClientErrors")
	servers := r.sum(metrics.Bedrock, Runtime, "InvocationServerErrors")
	inS3 := r.sum(metrics.Bedrock, Runtime, "ModelInvocationLogsS3DeliverySuccess")
	inCloudWatch := r.sum(metrics.Bedrock, Runtime, "ModelInvocationLogsCloudWatchDeliverySuccess")
	failedS3 := r.sum(metrics.Bedrock, Runtime, "ModelInvocationLogsS3DeliveryFailure")
	failedCloudWatch := r.sum(metrics.Bedrock, Runtime, "ModelInvocationLogsCloudWatchDeliveryFailure")
	failedLarge := r.sum(metrics.Bedrock, Runtime, "ModelInvocationLargeDataS3DeliveryFailure")
	elsewhere := r.sum(metrics.Mantle, Mantle, "Invocations", "InvocationCount", "Requests", "RequestCount")
	if r.err != nil {
		return r.err
	}
	delivering := map[Place]bool{}
	for _, list := range []sums{inS3, inCloudWatch, failedS3, failedCloudWatch} {
		for k := range list {
			delivering[k.Place] = true
		}
	}
	for k := range calls {
		m.at(k.Place, time.Unix(k.hour, 0)) // places that nothing else knows of
	}
	for k, n := range elsewhere {
		if c := m.at(k.Place, time.Unix(k.hour, 0)); c != nil && c.Metrics == nil {
			c.Metrics = &Metrics{Invocations: whole(n)}
		}
	}
	for k, c := range m.counts {
		if c.Metrics == nil || k.Endpoint != Runtime {
			continue
		}
		*c.Metrics = Metrics{Invocations: whole(calls[k]), Errors: whole(clients[k] + servers[k]),
			Failed: whole(max(failedS3[k], failedCloudWatch[k])), LargeFailed: whole(failedLarge[k])}
		if delivering[k.Place] {
			// Where both destinations are in use, every record goes to both.
			n := whole(max(inS3[k], inCloudWatch[k]))
			c.Metrics.Delivered = &n
		}
	}
	return nil
}

// read notes which hours CloudWatch was asked about.
func (m *measurement) read(marks sums) {
	for k, minutes := range marks {
		hour := time.Unix(k.hour, 0)
		if minutes < 60 && !m.now.Before(hour.Add(time.Hour+Lag)) {
			continue
		}
		if c := m.at(k.Place, hour); c != nil {
			c.Metrics = &Metrics{}
		}
	}
}

func whole(n float64) int64 { return int64(math.Round(n)) }

// reader reads series until one fails.
type reader struct {
	ctx      context.Context
	series   store.Series
	from, to time.Time
	err      error
}

func (r *reader) points(namespace, metric string) []store.Point {
	if r.err != nil {
		return nil
	}
	points, err := r.series.Points(r.ctx, store.PointMatch{Namespace: namespace, Metric: metric, From: r.from, To: r.to})
	r.err = err
	return points
}

func (r *reader) marks() sums {
	out := sums{}
	for _, p := range r.points(metrics.MarkNamespace, metrics.MarkMetric) {
		k := key{Place{p.Account, p.Region, Runtime}, p.Start.Truncate(time.Hour).Unix()}
		out[k] = max(out[k], p.Value)
	}
	return out
}

// sum adds a metric up by the hour; of several names the first that is there
// counts. The same calls are counted by several series: for the whole account,
// by model, by model and tier, and by points of five minutes and of an hour.
// Only series of one kind are added, and the larger sum is taken.
func (r *reader) sum(namespace, endpoint string, names ...string) sums {
	type kind struct {
		key
		period time.Duration
		models bool
	}
	out := sums{}
	for _, name := range names {
		added := map[kind]float64{}
		for _, p := range r.points(namespace, name) {
			dims := slices.Collect(maps.Keys(p.Dims))
			if p.Stat != "Sum" || len(dims) > 1 || len(dims) == 1 && dims[0] != "ModelId" {
				continue
			}
			k := key{Place{p.Account, p.Region, endpoint}, p.Start.Truncate(time.Hour).Unix()}
			added[kind{k, p.Period, len(dims) == 1 && p.Dims["ModelId"] != metrics.AcrossAll}] += p.Value
		}
		for k, n := range added {
			out[k.key] = max(out[k.key], n)
		}
		if len(out) > 0 {
			break
		}
	}
	return out
}
