package deploy_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/internal/deploy"
	"seismo/test/standin"
)

// enabler is logging as these tests have it: what it was asked, and what it says.
type enabler struct {
	did   []string
	fails error
	wrong []string
}

func (e *enabler) Enable(ctx context.Context, to deploy.Places) (func(context.Context) error, error) {
	e.did = append(e.did, "enable "+to.Bucket+" "+to.Group+" "+to.Role+" "+to.Prefix)
	if err := errors.Join(e.fails, ctx.Err()); err != nil {
		return nil, err
	}
	return func(context.Context) error { e.did = append(e.did, "back"); return nil }, nil
}

func (e *enabler) Verify(context.Context, deploy.Places) ([]string, error) {
	e.did = append(e.did, "verify")
	return e.wrong, nil
}

// Standing is as if logging were on, and here, until it was undone.
func (e *enabler) Standing(context.Context, deploy.Places) (deploy.Standing, error) {
	on := !slices.Contains(e.did, "undo")
	return deploy.Standing{Here: on, Known: on}, nil
}

func (e *enabler) Undo(context.Context, deploy.Places) error {
	e.did = append(e.did, "undo")
	return nil
}

const prefix = "seismo-prod-"

var wish = deploy.Wish{Regions: []string{standin.Region}}

// names are the stacks of the wish in the order in which they are made.
var names = []string{"infrastructure", "trail", "alarms", "dashboards", "queries"}

func world(t *testing.T) *standin.Cloud {
	t.Helper()
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "config"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "credentials"))
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	cloud := standin.New(t)
	cloud.StackGives(prefix+"infrastructure", map[string]string{"LogBucket": "b", "TrailBucket": "t", "InvocationLogGroup": "g", "LoggingRole": "r",
		"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q", "QueueName": "q", "ReaderRoleArn": "arn:aws:iam::111122223333:role/reader",
		"PublisherRoleArn": "arn:aws:iam::111122223333:role/publisher"})
	cloud.StackGives(prefix+"dashboards", map[string]string{"CostUsage": "seismo-prod-cost-usage-us-east-1"})
	return cloud
}

