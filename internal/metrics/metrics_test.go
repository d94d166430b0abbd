package metrics_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/internal/config"
	"seismo/internal/metrics"
	"seismo/internal/store"
	"seismo/internal/store/memory"
	"seismo/internal/store/storetest"
	"seismo/test/standin"
)

// observer is a collector on a stand-in, with a store that it fills.
type observer struct {
	*metrics.Collector
	cloud *standin.Cloud
	store *memory.Store
}

func observe(t *testing.T, cfg metrics.Config) observer {
	t.Helper()
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	cloud, kept := standin.New(t), newStore(t)
	real := cloud.Config()
	real.Endpoint = "" // as AWS itself is spoken to, in CBOR; emulators are in JSON
	deps := metrics.Deps{Accounts: []*account.Account{cloud.Open(t, real)}, Series: kept}
	return observer{metrics.New(cfg, deps), cloud, kept}
}

// points lists what is kept of a metric, marks aside: "Sum {} 09:05/5m 3".
func (o observer) points(t *testing.T, metric string) []string {
	t.Helper()
	points, err := o.store.Points(t.Context(), store.PointMatch{Metric: metric})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range points {
		var dims []string
		for _, k := range slices.Sorted(maps.Keys(p.Dims)) {
			dims = append(dims, k+"="+p.Dims[k])
		}
		out = append(out, fmt.Sprintf("%s %s {%s} %s/%s %g", p.Account, p.Stat, strings.Join(dims, " "), p.Start.Format("2T15:04"), p.Period, p.Value))
	}
	return out
}

func sample(metric string, ago time.Duration, value float64, dims ...string) standin.Sample {
	s := standin.Sample{Namespace: metrics.Bedrock, Metric: metric, Time: time.Now().Add(-ago), Value: value}
	for i := 0; i+1 < len(dims); i += 2 {
		if s.Dims == nil {
			s.Dims = map[string]string{}
		}
		s.Dims[dims[i]] = dims[i+1]
	}
	return s
}

// A synctest bubble begins at midnight of 2000-01-01.
func TestReadsThePastByTheHourAndTheNewestByFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{})
		pass(10*24*time.Hour + 12*time.Minute)
		o.cloud.Report(sample("Invocations", 30*time.Hour, 2), sample("Invocations", 30*time.Hour+time.Minute, 3),
			sample("Invocations", 7*time.Minute, 5))
		o.Collect(t.Context())
		want := []string{
			"111122223333 Sum {} 9T18:00/1h0m0s 5", // the past: both samples of one hour
			"111122223333 Sum {} 11T00:05/5m0s 5",
		}
		if diff := cmp.Diff(want, o.points(t, "Invocations")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		st := o.Status()[0]
		if st.Fault != "" || st.Account != standin.AccountID || st.Series != 1 || time.Since(st.Last) > time.Minute {
			t.Errorf("status %+v", st)
		}
	})
}

func TestALateValueTakesThePlaceOfTheFormer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{})
		pass(24*time.Hour + 14*time.Minute)
		o.cloud.Report(sample("Invocations", 8*time.Minute, 5))
		o.Collect(t.Context())
		pass(10 * time.Minute)
		o.cloud.Report(sample("Invocations", 18*time.Minute, 2)) // of the same five minutes
		o.Collect(t.Context())
		want := []string{"111122223333 Sum {} 2T00:05/5m0s 7"}
		if diff := cmp.Diff(want, o.points(t, "Invocations")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestSeriesOfModelsStandBesideTheAccountsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{})
		pass(24*time.Hour + 14*time.Minute)
		o.cloud.Report(
			sample("Invocations", 8*time.Minute, 3), sample("Invocations", 8*time.Minute, 3, "ModelId", "amazon.nova-micro-v1:0"),
			sample("InvocationLatency", 8*time.Minute, 100), sample("InvocationLatency", 8*time.Minute, 300),
			sample("CacheReadInputTokens", 8*time.Minute, 7), sample("CacheReadInputTokenCount", 8*time.Minute, 7),
			sample("ModelInvocationLogsS3DeliverySuccess", 8*time.Minute, 3, "ModelId", metrics.AcrossAll))
		o.Collect(t.Context())
		for metric, want := range map[string][]string{
			"Invocations": {
				"111122223333 Sum {ModelId=amazon.nova-micro-v1:0} 2T00:05/5m0s 3", "111122223333 Sum {} 2T00:05/5m0s 3"},
			"InvocationLatency": {
				"111122223333 Average {} 2T00:05/5m0s 200", "111122223333 p50 {} 2T00:05/5m0s 100", "111122223333 p95 {} 2T00:05/5m0s 300"},
			"CacheReadInputTokens":                 {"111122223333 Sum {} 2T00:05/5m0s 7"},
			"CacheReadInputTokenCount":             {"111122223333 Sum {} 2T00:05/5m0s 7"},
			"ModelInvocationLogsS3DeliverySuccess": {"111122223333 Sum {ModelId=Across all model IDs} 2T00:05/5m0s 3"},
		} {
			got := o.points(t, metric)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: -want +got\n%s", metric, diff)
			}
		}
	})
}

