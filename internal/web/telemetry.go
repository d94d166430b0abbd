package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// NewTelemetry returns /metrics for Prometheus, /healthz and /readyz, for an
// address that others may reach: they hold counts and the names of sources, and
// nothing of what was said or who said it.
func NewTelemetry(cfg Config) http.Handler {
	cfg.Backend = remembered(cfg.Backend)
	s := newSite(cfg)
	mux := http.NewServeMux()
	for _, r := range s.telemetry() {
		mux.Handle(r.pattern, s.handler(r))
	}
	return s.recovered(mux)
}

func (s *site) telemetry() []route {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&gauge{backend: s.Backend})
	metrics := promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn)})
	return []route{
		{"GET /metrics", false, func(w http.ResponseWriter, r *http.Request) error {
			metrics.ServeHTTP(w, r)
			return nil
		}},
		{"GET /healthz", false, healthy},
		{"GET /readyz", false, s.ready},
	}
}

// ready says 200 when records can be stored and read, 503 and why otherwise. A
// source that fails, or what cannot be sent out, does not make seismo unready: a
// restart would not help it.
func (s *site) ready(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	why := ""
	if _, err := s.status(r); err != nil {
		why = "the store does not answer"
	}
	if s.Sources != nil && why == "" {
		if c, err := s.Sources(r.Context()); err != nil || c.Stalled != "" {
			why = "nothing can be written now; see /sources"
		}
	}
	if why != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
		send(w, []byte(why+"\n"))
		return nil
	}
	send(w, []byte("ready\n"))
	return nil
}

// gauge is what Prometheus is told, read from the Backend at each scrape.
type gauge struct{ backend Backend }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("seismo_"+name, help, labels, nil)
}

// measures are the series of one source. Names and units as Prometheus asks for.
func measures() []measure[Source] {
	c, g := prometheus.CounterValue, prometheus.GaugeValue
	return []measure[Source]{
		{"source_up", "1 when the source's place answered its last request, 0 when it cannot work now", g, func(s Source) float64 {
			if s.State == SourceFails {
				return 0
			}
			return 1
		}},
		{"source_lag_seconds", "longest time of the last minute from written at its place to stored", g, func(s Source) float64 { return s.Lag }},
		{"source_last_answer_timestamp_seconds", "when the source's place answered last", g, func(s Source) float64 { return unix(s.Seen) }},
		{"source_last_commit_timestamp_seconds", "when something of the source was stored last", g, func(s Source) float64 { return unix(s.Committed) }},
		{"source_bytes_total", "bytes read, as stored at their place", c, func(s Source) float64 { return float64(s.Bytes) }},
		{"source_objects_total", "objects and messages read to their end", c, func(s Source) float64 { return float64(s.Objects) }},
		{"source_known_objects_total", "objects that had been read before", c, func(s Source) float64 { return float64(s.Known) }},
		{"source_failed_reads_total", "objects that could not be read to their end; they come again", c, func(s Source) float64 { return float64(s.Failed) }},
		{"source_records_read_total", "records read: the sum of stored, duplicate, skipped and quarantined", c, func(s Source) float64 { return float64(s.Read) }},
	}
}

// measure is one series of each source, or of each thing that is sent out.
type measure[T any] struct {
	name, help string
	kind       prometheus.ValueType
	value      func(T) float64
}

// sendings are the series of one kind of what goes out.
func sendings() []measure[Outgoing] {
	g := prometheus.GaugeValue
	return []measure[Outgoing]{
		{"outgoing_up", "1 when what was to go out went out the last time, 0 when it could not, or not to all", g, func(o Outgoing) float64 {
			if o.State == SourceFails {
				return 0
			}
			return 1
		}},
		{"outgoing_last_sent_timestamp_seconds", "when it went out last; 0 for never", g, func(o Outgoing) float64 { return unix(o.Last) }},
		{"outgoing_sent", "data and log events since seismo started; of a report the recipients of the newest", g, func(o Outgoing) float64 { return float64(o.Count) }},
	}
}

// outcomes are what becomes of records; they add up to those that were read.
func outcomes(s Source) map[string]int64 {
	return map[string]int64{"stored": s.Stored, "duplicate": s.Duplicate, "skipped": s.Skipped, "quarantined": s.Quarantined}
}

// Describe implements prometheus.Collector; the series are known at the scrape.
func (*gauge) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (g *gauge) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	one := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	if g.backend.Status != nil {
		if st, err := g.backend.Status(ctx); err == nil {
			one(desc("calls", "calls in the store"), prometheus.GaugeValue, float64(st.Calls))
			one(desc("trail_events", "CloudTrail events in the store"), prometheus.GaugeValue, float64(st.Trail))
			one(desc("quarantined", "records in quarantine"), prometheus.GaugeValue, float64(st.Quarantined))
			one(desc("newest_event_timestamp_seconds", "time of the newest event in the store"), prometheus.GaugeValue, unix(st.Newest))
		}
	}
	if g.backend.Sources == nil {
		return
	}
	c, err := g.backend.Sources(ctx)
	if err != nil {
		return
	}
	stalled := 0.0
	if c.Stalled != "" {
		stalled = 1
	}
	one(desc("store_stalled", "1 while nothing can be written, for example because the disk is full"), prometheus.GaugeValue, stalled)
	for _, o := range c.Outgoing {
		for _, m := range sendings() {
			one(desc(m.name, m.help, "what", "region"), m.kind, m.value(o), o.What, o.Region)
		}
	}
	for _, s := range c.Sources {
		for _, m := range measures() {
			one(desc(m.name, m.help, "source", "kind"), m.kind, m.value(s), s.Name, s.Kind)
		}
		for outcome, n := range outcomes(s) {
			one(desc("source_records_total", "records by what became of them", "source", "kind", "outcome"), prometheus.CounterValue,
				float64(n), s.Name, s.Kind, outcome)
		}
	}
}

func unix(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