func tool(t *testing.T, cloud *standin.Cloud, e *enabler, tell func(string)) *deploy.Tool {
	t.Helper()
	opt := deploy.Options{Tell: tell, Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
	if e != nil {
		opt.Enabler = e
	}
	return deploy.New(hurried(t, cloud), opt)
}

// hurried is an account that keeps no quotas: how they are kept is tested elsewhere.
func hurried(t *testing.T, cloud *standin.Cloud) *account.Account {
	t.Helper()
	a, err := account.Open(t.Context(), cloud.Config(), account.Options{Client: cloud.Transport(), Quotas: account.NoQuotas()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// complete holds what there is against what `up` shall leave.
func complete(t *testing.T, cloud *standin.Cloud) {
	t.Helper()
	all := cloud.Stacks()
	for _, name := range names {
		s, ok := all[prefix+name]
		if !ok || s.Status != "CREATE_COMPLETE" && s.Status != "UPDATE_COMPLETE" {
			t.Errorf("the stack %s is %q", name, s.Status)
		}
		if ok && s.Tags[deploy.Tag] != "prod" {
			t.Errorf("the stack %s has the tags %v", name, s.Tags)
		}
	}
	if len(all) != len(names) {
		t.Errorf("%d stacks", len(all))
	}
	if got := all[prefix+"trail"].Parameters["TrailBucket"]; got != "t" {
		t.Errorf("the trail was given the bucket %q", got)
	}
}

func TestUp(t *testing.T) {
	cloud, e := world(t), &enabler{}
	var lines []string
	made, err := tool(t, cloud, e, func(l string) { lines = append(lines, l) }).Up(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	complete(t, cloud)
	if diff := cmp.Diff([]string{"enable b g r invocations", "verify"}, e.did); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var steps []string
	for _, l := range lines {
		if strings.Contains(l, "/6 ") {
			steps = append(steps, l)
		}
	}
	want := []string{"1/6 infrastructure in us-east-1", "2/6 dashboards in us-east-1", "3/6 logging in us-east-1",
		"4/6 verification in us-east-1", "5/6 saved queries in us-east-1", "6/6 addresses in us-east-1"}
	if diff := cmp.Diff(want, steps); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	address := "https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#dashboards/dashboard/seismo-prod-cost-usage-us-east-1"
	if len(made) != 1 || len(made[0].Dashboards) != 1 || made[0].Dashboards[0].URL != address {
		t.Errorf("made %+v", made)
	}
	if text := deploy.Configuration(wish, made); !strings.Contains(text, "queue_url: https://sqs.us-east-1.amazonaws.com/111122223333/q\n") ||
		!strings.Contains(text, "role_arn: 'arn:aws:iam::111122223333:role/reader'") || strings.Count(text, "accounts: [default]}") != 2 {
		t.Errorf("the configuration is\n%s", text)
	}
	// The second run finds everything as it should be.
	before := cloud.Count("cloudformation", "ExecuteChangeSet") + cloud.Count("cloudformation", "CreateStack")
	if _, err := tool(t, cloud, e, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if after := cloud.Count("cloudformation", "ExecuteChangeSet") + cloud.Count("cloudformation", "CreateStack"); after != before {
		t.Error("the second run changed stacks")
	}
	if n := cloud.Left(); n != 0 {
		t.Errorf("%d change sets were left", n)
	}
}

// Whatever fails, what the run made is taken back, and the error says the cause.
func TestFailureIsTakenBack(t *testing.T) {
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			cloud, e := world(t), &enabler{}
			cloud.FailStack(prefix+name, "Throttled", "the quota of alarms is reached")
			_, err := tool(t, cloud, e, nil).Up(t.Context(), wish)
			if err == nil || !strings.Contains(err.Error(), "Throttled (AWS::CloudWatch::Alarm): the quota of alarms is reached") ||
				strings.Contains(err.Error(), "cancelled") || !strings.Contains(err.Error(), "taken back") {
				t.Errorf("the error is %v", err)
			}
			if left := cloud.Stacks(); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
			if undone := len(e.did) > 0 && e.did[len(e.did)-1] == "back"; undone != (name == "queries") {
				t.Errorf("logging was asked %v", e.did)
			}
		})
	}
}

func TestLoggingThatFailsIsTakenBack(t *testing.T) {
	for name, e := range map[string]*enabler{
		"refused": {fails: errors.New("an organization's policy forbids it")}, "not as it must be": {wrong: []string{"retention: none"}}} {
		cloud := world(t)
		_, err := tool(t, cloud, e, nil).Up(t.Context(), wish)
		if err == nil || len(cloud.Stacks()) > 0 {
			t.Errorf("%s: %v, left are %d stacks", name, err, len(cloud.Stacks()))
		}
	}
}

// A run that changes stacks gives them back what they had.
func TestFailedUpdateIsTakenBack(t *testing.T) {
	cloud := world(t)
	if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	old := cloud.Stacks()[prefix+"infrastructure"]
	old.Template = "an older template"
	cloud = world(t)
	cloud.PutStack(old)
	cloud.FailStack(prefix+"alarms", "Budget", "no")
	if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err == nil {
		t.Fatal("no error")
	}
	left := cloud.Stacks()
	if len(left) != 1 || left[prefix+"infrastructure"].Template != "an older template" {
		t.Errorf("left are %d stacks", len(left))
	}
}

// Every state that an earlier try can have left is brought to a good end.
func TestHalfMadeStacks(t *testing.T) {
	tags := map[string]string{deploy.Tag: "prod"}
	for _, status := range []string{"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED", "REVIEW_IN_PROGRESS",
		"UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"} {
		t.Run(status, func(t *testing.T) {
			cloud := world(t)
			s := standin.Stack{Region: standin.Region, Name: prefix + "alarms", Status: status, Tags: tags, Template: "older"}
			if status == "REVIEW_IN_PROGRESS" {
				s.Tags = nil
			}
			cloud.PutStack(s)
			if _, err := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); err != nil {
				t.Fatal(err)
			}
			complete(t, cloud)
		})
	}
}

func TestAStackOfSomebodyElseIsLeftAlone(t *testing.T) {
	cloud := world(t)
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "infrastructure", Status: "CREATE_COMPLETE", Template: "theirs"})
	x := tool(t, cloud, &enabler{}, nil)
	_, up := x.Up(t.Context(), wish)
	_, down := x.Down(t.Context(), wish, true)
	for _, err := range []error{up, down} {
		if err == nil || !strings.Contains(err.Error(), "was not made by seismo") {
			t.Errorf("the error is %v", err)
		}
	}
	if cloud.Stacks()[prefix+"infrastructure"].Template != "theirs" || cloud.Count("cloudformation", "DeleteStack") > 0 {
		t.Error("it was changed")
	}
}

// Ctrl-C at whichever line: the next run goes on and comes to the same end, and
// `down` removes whatever there is.
func TestInterruptedAnywhere(t *testing.T) {
	for n := 1; ; n++ {
		cloud := world(t)
		ctx, cancel := context.WithCancel(t.Context())
		count := 0
		_, err := tool(t, cloud, &enabler{}, func(string) {
			if count++; count == n {
				cancel()
			}
		}).Up(ctx, wish)
		cancel()
		if count < n {
			if n < 15 {
				t.Errorf("only %d lines", count)
			}
			return
		}
		if err != nil && (!strings.Contains(hint(err), "Go on from there with: seismo deploy up") || !errors.Is(err, context.Canceled)) {
			t.Errorf("line %d: %v\n%s", n, err, hint(err))
		}
		removed := t.Run(fmt.Sprintf("line %d", n), func(t *testing.T) {
			if _, e := tool(t, cloud, &enabler{}, nil).Up(t.Context(), wish); e != nil {
				t.Fatalf("after %v: %v", err, e)
			}
			complete(t, cloud)
			if _, e := tool(t, cloud, &enabler{}, nil).Down(t.Context(), wish, false); e != nil {
				t.Fatal(e)
			}
			if left := cloud.Stacks(); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
		})
		if !removed {
			return
		}
	}
}

func TestPlanChangesNothing(t *testing.T) {
	cloud := world(t)
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "alarms", Status: "CREATE_COMPLETE", Tags: map[string]string{deploy.Tag: "prod"}, Template: "older"})
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "trail", Status: "ROLLBACK_COMPLETE", Tags: map[string]string{deploy.Tag: "prod"}})
	plans, err := tool(t, cloud, &enabler{}, nil).Plan(t.Context(), wish)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]deploy.StackPlan{}
	for _, p := range plans {
		by[p.Stack] = p
	}
	var verbs []string
	for _, c := range by["alarms"].Changes {
		verbs = append(verbs, c.Action)
	}
	if diff := cmp.Diff([]string{"modify", "replace", "remove"}, verbs); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if by["trail"].Before == "" || len(by["infrastructure"].Changes) < 15 {
		t.Errorf("%+v", by)
	}
	if n := cloud.Left(); n != 0 {
		t.Errorf("%d change sets were left", n)
	}
	if len(cloud.Stacks()) != 2 || cloud.Stacks()[prefix+"alarms"].Template != "older" || cloud.Count("cloudformation", "DeleteStack") > 0 {
		t.Error("something was changed")
	}
}

