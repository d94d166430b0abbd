package aws

import (
	"bytes"
	"context"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"seismo/internal/doctor"
	"seismo/internal/event"
	mailing "seismo/internal/mail"
	"seismo/internal/publish"
	"seismo/internal/query"
	"seismo/internal/source"
)

// rows are events that are searched in memory.
type rows []event.Event

func (r rows) Aggregate(_ context.Context, a query.Aggregate) (query.Table, error) {
	return query.Eval(a, func(yield func(*event.Event) bool) {
		for i := range r {
			if !yield(&r[i]) {
				return
			}
		}
	}, func(n query.Node, e *event.Event) bool { return query.Match(n, e, nil) })
}

func (r rows) Search(_ context.Context, q query.Query) (query.Page, error) {
	var page query.Page
	for _, e := range r {
		if query.Match(q.Where, &e, nil) && !e.Time.Before(q.From) && e.Time.Before(q.To) {
			page.Events = append(page.Events, e)
		}
	}
	return page, nil
}

type facts map[string]string

func (f facts) Fact(_ context.Context, name string) (string, error) { return f[name], nil }

func (f facts) Remember(_ context.Context, name, value string) error {
	f[name] = value
	return nil
}

// TestPublish writes metrics and a failed call, twice, and reads them as another
// program does.
func TestPublish(t *testing.T) {
	a := open(t, configured(t))
	at := time.Now().UTC().Add(-time.Hour)
	usd := 0.25
	list := rows{
		{ID: "a", Kind: event.KindCall, Outcome: event.Success, Time: at, Account: accountID, Region: region, Model: "amazon.nova-lite-v1:0", Cost: event.Cost{USD: &usd}},
		{ID: "b", Kind: event.KindCall, Outcome: event.Failure, Error: "ValidationException", Time: at, Account: accountID, Region: region, Model: "amazon.nova-lite-v1:0"},
	}
	cfg := publish.Config{Environment: named(t)}
	if err := cfg.Check(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Logs("").CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(cfg.ApplicationGroup)}); err != nil {
		t.Fatal(err)
	}
	kept := facts{}
	for range 2 {
		if _, err := publish.New(cfg, publish.Deps{Account: a, Rows: list, Ledger: kept}).Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// The emulator adds up every series that has these dimensions, whatever others
	// it has: only the fullest set tells one alone.
	dims := []types.Dimension{
		{Name: aws.String("Environment"), Value: aws.String(cfg.Environment)}, {Name: aws.String("Account"), Value: aws.String(accountID)},
		{Name: aws.String("Region"), Value: aws.String(region)}, {Name: aws.String("Model"), Value: aws.String("amazon.nova-lite-v1:0")},
	}
	for name, want := range map[string]float64{"Calls": 2, "Errors": 1, "CostUSD": 0.25} {
		out, err := a.CloudWatch("").GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String(publish.Namespace),
			MetricName: aws.String(name), Dimensions: dims, StartTime: aws.Time(at.Add(-time.Hour)), EndTime: aws.Time(at.Add(time.Hour)),
			Period: aws.Int32(300), Statistics: []types.Statistic{types.StatisticSum}})
		if err != nil || len(out.Datapoints) != 1 || aws.ToFloat64(out.Datapoints[0].Sum) != want {
			t.Errorf("%s has %d points, %v; want %v", name, len(out.Datapoints), err, want)
		}
	}
	out, err := a.Logs("").FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(cfg.ApplicationGroup)})
	if err != nil || len(out.Events) != 1 || !strings.Contains(aws.ToString(out.Events[0].Message), `"error":"ValidationException"`) {
		t.Errorf("lines %+v, %v", out, err)
	}
}

// TestSES sends a message by SES, first without a verified sender.
func TestSES(t *testing.T) {
	cfg := configured(t)
	cfg.Region = "ap-northeast-1" // nobody is verified there by another test
	a := open(t, cfg)
	m := mailing.Message{From: "seismo <reports@example.com>", To: []string{"ana@example.com"}, Subject: "Bedrock, März", Date: time.Now(), ID: "test.1",
		Text: "text", HTML: []byte("<p>page</p>")}
	sender := mailing.NewMailer(a, mailing.SES{})
	err := sender.Send(t.Context(), m)
	var f *source.Fault
	if !errors.As(err, &f) || !strings.Contains(f.Remedy, "Verify") {
		t.Errorf("unverified: %v", err)
	}
	client := sesv2.NewFromConfig(a.SDK(""))
	if _, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("reports@example.com")}); err != nil {
		t.Fatal(err)
	}
	if err := sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	raw, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	read, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil || !slices.Contains(read.Header["Mime-Version"], "1.0") {
		t.Errorf("%v, %v", read, err)
	}
}

// TestDoctorOfPublishing has the doctor look at a log group that is there and at one
// that is not.
func TestDoctorOfPublishing(t *testing.T) {
	a := open(t, configured(t))
	there, missing := "/aws/bedrock/security-events/"+named(t), "/aws/bedrock/application-logs/"+named(t)
	if _, err := a.Logs("").CreateLogGroup(t.Context(), &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(there)}); err != nil {
		t.Fatal(err)
	}
	r := doctor.Examine(t.Context(), []doctor.Target{{Source: "publish", Account: configured(t), Regions: []string{region},
		Publish: &doctor.Publishing{Namespace: publish.Namespace, Groups: []string{there, missing}, Stream: publish.Stream}}}, doctor.Options{})
	states := map[string]doctor.State{}
	for _, c := range r.Checks {
		if c.Action == "logs:FilterLogEvents" || c.Action == "cloudwatch:GetMetricData" {
			states[c.Resource] = c.State
		}
		if c.State == doctor.Failed && !strings.Contains(c.Remedy, "create-log-group --log-group-name "+missing) {
			t.Errorf("%+v", c)
		}
	}
	arn := "arn:aws:logs:" + region + ":" + accountID + ":log-group:"
	for resource, want := range map[string]doctor.State{"*": doctor.OK, arn + there + ":*": doctor.OK, arn + missing + ":*": doctor.Failed} {
		if states[resource] != want {
			t.Errorf("%s is %q, want %q; %+v", resource, states[resource], want, r.Checks)
		}
	}
}
