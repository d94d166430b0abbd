package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"seismo/internal/doctor"
	"seismo/internal/publish"
	"seismo/internal/report"
	"seismo/internal/web"
	"seismo/test/standin"
)

const letters = "reports:\n  from: Seismo <seismo@example.com>\n  ses: {region: eu-west-2, configuration_set: reports}\n" +
	"  daily: {to: [a@example.com], smtp: {host: 127.0.0.1, port: 1, tls: none}}\n  weekly: {to: [b@example.com]}\n"

// TestWhatGoesOutIsShown starts what serve starts, with one log group missing, and
// looks at the page's list.
func TestWhatGoesOutIsShown(t *testing.T) {
	cloud := standin.New(t)
	cloud.CreateLogGroup(standin.LogGroup{Name: "/aws/bedrock/security-events/test", Region: "eu-west-1"})
	cfg, f := called(t), publishing(t, cloud, letters)
	a, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p, err := a.publisher(t.Context(), f, *f.published, newReach(0))
	if err != nil {
		t.Fatal(err)
	}
	a.outgoing.publishers.Store(&[]*publish.Publisher{p})
	a.outgoing.post.Store(report.NewPost(f.posted, report.Deps{}))
	if _, err := p.Once(t.Context()); err == nil {
		t.Error("a log group is missing, and nothing is said")
	}
	c, err := a.sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]web.Outgoing{}
	for _, o := range c.Outgoing {
		by[o.What] = o
	}
	if m := by["metrics"]; m.State != web.OutgoingWell || m.Count == 0 || !strings.Contains(m.Sent, "data points") || time.Since(m.Last) > time.Minute {
		t.Errorf("%+v", m)
	}
	if e := by["failed calls"]; e.State != web.SourceFails || !strings.Contains(e.Remedy, "seismo deploy up") || e.Since.IsZero() {
		t.Errorf("%+v", e)
	}
	if r := by["daily report"]; r.State != web.SourceStarts || r.Place != "127.0.0.1:1" {
		t.Errorf("%+v", r)
	}
	if len(c.Outgoing) != 5 || by["weekly report"].Place != "Amazon SES" {
		t.Errorf("%+v", c.Outgoing)
	}
}

func TestWhatGoesOutIsExamined(t *testing.T) {
	f, err := configured(t, "publish: {regions: [eu-west-1, us-east-1], what: [metrics, errors]}\n"+letters)
	if err != nil {
		t.Fatal(err)
	}
	var regions []string
	var servers, mails int
	for _, target := range f.Targets() {
		switch {
		case target.Publish != nil:
			regions = append(regions, target.Regions...)
			if target.Publish.Namespace != publish.Namespace || len(target.Publish.Groups) != 1 {
				t.Errorf("%+v", target.Publish)
			}
		case target.Server != nil:
			servers++
			if err := target.Server.Try(context.Background()); err == nil {
				t.Error("a server that is not there")
			}
		case target.Mail != nil:
			mails++
			if *target.Mail != (doctor.Mailing{From: "seismo@example.com", Set: "reports"}) || target.Regions[0] != "eu-west-2" {
				t.Errorf("%+v", target)
			}
		}
	}
	if strings.Join(regions, " ") != "eu-west-1 us-east-1" || servers != 1 || mails != 1 {
		t.Errorf("%v, %d servers, %d by SES", regions, servers, mails)
	}
}