// Ctrl-C at whichever call of a plan: nothing is changed, no change set is left,
// and the error says so.
func TestAnInterruptedPlan(t *testing.T) {
	cloud := world(t)
	if _, err := tool(t, cloud, nil, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		ctx, cancel := context.WithCancel(t.Context())
		remove := cloud.Fault(standin.Fault{Service: "cloudformation", After: n, Times: 1, Do: func(context.Context, standin.Call) { cancel() }})
		_, err := tool(t, cloud, nil, nil).Plan(ctx, wish)
		remove()
		cut := ctx.Err() != nil
		cancel()
		switch {
		case !cut && n < 15:
			t.Fatalf("%d calls", n)
		case !cut:
			return
		case err != nil && (err.Error() != "interrupted; nothing was changed" || hint(err) != "Go on with: seismo deploy plan" || !errors.Is(err, context.Canceled)):
			t.Errorf("call %d: %v\n%s", n, err, hint(err))
		}
		if left := cloud.Left(); left > 0 {
			t.Errorf("call %d: %d change sets are left", n, left)
		}
	}
}

// A plan takes away the change set that one before it left, and not what `up` is
// about to execute.
func TestChangeSetsThatWereLeft(t *testing.T) {
	cloud := world(t)
	if _, err := tool(t, cloud, nil, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	other := wish
	other.Parameters = map[string]string{"CostPerHour": "40"}
	cloud.Fault(standin.Fault{Service: "cloudformation", Op: "DeleteChangeSet", Times: 1, Status: 403, Code: "AccessDenied", Message: denied + "cloudformation:DeleteChangeSet"})
	if _, err := tool(t, cloud, nil, nil).Plan(t.Context(), other); err == nil || cloud.Left() != 1 {
		t.Fatalf("%v, %d change sets", err, cloud.Left())
	}
	planned := false
	cloud.Fault(standin.Fault{Service: "cloudformation", Op: "ExecuteChangeSet", Times: 1, Do: func(context.Context, standin.Call) {
		if _, err := tool(t, cloud, nil, nil).Plan(t.Context(), other); err != nil {
			t.Error(err)
		}
		planned = true
	}})
	if _, err := tool(t, cloud, nil, nil).Up(t.Context(), other); err != nil || !planned || cloud.Left() > 0 {
		t.Errorf("%v, %d change sets", err, cloud.Left())
	}
}

func TestDownKeepsWhatHoldsLogs(t *testing.T) {
	cloud := world(t)
	cloud.PutStack(standin.Stack{Region: standin.Region, Name: prefix + "infrastructure", Status: "CREATE_COMPLETE", Tags: map[string]string{deploy.Tag: "prod"},
		Resources: [][3]string{{"LogBucket", "AWS::S3::Bucket", "the-bucket"}, {"Queue", "AWS::SQS::Queue", "q"}, {"InvocationLogs", "AWS::Logs::LogGroup", "g"}}})
	e := &enabler{}
	kept, err := tool(t, cloud, e, nil).Down(t.Context(), wish, false)
	if err != nil {
		t.Fatal(err)
	}
	want := []deploy.Kept{{Region: standin.Region, ID: "LogBucket", Type: "AWS::S3::Bucket", Name: "the-bucket"}, {Region: standin.Region, ID: "InvocationLogs", Type: "AWS::Logs::LogGroup", Name: "g"}}
	if diff := cmp.Diff(want, kept); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"undo"}, e.did); diff != "" {
		t.Errorf("logging is put back first: -want +got:\n%s", diff)
	}
}

func TestWrongWishes(t *testing.T) {
	for name, w := range map[string]deploy.Wish{
		"--environment": {Environment: "Prod", Regions: []string{"us-east-1"}},
		"--name-prefix": {NamePrefix: "-", Regions: []string{"us-east-1"}},
		"--region":      {},
		"given twice":   {Regions: []string{"us-east-1", "us-east-1"}},
		"no parameter":  {Regions: []string{"us-east-1"}, Parameters: map[string]string{"Nothing": "1"}},
		"is none of":    {Regions: []string{"us-east-1"}, Parameters: map[string]string{"CollectBy": "pigeon"}},
		"more than":     {Regions: []string{"us-east-1"}, Parameters: map[string]string{"ErrorPercent": "101"}},
		"form":          {Regions: []string{"us-east-1"}, Parameters: map[string]string{"AlertEmail": "nobody"}},
	} {
		if err := w.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