// An hour without a point is an hour without calls only where somebody looked.
func TestMarksTheHoursThatWereRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{Backfill: config.Duration(5 * time.Hour)})
		pass(24*time.Hour + 30*time.Minute)
		o.Collect(t.Context())
		want := []string{
			"111122223333 Maximum {} 1T19:00/1h0m0s 60", "111122223333 Maximum {} 1T20:00/1h0m0s 60",
			"111122223333 Maximum {} 1T21:00/1h0m0s 60", "111122223333 Maximum {} 1T22:00/1h0m0s 60",
			"111122223333 Maximum {} 1T23:00/1h0m0s 60", "111122223333 Maximum {} 2T00:00/1h0m0s 30",
		}
		if diff := cmp.Diff(want, o.points(t, metrics.MarkMetric)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestFollowsPagesAndAsksForAtMostFiveHundred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{Backfill: config.Duration(time.Hour)})
		pass(24*time.Hour + 14*time.Minute)
		for i := range 600 {
			o.cloud.Report(sample("Invocations", 8*time.Minute, 1, "ModelId", fmt.Sprintf("vendor.model-%03d", i)))
		}
		o.cloud.Fault(standin.Fault{Service: "monitoring", Empty: true, Every: 5, Times: 3}) // empty pages with a token
		o.Collect(t.Context())
		if got := o.points(t, "Invocations"); len(got) != 600 {
			t.Errorf("%d points of 600: %+v", len(got), o.Status())
		}
		if st := o.Status()[0]; st.Series != 600 || st.Fault != "" {
			t.Errorf("status %+v", st)
		}
	})
}

func TestARegionThatIsRefusedDoesNotHoldUpTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{Regions: []string{"eu-west-1", standin.Region}})
		pass(24*time.Hour + 14*time.Minute)
		o.cloud.Report(sample("Invocations", 8*time.Minute, 5))
		undo := o.cloud.Fault(standin.Fault{Service: "monitoring", Op: "ListMetrics", Region: "eu-west-1", Status: 403, Code: "AccessDenied",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: cloudwatch:ListMetrics"})
		o.Collect(t.Context())
		if got := o.points(t, "Invocations"); len(got) != 1 {
			t.Errorf("points %v", got)
		}
		refused, other := o.Status()[0], o.Status()[1]
		if !strings.Contains(refused.Fault, "cloudwatch:ListMetrics") || refused.Remedy == "" || other.Fault != "" {
			t.Errorf("status %+v", o.Status())
		}
		undo()
		o.Collect(t.Context())
		if st := o.Status()[0]; st.Fault != "" || st.Last.IsZero() {
			t.Errorf("after the permission was given: %+v", st)
		}
	})
}

func TestRunReadsAgainAndEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- o.Run(ctx) }()
		pass(11 * time.Minute)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if n := o.cloud.Count("monitoring", "ListMetrics"); n != 9 { // three namespaces at 0, 5 and 10 minutes
			t.Errorf("%d lists", n)
		}
	})
}

// After an interruption nothing is left out: the reading goes back to the last.
func TestCatchesUpAfterAnInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{})
		pass(24 * time.Hour)
		o.Collect(t.Context())
		undo := o.cloud.Fault(standin.Fault{Service: "monitoring", Status: 500, Code: "InternalFailure"})
		pass(2 * time.Hour)
		o.cloud.Report(sample("Invocations", time.Minute, 4))
		pass(8 * time.Hour)
		o.Collect(t.Context())
		undo()
		o.Collect(t.Context())
		want := []string{"111122223333 Sum {} 2T01:55/5m0s 4"}
		if diff := cmp.Diff(want, o.points(t, "Invocations")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestLinkedAccountsKeepTheirName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := observe(t, metrics.Config{LinkedAccounts: true})
		pass(24*time.Hour + 14*time.Minute)
		linked := sample("Invocations", 8*time.Minute, 5)
		linked.Account = "444455556666"
		o.cloud.Report(linked, sample("Invocations", 8*time.Minute, 2))
		o.Collect(t.Context())
		want := []string{"111122223333 Sum {} 2T00:05/5m0s 2", "444455556666 Sum {} 2T00:05/5m0s 5"}
		if diff := cmp.Diff(want, o.points(t, "Invocations")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestCheckNamesTheKeys(t *testing.T) {
	for _, c := range []struct {
		cfg  metrics.Config
		want string
	}{
		{metrics.Config{Every: config.Duration(time.Minute), Period: config.Duration(time.Hour)}, `"every" and "period"`},
		{metrics.Config{Granularity: config.Duration(7 * time.Minute)}, `"data_granularity"`},
		{metrics.Config{Every: config.Duration(time.Second)}, `"every"`},
		{metrics.Config{MaxSeries: -1}, `"max_series"`},
		{metrics.Config{Overlap: config.Duration(1000 * time.Hour)}, `"overlap"`},
	} {
		if err := c.cfg.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.cfg, err)
		}
	}
}

func newStore(t *testing.T) *memory.Store {
	t.Helper()
	s, err := memory.New(memory.Config{Keyring: storetest.Keyring(t)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pass lets time go by in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }
