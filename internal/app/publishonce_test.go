package app

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"seismo/internal/publish"
	"seismo/test/standin"
)

const (
	simulatedAccount = "111122223333" // of the simulation
	realAccount      = "123456789012"
)

// callsOf are the calls that CloudWatch has, by account.
func callsOf(cloud *standin.Cloud) map[string]float64 {
	got := map[string]float64{}
	for _, s := range cloud.Samples(publish.Namespace) {
		if s.Metric == "Calls" && s.Dims["Model"] == "" {
			got[s.Dims["Account"]] += s.Value
		}
	}
	return got
}

func TestSimulatedCallsAreRefusedUnlessAskedFor(t *testing.T) {
	cloud := standin.New(t)
	cfg, f := calledIn(t, simulatedAccount), publishing(t, cloud, "")
	ask := Publishing{From: time.Now().Add(-3 * time.Hour), To: time.Now()}
	_, err := PublishMetrics(t.Context(), cfg, f, ask)
	var refused *hinted
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), simulatedAccount) || !strings.Contains(refused.Hint(), "--simulated") || len(cloud.Samples(publish.Namespace)) != 0 {
		t.Fatalf("without the flag: %v, %d samples", err, len(cloud.Samples(publish.Namespace)))
	}
	ask.Dry = true
	if got, err := PublishMetrics(t.Context(), cfg, f, ask); err != nil || len(got.Preview) == 0 || got.Simulated == nil {
		t.Errorf("a dry run: %+v, %v", got, err)
	}
	ask.Dry, ask.Simulated = false, true
	var hours, all int
	ask.Step = func(done, of int) { hours, all = done, of }
	if got, err := PublishMetrics(t.Context(), cfg, f, ask); err != nil || got.Points == 0 || got.Left || callsOf(cloud)[simulatedAccount] != 1 {
		t.Errorf("with the flag: %+v, %v", got, err)
	}
	if hours != all || all < 3 {
		t.Errorf("it said %d of %d hours", hours, all)
	}
}

func TestSimulatedCallsAreLeftOutBesideOthers(t *testing.T) {
	cloud := standin.New(t)
	cfg, f := calledIn(t, simulatedAccount, realAccount), publishing(t, cloud, "")
	got, err := PublishMetrics(t.Context(), cfg, f, Publishing{From: time.Now().Add(-3 * time.Hour), To: time.Now()})
	if err != nil || !got.Left || len(got.Simulated) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if calls := callsOf(cloud); calls[realAccount] != 1 || calls[simulatedAccount] != 0 {
		t.Errorf("published: %v", calls)
	}
}

// TestServeLeavesSimulatedCallsOut runs what serve runs.
func TestServeLeavesSimulatedCallsOut(t *testing.T) {
	cloud := standin.New(t)
	cloud.CreateLogGroup(standin.LogGroup{Name: "/aws/bedrock/application-logs/test", Region: "eu-west-1"})
	cfg, f := calledIn(t, simulatedAccount, realAccount), publishing(t, cloud, "")
	var said bytes.Buffer
	cfg.Log = slog.New(slog.NewTextHandler(&said, nil))
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p, err := a.publisher(t.Context(), f, *f.published, newReach(0))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.Once(t.Context()); err != nil || got.Lines != 1 {
		t.Errorf("%+v, %v: one failed call is of a real account", got, err)
	}
	lines := strings.Join(cloud.Lines("/aws/bedrock/application-logs/test"), "\n")
	if calls := callsOf(cloud); calls[realAccount] != 1 || len(calls) != 1 || strings.Contains(lines, simulatedAccount) {
		t.Errorf("published: %v, %s", calls, lines)
	}
	a.warnOfInvented(t.Context())
	if text := said.String(); !strings.Contains(text, "simulated calls are not published") || !strings.Contains(text, simulatedAccount) || strings.Contains(text, realAccount) {
		t.Errorf("it says %q", text)
	}
}
