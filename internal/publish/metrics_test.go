package publish

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seismo/internal/event"
	"seismo/test/standin"
)

func TestMetricsAreWhatTheRowsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), call("b", time.Hour), failed("c", "ThrottlingException", time.Hour), call("new", time.Minute))
		w.once()
		want := map[string]float64{}
		for _, m := range [...]string{"amazon.nova-lite-v1:0", ""} { // of the model, and of the Region as a whole
			for name, v := range map[string]float64{"Calls": 3, "Errors": 1, "Throttles": 1, "ErrorRate": 1, "CostUSD": 0.03,
				"InputTokens": 200, "OutputTokens": 40} {
				want[name+" "+m] = v
			}
		}
		if diff := cmp.Diff(want, w.sums(), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		zeros, ones := 0, 0
		for _, s := range w.cloud.Samples(Namespace) {
			if s.Metric == errorRate && s.Dims["Model"] != "" {
				if s.Value == 0 {
					zeros++
				} else {
					ones++
				}
			}
			if s.Metric != markOfRequests && (s.Dims["Account"] != standin.AccountID || s.Dims["Region"] != "eu-west-1" || s.Dims["Environment"] != "prod") {
				t.Errorf("dimensions %v", s.Dims)
			}
			if s.Time.Truncate(5*time.Minute) != s.Time && s.Metric != markOfRequests {
				t.Errorf("%s is at %s, which begins no period", s.Metric, s.Time)
			}
		}
		if zeros != 2 || ones != 1 {
			t.Errorf("the error rate is of %d answered and %d failed calls", zeros, ones)
		}
	})
}

func TestNothingIsSentTwiceAndLateCallsAreAdded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), call("b", time.Hour))
		w.once()
		if again := w.once(); again.Points != 0 {
			t.Errorf("a second run sent %d points", again.Points)
		}
		late := call("late", time.Hour)
		late.Outcome = event.Failure
		w.rows.add(late)
		w.once()
		w.once()
		got := w.sums()
		if got["Calls "] != 3 || got["Errors "] != 1 || got["InputTokens "] != 300 {
			t.Errorf("after a late call: %v", got)
		}
	})
}

func TestAnotherModelAboveTheLimitIsOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.MaxSeries = 1
		second := call("b", time.Hour)
		second.Model = "a-model|with\nodd: characters é"
		w.rows.add(call("a", 2*time.Hour), second)
		w.once()
		w.rows.add(call("c", time.Hour), second)
		w.once()
		got := w.sums()
		if got["Calls amazon.nova-lite-v1:0"] != 2 || got["Calls others"] != 2 || got["Calls "] != 4 {
			t.Errorf("%v", got)
		}
	})
}

func TestEachRegionGetsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.cfg.Regions = []string{"eu-west-1", "us-east-1"}
		there := call("b", time.Hour)
		there.Region = "us-east-1"
		elsewhere := call("c", time.Hour)
		elsewhere.Region = "ap-south-1"
		w.rows.add(call("a", time.Hour), there, there, elsewhere)
		w.cfg.What = []string{Metrics}
		all := w.cfg
		for _, w.cfg = range all.Each() {
			w.once()
			w.once()
		}
		got := map[string]float64{}
		for _, s := range w.cloud.Samples(Namespace) {
			if s.Metric == "Calls" && s.Dims["Model"] == "" {
				got[s.Region+" "+s.Dims["Region"]] += s.Value
			}
		}
		if diff := cmp.Diff(map[string]float64{"eu-west-1 eu-west-1": 1, "us-east-1 us-east-1": 2}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestOldHoursAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.rows.add(call("a", time.Hour), failed("b", "ValidationException", time.Hour))
		w.once()
		before := len(w.book.facts)
		time.Sleep(10 * 24 * time.Hour) //nolint:forbidigo // virtual time
		w.once()
		if len(w.book.facts) != before {
			t.Errorf("%d facts became %d within ten days", before, len(w.book.facts))
		}
		time.Sleep(10 * 24 * time.Hour) //nolint:forbidigo // virtual time
		w.once()
		if got := before - len(w.book.facts); got != 2 { // the hour of metrics, and that of failed calls
			t.Errorf("%d facts are forgotten: %v", got, w.book.facts)
		}
	})
}

func TestConfigNamesItsFaults(t *testing.T) {
	for key, c := range map[string]Config{
		"regions": {Regions: []string{"us-east-1", "us-east-1"}}, "region": {Region: "us-east-1", Regions: []string{"us-east-1"}},
		"environment": {Environment: "a b"}, "namespace": {Namespace: "AWS/Bedrock"}, "people": {People: "all"}, "what": {What: []string{"calls"}},
		"period": {Period: 7 * 60e9}, "every": {Every: 1e9}, "late": {Late: 20 * 24 * 3600e9}, "max_series": {MaxSeries: -1},
		"security_log_group": {SecurityGroup: "a\r\nb"}, "application_log_group": {ApplicationGroup: "*"},
	} {
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), `"`+key+`"`) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
