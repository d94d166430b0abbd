package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seismo/internal/coverage"
	"seismo/internal/event"
	"seismo/internal/store"
	"seismo/test/standin"
)

func configured(t *testing.T, text string) (File, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "seismo.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return LoadFile(path)
}

func TestSectionsOfWhatIsObserved(t *testing.T) {
	none, err := configured(t, "mode: full\n")
	if err != nil || none.observed.metrics != nil || none.observed.inventory != nil {
		t.Errorf("without sections: %+v, %v", none.observed, err)
	}
	both, err := configured(t, "metrics: {}\ninventory:\n  every: 1h\naccounts:\n  two: {region_name: eu-west-1}\n  one: {region_name: us-east-1}\n")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(both.observed.metrics.Accounts, ","); got != "one,two" {
		t.Errorf("accounts of metrics: %s", got)
	}
	if both.observed.inventory.Every.Std() != time.Hour || both.observed.metrics.Every.Std() != 5*time.Minute {
		t.Errorf("%+v %+v", both.observed.inventory, both.observed.metrics)
	}
	for text, want := range map[string]string{
		"metrics:\n  accounts: [nobody]\n": `"nobody"`,
		"metrics:\n  every: 5s\n":          "every",
		"inventory:\n  evry: 5h\n":         "evry",
	} {
		if _, err := configured(t, text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ":2") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What a file says of metrics and inventory comes to the page and to the rows.
func TestWhatIsObservedComesToThePage(t *testing.T) {
	cloud := standin.New(t)
	hour := time.Now().UTC().Truncate(time.Hour).Add(-3 * time.Hour)
	for range 3 {
		cloud.Report(standin.Sample{Namespace: "AWS/Bedrock", Metric: "Invocations", Time: hour.Add(10 * time.Minute), Value: 1})
	}
	profile := "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/one"
	cloud.SetBedrock(standin.Region, standin.Bedrock{
		Profiles: []map[string]any{{"inferenceProfileId": "one", "inferenceProfileArn": profile, "type": "APPLICATION", "status": "ACTIVE",
			"models": []any{map[string]any{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-micro-v1:0"}}}},
		Tags: map[string]map[string]string{profile: {"squad": "storefront"}},
	})
	f, err := configured(t, "metrics: {}\ninventory: {team_tags: [squad]}\naccounts:\n  default: {region_name: us-east-1, path_style: true, endpoint: \""+
		cloud.URL()+"\", access_key_id: "+standin.AccessKeyID+", secret_access_key: "+standin.SecretKey+"}\n")
	if err != nil {
		t.Fatal(err)
	}
	a, err := Open(t.Context(), Config{DB: filepath.Join(t.TempDir(), "seismo.duckdb")})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	cfg := a.cfg
	if err := a.observe(t.Context(), &f, newReach(0), &cfg, func(func() error) {}); err != nil {
		t.Fatal(err)
	}
	a.observer.metrics.Load().Collect(t.Context())
	if err := a.observer.inventory.Load().Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	path, err := NewPath(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer path.Close()
	call := event.Event{ID: "one", Time: hour.Add(time.Minute), Kind: event.KindCall, Outcome: event.Success, Account: standin.AccountID,
		Region: standin.Region, Endpoint: "runtime", ModelRef: profile, Profile: "one", ProfileKind: "application"}
	path.Enrich(&call)
	if call.Team != "storefront" || call.Attribution != "profile_tag" || call.Model != "amazon.nova-micro-v1:0" {
		t.Errorf("team %q by %q, model %q", call.Team, call.Attribution, call.Model)
	}
	if _, err := a.store.Append(t.Context(), store.Batch{Events: []event.Event{call}}); err != nil {
		t.Fatal(err)
	}
	m, err := a.Backend().Coverage(t.Context(), hour, hour.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Rows) != 1 || m.Rows[0].State != coverage.LoggingOff && m.Rows[0].State != coverage.Unknown || m.Rows[0].Missing != 2 {
		t.Errorf("rows %+v", m.Rows)
	}
	if len(m.Metrics) != 1 || m.Metrics[0].Fault != "" {
		t.Errorf("metrics %+v", m.Metrics)
	}
	known, err := a.Backend().Inventory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range known.Posture {
		if p.Check == "attribution" {
			t.Errorf("a tag that was chosen is not seen: %+v", p)
		}
	}
}
