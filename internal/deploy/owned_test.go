package deploy_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"seismo/internal/deploy"
	"seismo/internal/logging"
	"seismo/internal/state"
	"seismo/test/standin"
)

var staging = deploy.Wish{Environment: "staging", Regions: []string{standin.Region}}

// really is a tool that turns logging on in earnest, with a state file of its own.
func really(t *testing.T, cloud *standin.Cloud, force bool, lines *[]string) *deploy.Tool {
	t.Helper()
	memory, err := state.Open(t.Context(), t.TempDir()+"/state")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = memory.Close() })
	return with(t, cloud, memory, force, lines)
}

func with(t *testing.T, cloud *standin.Cloud, memory *state.State, force bool, lines *[]string) *deploy.Tool {
	t.Helper()
	a := hurried(t, cloud)
	tool := logging.New(a, logging.Options{Journal: memory, Memory: memory, Pause: func(context.Context, time.Duration) {}})
	return deploy.New(a, deploy.Options{Enabler: deploy.Logging(tool, force), Tell: func(l string) { *lines = append(*lines, l) },
		Pause: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
}

// gives lets the infrastructure of an environment say what its template names.
func gives(cloud *standin.Cloud, word, environment string) {
	p := word + "-" + environment
	cloud.StackGives(p+"-infrastructure", map[string]string{"LogBucket": p + "-logs-111122223333-us-east-1", "TrailBucket": p + "-trail-111122223333-us-east-1",
		"InvocationLogGroup": "/aws/bedrock/model-invocations/" + environment, "LoggingRole": p + "-role", "QueueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/q",
		"QueueName": "q", "ReaderRoleArn": "arn:aws:iam::111122223333:role/reader", "PublisherRoleArn": "arn:aws:iam::111122223333:role/publisher"})
}

// inProduction is an account where prod is deployed, with logging on.
func inProduction(t *testing.T, force bool) (*standin.Cloud, *deploy.Tool, *[]string) {
	t.Helper()
	cloud, lines := world(t), new([]string)
	gives(cloud, "seismo", "prod")
	gives(cloud, "seismo", "staging")
	x := really(t, cloud, force, lines)
	if _, err := x.Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if goes(cloud) != logBucket {
		t.Fatalf("logs go to %q", goes(cloud))
	}
	*lines = nil
	return cloud, x, lines
}

// goes is the bucket that logs go to, "" when logging is off.
func goes(cloud *standin.Cloud) string {
	to, _ := cloud.Logging(standin.Region)["s3Config"].(map[string]any)
	name, _ := to["bucketName"].(string)
	return name
}

// Whatever is removed of another environment, or of none, logging stays on.
func TestDownOfAnotherEnvironmentLeavesLogging(t *testing.T) {
	cloud, x, lines := inProduction(t, false)
	if kept, err := x.Down(t.Context(), deploy.Wish{Environment: "nosuch", Regions: wish.Regions}, false); err != nil || len(kept) > 0 {
		t.Error(kept, err)
	}
	if goes(cloud) != logBucket || len(cloud.Stacks()) != len(names) {
		t.Errorf("logs go to %q, %d stacks", goes(cloud), len(cloud.Stacks()))
	}
	w := staging
	w.NoLogging = true
	if _, err := x.Up(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	*lines = nil
	if _, err := x.Down(t.Context(), staging, false); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(*lines, "\n"); goes(cloud) != logBucket || !strings.Contains(text, "logging of us-east-1 goes to s3://"+logBucket) || !strings.Contains(text, "and stays on") {
		t.Errorf("logs go to %q:\n%s", goes(cloud), text)
	}
	// And prod's own turns it off.
	if _, err := x.Down(t.Context(), wish, false); err != nil || goes(cloud) != "" {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
}

// A second run that fails leaves logging, which the first turned on.
func TestAFailedRunLeavesLoggingAsItWas(t *testing.T) {
	cloud, x, _ := inProduction(t, false)
	w := wish
	w.Parameters = map[string]string{"InvocationLogDays": "60"}
	cloud.FailStack(prefix+"queries", "TopUsers", "Rate exceeded")
	cloud.ChangeStack(prefix+"queries", "older")
	_, err := x.Up(t.Context(), w)
	if err == nil || !strings.Contains(err.Error(), "was taken back") || goes(cloud) != logBucket {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
	// One that moved them puts them back where they went before it, and not further.
	w.Parameters["InvocationPrefix"] = "elsewhere"
	cloud.ChangeStack(prefix+"queries", "older still")
	cloud.FailStack(prefix+"queries", "TopUsers", "Rate exceeded")
	_, err = x.Up(t.Context(), w)
	to, _ := cloud.Logging(standin.Region)["s3Config"].(map[string]any)
	if err == nil || !strings.Contains(err.Error(), "was taken back") || to["bucketName"] != logBucket || to["keyPrefix"] != "invocations" {
		t.Errorf("logs go to %v, %v", to, err)
	}
	// What was there before the first run is still known.
	if _, err := x.Down(t.Context(), wish, false); err != nil || goes(cloud) != "" {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
}

// The logs of one environment are not moved to another's without --force; plan says
// so, and up says it before it makes anything.
func TestLogsOfAnotherEnvironmentAreNotTaken(t *testing.T) {
	cloud, x, _ := inProduction(t, false)
	plans, err := x.Plan(t.Context(), staging)
	if err != nil {
		t.Fatal(err)
	}
	if last := plans[len(plans)-1]; last.Stack != "logging" || !strings.Contains(last.Conflict, logBucket) || !strings.Contains(last.Conflict, "--force") {
		t.Errorf("planned is %+v", last)
	}
	_, err = x.Up(t.Context(), staging)
	if err == nil || !strings.Contains(err.Error(), "logging of us-east-1 goes to s3://"+logBucket) || !strings.Contains(err.Error(), "nothing was changed in us-east-1") ||
		!strings.Contains(hint(err), "--force") || goes(cloud) != logBucket || len(cloud.Stacks()) != len(names) {
		t.Errorf("%v\n%s\nlogs go to %q", err, hint(err), goes(cloud))
	}
	// With --no-logging there is nothing to be refused.
	w := staging
	w.NoLogging = true
	if _, err := x.Up(t.Context(), w); err != nil || goes(cloud) != logBucket {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
}

// With --force they are; a run that fails after that gives them back.
func TestATakeoverThatFailsIsTakenBack(t *testing.T) {
	cloud, x, _ := inProduction(t, true)
	cloud.FailStack("seismo-staging-queries", "TopUsers", "Rate exceeded")
	if _, err := x.Up(t.Context(), staging); err == nil || !strings.Contains(err.Error(), "was taken back") || goes(cloud) != logBucket {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
	plans, err := x.Plan(t.Context(), staging)
	if last := plans[len(plans)-1]; err != nil || last.Conflict != "" || !strings.Contains(last.Before, logBucket) {
		t.Errorf("planned is %+v, %v", last, err)
	}
	if _, err := x.Up(t.Context(), staging); err != nil || goes(cloud) != "seismo-staging-logs-111122223333-us-east-1" {
		t.Errorf("logs go to %q, %v", goes(cloud), err)
	}
}

// On a machine that did not turn logging on, down stops before anything goes that
// logs are written to.
func TestDownWithoutTheStateFile(t *testing.T) {
	for _, deleteData := range []bool{false, true} {
		cloud, _, lines := inProduction(t, false)
		_, err := really(t, cloud, false, lines).Down(t.Context(), wish, deleteData)
		if err == nil || !strings.Contains(err.Error(), "logging of us-east-1 still goes to s3://"+logBucket) || !strings.Contains(err.Error(), "nothing was removed") ||
			!strings.Contains(hint(err), "seismo logging disable --force --region us-east-1") || !strings.Contains(hint(err), "--force") {
			t.Errorf("%v\n%s", err, hint(err))
		}
		if goes(cloud) != logBucket || len(cloud.Stacks()) != len(names) || len(cloud.Buckets()) != 2 || len(cloud.LogGroups()) != 4 {
			t.Errorf("logs go to %q; left are %d stacks, %v, %v", goes(cloud), len(cloud.Stacks()), cloud.Buckets(), cloud.LogGroups())
		}
		if _, err := really(t, cloud, true, lines).Down(t.Context(), wish, deleteData); err != nil || goes(cloud) != "" || len(cloud.Stacks()) > 0 {
			t.Errorf("with --force: %v, logs go to %q, %d stacks", err, goes(cloud), len(cloud.Stacks()))
		}
	}
}

// A parameter that is not given again stays as it was, for logging too.
func TestThePrefixStaysAsItWas(t *testing.T) {
	cloud, x, _ := inProduction(t, false)
	w := wish
	w.Parameters = map[string]string{"InvocationPrefix": "elsewhere"}
	for _, w := range []deploy.Wish{w, wish} {
		if _, err := x.Up(t.Context(), w); err != nil {
			t.Fatal(err)
		}
		if to, _ := cloud.Logging(standin.Region)["s3Config"].(map[string]any); to["keyPrefix"] != "elsewhere" {
			t.Errorf("logs go to %v", to)
		}
	}
}
