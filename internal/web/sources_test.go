package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestClientReadsSources(t *testing.T) {
	f := newFake()
	want, err := f.sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := over(t, f).Backend().Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMetricsAddUp holds the series that operators build alarms on: what was
// read is the sum of its outcomes, and a source that fails is down.
func TestMetricsAddUp(t *testing.T) {
	body := get(t, NewTelemetry(newFake().config()), "/metrics").Body.String()
	for _, line := range []string{
		`seismo_source_up{kind="aws-s3",source="logs"} 1`,
		`seismo_source_up{kind="aws-cloudtrail",source="<b>trail</b>"} 0`,
		`seismo_source_records_read_total{kind="aws-s3",source="logs"} 100`,
		`seismo_source_records_total{kind="aws-s3",outcome="stored",source="logs"} 80`,
		`seismo_source_records_total{kind="aws-s3",outcome="duplicate",source="logs"} 10`,
		`seismo_source_records_total{kind="aws-s3",outcome="skipped",source="logs"} 7`,
		`seismo_source_records_total{kind="aws-s3",outcome="quarantined",source="logs"} 3`,
		`seismo_source_lag_seconds{kind="aws-s3",source="logs"} 12.4`,
		`seismo_store_stalled 0`,
		`seismo_outgoing_up{region="eu-west-1",what="metrics"} 1`,
		`seismo_outgoing_sent{region="eu-west-1",what="metrics"} 240`,
		`seismo_outgoing_up{region="eu-west-1",what="failed calls"} 0`,
		`seismo_outgoing_last_sent_timestamp_seconds{region="",what="daily report"} 0`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("/metrics does not say %s", line)
		}
	}
}

// TestReadiness holds that seismo is unready while it cannot write, and that a
// source that fails does not make it so.
func TestReadiness(t *testing.T) {
	cfg := newFake().config()
	if got := get(t, NewTelemetry(cfg), "/readyz"); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	cfg.Sources = func(context.Context) (Collection, error) { return Collection{Stalled: "no room left on the disk"}, nil }
	if got := get(t, NewTelemetry(cfg), "/readyz"); got.Code != http.StatusServiceUnavailable {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if got := get(t, NewTelemetry(cfg), "/healthz"); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
}

// TestTelemetryHoldsNothingElse holds that the address which others may reach
// gives no page and no API.
func TestTelemetryHoldsNothingElse(t *testing.T) {
	h := NewTelemetry(newFake(agentCall()).config())
	for _, path := range []string{"/", "/calls", "/sources", "/api/status", "/api/search"} {
		if got := get(t, h, path); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

// TestTroublesAreCounted: the page names the first objects that wait, and says how
// many there are in all.
func TestTroublesAreCounted(t *testing.T) {
	for waiting, want := range map[int64]string{
		0: "<summary>1 object waits to be tried again</summary>", // of an older seismo, which does not count
		1: "<summary>1 object waits to be tried again</summary>", 1200: "<summary>1,200 objects wait to be tried again; the first 1:</summary>",
	} {
		f := newFake()
		cfg := f.config()
		cfg.Backend.Sources = func(ctx context.Context) (Collection, error) {
			all, err := f.sources(ctx)
			for i := range all.Sources {
				all.Sources[i].Waiting = waiting
			}
			return all, err
		}
		if body := get(t, New(cfg), "/sources").Body.String(); !strings.Contains(body, want) {
			t.Errorf("%d: the page does not say %s", waiting, want)
		}
	}
}
