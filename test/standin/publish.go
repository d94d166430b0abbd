package standin

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"seismo/internal/account"
)

// logsWriting are the operations of CloudWatch Logs that write events.
func (c *Cloud) logsWriting() map[string]operation {
	return map[string]operation{"PutLogEvents": c.putLogEvents, "CreateLogStream": c.createLogStream}
}

// metricsWriting are the operations of CloudWatch that write metrics.
func (c *Cloud) metricsWriting() map[string]operation {
	return map[string]operation{"PutMetricData": c.putMetricData}
}

// merged is one table of two; the second's entries win.
func merged(a, b map[string]operation) map[string]operation {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// Samples returns what CloudWatch was told of a namespace, in the order in which
// it came.
func (c *Cloud) Samples(namespace string) []Sample {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Sample
	for _, s := range *c.samples() {
		if s.Namespace == namespace {
			list = append(list, s)
		}
	}
	return list
}

func (c *Cloud) putMetricData(r *request) (any, error) {
	var in struct {
		Namespace  string
		MetricData []struct {
			MetricName string
			Timestamp  any
			Value      *float64
			Values     []float64
			Counts     []float64
			Dimensions []dimension
		}
	}
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	if len(in.MetricData) > 1000 || in.Namespace == "" {
		return nil, fail(400, "InvalidParameterValue", "The collection MetricData must not have a size greater than 1000.")
	}
	var list []Sample
	for _, d := range in.MetricData {
		at, err := instantOf(d.Timestamp)
		if err != nil || time.Since(at) > 14*24*time.Hour || time.Until(at) > 2*time.Hour {
			return nil, fail(400, "InvalidParameterValue", "The parameter MetricData.member.1.Timestamp must be within two weeks.")
		}
		s := Sample{Region: r.region, Account: AccountID, Namespace: in.Namespace, Metric: d.MetricName, Time: at, Dims: map[string]string{}}
		for _, dim := range d.Dimensions {
			if dim.Value == "" || dim.Value[0] == ':' {
				return nil, fail(400, "InvalidParameterValue", "The parameter MetricData.member.1.Dimensions is not valid.")
			}
			s.Dims[dim.Name] = dim.Value
		}
		if d.Value != nil {
			s.Value = *d.Value
			list = append(list, s)
		}
		for i, v := range d.Values {
			for range int(d.Counts[i]) {
				s.Value = v
				list = append(list, s)
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.samples()
	*all = append(*all, list...)
	return nil, nil
}

// instantOf reads a time as the SDK writes it: seconds or text.
func instantOf(v any) (time.Time, error) {
	switch v := v.(type) {
	case float64:
		return time.UnixMilli(int64(v * 1e3)).UTC(), nil
	case string:
		return time.Parse(time.RFC3339Nano, v)
	}
	return time.Time{}, fail(400, "SerializationException", "not a time")
}

// streamsKey keeps the log streams that were made, by the group's ARN.
type streamsKey struct{}

func (c *Cloud) streams() map[string][]string {
	return *state(c, streamsKey{}, func() *map[string][]string { return &map[string][]string{} })
}

// Lines returns the messages of a log group in the order of their times.
func (c *Cloud) Lines(group string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []string
	for _, g := range c.logs().groups {
		for _, e := range g.events {
			if g.Name == group {
				list = append(list, e.Message)
			}
		}
	}
	return list
}

type writing struct {
	Group  string `json:"logGroupName"`
	Stream string `json:"logStreamName"`
	Events []struct {
		Timestamp int64  `json:"timestamp"`
		Message   string `json:"message"`
	} `json:"logEvents"`
}

// place is the group's ARN; the caller holds c.mu.
func (c *Cloud) place(r *request, in writing) (string, error) {
	arn := account.PartitionOf(r.region).ARN("logs", r.region, AccountID, "log-group:"+in.Group)
	if !slices.ContainsFunc(c.logs().groups, func(g *logGroup) bool { return g.arn == arn }) {
		return "", fail(400, "ResourceNotFoundException", "The specified log group does not exist.")
	}
	return arn, nil
}

func (c *Cloud) createLogStream(r *request) (any, error) {
	var in writing
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	arn, err := c.place(r, in)
	if err != nil {
		return nil, err
	}
	if slices.Contains(c.streams()[arn], in.Stream) {
		return nil, fail(400, "ResourceAlreadyExistsException", "The specified log stream already exists")
	}
	c.streams()[arn] = append(c.streams()[arn], in.Stream)
	return nil, nil
}

// putLogEvents takes events in the order of their times, and refuses those that
// are too old or too new, as CloudWatch Logs does.
func (c *Cloud) putLogEvents(r *request) (any, error) {
	var in writing
	if err := r.decode(&in); err != nil {
		return nil, err
	}
	c.mu.Lock()
	arn, err := c.place(r, in)
	there := slices.Contains(c.streams()[arn], in.Stream)
	c.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case !there:
		return nil, fail(400, "ResourceNotFoundException", "The specified log stream does not exist.")
	case len(in.Events) == 0 || len(in.Events) > 10_000:
		return nil, fail(400, "InvalidParameterException", "Upload too large or empty")
	}
	var events []LogEvent
	size, old, fresh := 0, 0, len(in.Events)
	for i, e := range in.Events {
		at := time.UnixMilli(e.Timestamp).UTC()
		size += len(e.Message) + 26
		switch {
		case i > 0 && e.Timestamp < in.Events[i-1].Timestamp:
			return nil, fail(400, "InvalidParameterException", "Log events in a single PutLogEvents request must be in chronological order.")
		case time.Since(at) > 14*24*time.Hour:
			old = i + 1
		case time.Until(at) > 2*time.Hour:
			fresh = min(fresh, i)
		default:
			events = append(events, LogEvent{Stream: in.Stream, Time: at, Message: e.Message})
		}
	}
	if size > 1<<20 {
		return nil, fail(400, "InvalidParameterException", "Upload too large: %d bytes exceeds limit of 1048576", size)
	}
	c.PutLog(arn, events...)
	info := map[string]any{}
	if old > 0 {
		info["tooOldLogEventEndIndex"] = old
	}
	if fresh < len(in.Events) {
		info["tooNewLogEventStartIndex"] = fresh
	}
	return map[string]any{"nextSequenceToken": cmp.Or(in.Stream, "1"), "rejectedLogEventsInfo": info}, nil
}
