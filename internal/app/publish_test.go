package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seismo/internal/pipeline"
	"seismo/internal/publish"
	"seismo/internal/source/dir"
	"seismo/test/standin"
)

// called is a database with a call of an hour ago that failed.
func called(t *testing.T) Config { return calledIn(t, "123456789012") }

// calledIn is a database with such a call of each account.
func calledIn(t *testing.T, accounts ...string) Config {
	t.Helper()
	folder := t.TempDir()
	logs := filepath.Join(folder, "logs.json")
	record := ""
	for i, name := range accounts {
		record += fmt.Sprintf(`{"schemaType":"ModelInvocationLog","schemaVersion":"1.0","timestamp":%q,"accountId":%q,"region":"eu-west-1",`+
			`"requestId":"00000000-0000-4000-8000-0000000000a%d","operation":"Converse","modelId":"amazon.nova-micro-v1:0","errorCode":"ValidationException",`+
			`"identity":{"arn":"arn:aws:iam::%[2]s:user/dev"},"input":{"inputTokenCount":3}}`+"\n", time.Now().UTC().Add(-time.Hour).Format(time.RFC3339), name, i)
	}
	if err := os.WriteFile(logs, []byte(record), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := dir.New(logs)
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config{DB: filepath.Join(folder, "seismo.duckdb")}
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Ingest(t.Context(), src, &pipeline.Meter{}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func publishing(t *testing.T, cloud *standin.Cloud, more string) *File {
	t.Helper()
	f, err := configured(t, "publish: {environment: test, region: eu-west-1}\naccounts:\n  default: {region_name: us-east-1, path_style: true, endpoint: \""+
		cloud.URL()+"\", access_key_id: "+standin.AccessKeyID+", secret_access_key: "+standin.SecretKey+"}\n"+more)
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

func TestMetricsOfTheDatabaseArePublishedOnce(t *testing.T) {
	cloud := standin.New(t)
	cfg, f := called(t), publishing(t, cloud, "")
	now := time.Now()
	ask := Publishing{From: now.Add(-3 * time.Hour), To: now}
	dry := ask
	dry.Dry = true
	would, err := PublishMetrics(t.Context(), cfg, f, dry)
	list := would.Preview
	if err != nil || len(list) == 0 || len(cloud.Samples(publish.Namespace)) != 0 {
		t.Fatalf("a dry run: %d points, %v", len(list), err)
	}
	first, err := PublishMetrics(t.Context(), cfg, f, ask)
	if err != nil || first.Points != len(list) {
		t.Fatalf("%+v, %v; the dry run said %d", first, err, len(list))
	}
	second, err := PublishMetrics(t.Context(), cfg, f, ask)
	if err != nil || second.Points != 0 {
		t.Errorf("again: %+v, %v", second, err)
	}
	calls := 0.0
	for _, s := range cloud.Samples(publish.Namespace) {
		if s.Metric == "Calls" && s.Dims["Model"] == "" {
			calls += s.Value
		}
		if s.Region != "eu-west-1" || s.Dims["Environment"] != "test" {
			t.Errorf("%+v", s)
		}
	}
	if calls != 1 {
		t.Errorf("%v calls", calls)
	}
}

func TestTwoDoNotPublishAtOnce(t *testing.T) {
	cfg, f := called(t), publishing(t, standin.New(t), "")
	resolved, err := cfg.resolved()
	if err != nil {
		t.Fatal(err)
	}
	lock, err := resolved.publishLock()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Unlock() }()
	if _, err := PublishMetrics(t.Context(), cfg, f, Publishing{From: time.Now().Add(-time.Hour), To: time.Now()}); err == nil || !strings.Contains(err.Error(), "publishes") {
		t.Errorf("the error is %v", err)
	}
}

// TestServePublishesAndLetsGo starts what serve starts, and ends it.
func TestServePublishesAndLetsGo(t *testing.T) {
	cloud := standin.New(t)
	cloud.CreateLogGroup(standin.LogGroup{Name: "/aws/bedrock/application-logs/test", Region: "eu-west-1"})
	cfg, f := called(t), publishing(t, cloud, "")
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p, err := a.publisher(t.Context(), f, *f.published, newReach(0))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Once(t.Context())
	if err != nil || got.Lines != 1 || got.Points == 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if lines := cloud.Lines("/aws/bedrock/application-logs/test"); len(lines) != 1 || !strings.Contains(lines[0], "person") && !strings.Contains(lines[0], "user/person-") {
		t.Errorf("%q", lines)
	}
}

func TestSectionsOfWhatIsSent(t *testing.T) {
	for text, want := range map[string]string{
		"publish:\n  account: nobody\n":               `"nobody"`,
		"publish:\n  perod: 5m\n":                     "perod",
		"reports:\n  weekly: {to: [a@example.com]}\n": "from",
		"reports:\n  ses: {account: nobody}\n  from: a@example.com\n  daily: {to: [b@example.com]}\n":     `"nobody"`,
		"reports:\n  smtp: {host: h, tls: none}\n  from: a@example.com\n  daily: {to: [b@example.com]}\n": "smtp.tls",
	} {
		if _, err := configured(t, text); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), ":2") {
			t.Errorf("%q: %v", text, err)
		}
	}
	f, err := configured(t, "publish: {}\nreports:\n  ses: {}\n  from: a@example.com\n  monthly: {to: b@example.com}\n")
	if err != nil || f.published == nil || f.published.Environment != "prod" || len(f.posted) != 1 || f.posted[0].SMTP != nil {
		t.Errorf("%+v, %+v, %v", f.published, f.posted, err)
	}
}
