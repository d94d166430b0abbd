package doctor_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"seismo/internal/account"
	"seismo/internal/doctor"
	"seismo/test/standin"
)

const (
	findingsGroup = "/aws/bedrock/security-events/prod"
	failuresGroup = "/aws/bedrock/application-logs/prod"
)

// senders are what publishes and what sends reports, by SES and by a mail server.
func senders(cfg account.Config, try func(context.Context) error) []doctor.Target {
	return []doctor.Target{
		{Source: "publish", Account: cfg, Regions: []string{"eu-west-1"}, Publish: &doctor.Publishing{Namespace: "Seismo/Bedrock",
			Groups: []string{findingsGroup, failuresGroup}, Stream: "seismo"}},
		{Source: "reports", Account: cfg, Mail: &doctor.Mailing{From: "seismo@example.com", Set: "reports"}},
		{Source: "reports", Account: cfg, Bill: true},
		{Source: "reports", Server: &doctor.Server{Address: "smtp.example.com:587", Steps: "connect, STARTTLS, log in", Try: try}},
	}
}

type refused struct{ error }

func (refused) Hint() string { return "Check smtp.user and smtp.password." }

func TestWhatSendsIsExamined(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		for _, name := range []string{findingsGroup, failuresGroup} {
			cloud.CreateLogGroup(standin.LogGroup{Name: name, Region: "eu-west-1"})
		}
		r := examine(t, cloud, senders(cloud.Config(), func(context.Context) error { return nil }))
		if r.Missing() != 0 || len(r.Logging) != 0 {
			t.Errorf("%d checks say that something is missing; logging %v", r.Missing(), r.Logging)
		}
		golden(t, "sending-well", page(r))
		for _, op := range []string{"PutMetricData", "PutLogEvents", "CreateLogStream", "SendEmail"} {
			if cloud.Count("", op) != 0 {
				t.Errorf("%s was called", op)
			}
		}
	})
}

// TestWhatKeepsFromSendingIsNamed has one log group missing and one permission of
// each kind, one by a policy's condition.
func TestWhatKeepsFromSendingIsNamed(t *testing.T) {
	alone(t)
	synctest.Test(t, func(t *testing.T) {
		cloud := world(t)
		cloud.CreateLogGroup(standin.LogGroup{Name: findingsGroup, Region: "eu-west-1"})
		cloud.Refuse("cloudwatch:PutMetricData", "implicitDeny")
		cloud.Refuse("logs:PutLogEvents", "explicitDeny")
		cloud.Refuse("ses:SendRawEmail", "implicitDeny")
		cloud.Fault(standin.Fault{Service: "monitoring", Status: 403, Code: "AccessDenied",
			Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: cloudwatch:GetMetricData"})
		r := examine(t, cloud, senders(cloud.Config(), func(context.Context) error { return refused{errors.New("log in: 535 no")} }))
		golden(t, "sending-ill", page(r))
	})
}

func TestPoliciesOfWhatSends(t *testing.T) {
	cfg := account.Config{Region: "eu-west-1", RoleARN: "arn:aws:iam::111122223333:role/seismo"}
	list := append(senders(cfg, nil), doctor.Target{Source: "metrics", Account: cfg, Metrics: true})
	got := doctor.Policies(list, doctor.Report{})
	if len(got) != 1 || !slices.Contains(got[0].Sources, "publish") {
		t.Fatalf("%+v", got)
	}
	text, err := json.Marshal(got[0].Document, jsontext.WithIndent("  "), json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "policy-sending", string(text)+"\n")
	unbounded := []string{"AskForTheBill", "ReadMetrics"} // their actions have no resource level
	for _, s := range got[0].Document.Statement {
		for _, resource := range s.Resource {
			if resource == "*" && s.Condition == nil && !slices.Contains(unbounded, s.Sid) || strings.Contains(strings.Join(s.Action, " "), "*") {
				t.Errorf("%s is without a bound", s.Sid)
			}
		}
	}
}
