package simulate

import (
	"errors"
	"io"
	"strings"
	"testing"

	"seismo/internal/event"
	"seismo/internal/metrics"
)

// CloudWatch counts every call of the month, those that left no record too.
func TestWatchCountsWhatIsLeftOut(t *testing.T) {
	c := Config{Seed: 7, Calls: 4000}
	made := 0
	for o, err := range Objects(c) {
		if err != nil {
			t.Fatal(err)
		}
		made += o.Calls
	}
	month := Source(c)
	defer month.Close()
	w := Observe(c, month)
	for {
		d, err := w.Receive(t.Context())
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if w.lost(d.Object().Origin) {
			t.Errorf("%s was delivered", d.Object().ID)
		}
		body, err := d.Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.Object().Origin.Key, "BedrockModelInvocationLogs") || strings.Contains(d.Object().Origin.Key, "/data/") {
			continue
		}
		for range strings.Count(string(text), "\n") {
			w.Count(&event.Event{Kind: event.KindCall, Account: gapPlace.account, Region: gapPlace.region, Time: w.start})
		}
	}
	var delivered, failed, calls, throttled float64
	for _, p := range w.Points() {
		switch p.Metric {
		case "Invocations":
			calls += p.Value
		case "InvocationThrottles":
			throttled += p.Value
		case "ModelInvocationLogsS3DeliverySuccess":
			delivered += p.Value
		case "ModelInvocationLogsS3DeliveryFailure":
			failed += p.Value
			if p.Region != gapPlace.region || p.Dims["ModelId"] != metrics.AcrossAll {
				t.Errorf("a failure at %s", p.Region)
			}
		}
	}
	if failed == 0 || int(delivered+failed) != made || int(calls+throttled) != made {
		t.Errorf("%d calls made; %v delivered, %v failed, %v counted, %v throttled", made, delivered, failed, calls, throttled)
	}
}
