package simulate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"seismo/internal/event"
	"seismo/internal/metrics"
	"seismo/internal/source"
	"seismo/internal/store"
)

// Watch makes a month as an observer of the company would have it: CloudWatch
// counts every call, but for some hours of the last days Bedrock may not write to
// one of the buckets, so that those calls leave no record.
type Watch struct {
	source.Source
	start, end time.Time

	mu     sync.Mutex
	counts map[watched]*counted
}

type watched struct {
	place place
	hour  int64
}

// counted is what CloudWatch counts of one place in an hour.
type counted struct{ calls, errors, throttled, delivered, failed int64 }

// The bucket policy is broken on the last day but one, in the afternoon.
var gapPlace = place{labAccount, "us-west-2"}

const (
	gapFrom = -32 * time.Hour // from the month's end
	gapTo   = -28 * time.Hour
)

// Observe wraps a month's source.
func Observe(c Config, month source.Source) *Watch {
	end := c.End
	if end.IsZero() {
		end = DefaultEnd()
	}
	end = end.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	return &Watch{Source: month, start: end.Add(-hours * time.Hour), end: end, counts: map[watched]*counted{}}
}

// Start is when the month begins.
func (w *Watch) Start() time.Time { return w.start }

// Receive leaves out what Bedrock could not write.
func (w *Watch) Receive(ctx context.Context) (source.Delivery, error) {
	for {
		d, err := w.Source.Receive(ctx)
		if err != nil || !w.lost(d.Object().Origin) {
			return d, err
		}
		if err := w.miss(ctx, d); err != nil {
			return nil, err
		}
	}
}

// lost tells objects of records, and their bodies, that were never written.
func (w *Watch) lost(o event.Origin) bool {
	if o.Bucket != gapPlace.bucket() {
		return false
	}
	for at := w.end.Add(gapFrom); at.Before(w.end.Add(gapTo)); at = at.Add(time.Hour) {
		if strings.HasPrefix(o.Key, logFolder(gapPlace, at.UnixMilli())) {
			return true
		}
	}
	return false
}

// miss counts the calls of an object that was never written.
func (w *Watch) miss(ctx context.Context, d source.Delivery) error {
	if strings.Contains(d.Object().Origin.Key, "/data/") {
		return nil
	}
	body, err := d.Open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	lines := bufio.NewReader(body)
	for {
		line, err := lines.ReadBytes('\n')
		if _, rest, found := bytes.Cut(line, []byte(`"timestamp":"`)); found && len(rest) > 20 {
			w.missed(rest[:20], bytes.Contains(line, []byte(`"errorCode":`)), bytes.Contains(line, []byte(`"ThrottlingException"`)))
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (w *Watch) missed(when []byte, failed, throttled bool) {
	at, err := time.Parse(time.RFC3339, string(when))
	if err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.at(gapPlace, at)
	n.failed++
	n.add(failed, throttled)
}

// Count takes note of a call that was logged. It may be called by several
// goroutines.
func (w *Watch) Count(ev *event.Event) {
	if ev.Kind != event.KindCall || ev.Time.IsZero() {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.at(place{ev.Account, ev.Region}, ev.Time)
	n.delivered++
	n.add(ev.Error != "", ev.Error == "ThrottlingException")
}

// at is the count of a place and hour; the caller holds w.mu.
func (w *Watch) at(p place, at time.Time) *counted {
	k := watched{p, at.UTC().Truncate(time.Hour).Unix()}
	if w.counts[k] == nil {
		w.counts[k] = &counted{}
	}
	return w.counts[k]
}

// add counts one call; throttled ones are among neither invocations nor errors.
func (n *counted) add(failed, throttled bool) {
	switch {
	case throttled:
		n.throttled++
	case failed:
		n.calls, n.errors = n.calls+1, n.errors+1
	default:
		n.calls++
	}
}

// Points are the month's metrics by the hour.
func (w *Watch) Points() []store.Point {
	var out []store.Point
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range places {
		point := func(namespace, metric, stat string, at time.Time, dims map[string]string, n float64) {
			out = append(out, store.Point{Account: p.account, Region: p.region, Namespace: namespace, Metric: metric,
				Dims: dims, Stat: stat, Start: at, Period: time.Hour, Value: n})
		}
		across := map[string]string{"ModelId": metrics.AcrossAll}
		for at := w.start; at.Before(w.end); at = at.Add(time.Hour) {
			point(metrics.MarkNamespace, metrics.MarkMetric, "Maximum", at, nil, 60)
			n := w.counts[watched{p, at.Unix()}]
			if n == nil {
				continue
			}
			for _, s := range [...]struct {
				metric string
				dims   map[string]string
				n      int64
			}{
				{"Invocations", nil, n.calls}, {"InvocationClientErrors", nil, n.errors}, {"InvocationThrottles", nil, n.throttled},
				{"ModelInvocationLogsS3DeliverySuccess", across, n.delivered}, {"ModelInvocationLogsS3DeliveryFailure", across, n.failed},
			} {
				if s.n > 0 {
					point(metrics.Bedrock, s.metric, "Sum", at, s.dims, float64(s.n))
				}
			}
		}
	}
	return out
}
