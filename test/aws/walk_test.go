package aws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/doctor"
)

// TestWalk is the way of a new user with the programs as they are released: look,
// turn logging on, prove it, upload a log object by hand, make the stacks, collect
// with the configuration that they end with, and put everything back. What is
// there is read by the AWS CLI, which knows nothing of seismo.
func TestWalk(t *testing.T) {
	begun := time.Now()
	u := newUser(t, "121212121212")
	before := u.seen()

	u.run(0, "+ bucket.policy", "seismo-aws logging plan")
	u.quick(5*time.Second, "plan of 17 Regions", func() {
		u.run(0, "sa-east-1 in account 121212121212: 10 changes", "seismo logging plan --region "+strings.Join(seventeen, ","))
	})
	u.run(3, "✗ logging is on", "seismo-aws logging verify")
	u.run(0, "(new)", "seismo-aws deploy plan")
	u.same("plan and verify changed something", before)

	u.enable()
	u.disabled(before)
	u.trailThereAndBack(before)

	stands := u.deployed()
	u.collect(stands)
	u.run(0, "deleting seismo-prod-logs-121212121212-"+region, "seismo deploy down --delete-data")
	u.run(0, "there is nothing to undo", "seismo logging disable --delete-data --force")
	u.same("the account is not as it was before deploy up", before)
	t.Logf("the walk took %.0f s", time.Since(begun).Seconds())
}

// same holds the account against what it was.
func (u *user) same(what, before string) {
	u.t.Helper()
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(u.seen(), "\n")); diff != "" {
		u.t.Fatalf("%s (-before +now):\n%s", what, diff)
	}
}

// quick holds how long something takes, with the start of the programs.
func (u *user) quick(most time.Duration, what string, do func()) {
	u.t.Helper()
	begun := time.Now()
	do()
	took := time.Since(begun)
	u.t.Logf("%s took %.2f s of at most %v", what, took.Seconds(), most)
	if took > most {
		u.t.Errorf("%s took %v; %v is the most", what, took, most)
	}
}

// enable turns logging on with the program without C, proves it with the other,
// and uploads an object.
func (u *user) enable() {
	u.t.Helper()
	u.quick(10*time.Second, "enable and verify", func() {
		u.run(0, "logging is on in "+region, "seismo-aws logging enable")
		u.run(0, "none failed", "seismo logging verify")
	})
	status := u.later(0, `"ours": true`, "seismo logging status --json --region "+region)
	u.holdsLogging(places{bucket: "bedrock-logs-121212121212-" + region + "-prod", group: "/aws/bedrock/model-invocations/prod",
		role: "seismo-bedrock-logging-" + region + "-prod", days: 30, encryption: "AES256"})
	key := u.upload("bedrock-logs-121212121212-"+region+"-prod", "", "11111111-2222-4333-8444-555555555555")
	if out := u.run(0, "✓ delivery: last object", "seismo logging verify"); !strings.Contains(out, key) {
		u.t.Errorf("verify does not name the object %s:\n%s", key, out)
	}
	u.run(0, "no drift", "seismo logging watch")
	status()
}

// trailThereAndBack makes a trail beside, and removes it.
func (u *user) trailThereAndBack(before string) {
	u.t.Helper()
	u.run(0, "+ trail.selectors", "seismo-aws logging trail plan --cloudwatch --insights")
	u.run(0, "the trail records", "seismo-aws logging trail enable --cloudwatch --insights")
	u.run(0, "none failed", "seismo-aws logging trail verify")
	u.holdsTrail(asked[[]string](u, "cloudtrail", "describe-trails", "--query", "trailList[].TrailARN"))
	u.run(0, "put back", "seismo-aws logging trail undo")
	u.same("the account is not as it was before the trail", before)
}

// disabled puts everything back: at first the bucket stays with its log.
func (u *user) disabled(before string) {
	u.t.Helper()
	u.run(0, "it holds logs and stays", "seismo logging disable")
	if got := asked[[]string](u, "s3api", "list-buckets", "--query", "Buckets[].Name"); len(got) != 1 {
		u.t.Errorf("the bucket with the log is to stay; there is %q", got)
	}
	u.run(0, "put back", "seismo logging disable --delete-data")
	u.same("the account is not as it was before enable", before)
}

// deployed makes the stacks and returns the file that the collector is to run
// with.
func (u *user) deployed() string {
	u.t.Helper()
	out := u.run(0, "6/6 addresses", "seismo deploy up --config-out seismo.yaml")
	for _, name := range []string{"technical-operations", "management-overview", "security-monitoring", "cost-usage"} {
		if !strings.Contains(out, "#dashboards/dashboard/seismo-prod-"+name+"-"+region) {
			u.t.Errorf("no address of the dashboard %s in:\n%s", name, out)
		}
	}
	again := u.run(0, `"configuration"`, "seismo deploy up --json")
	var made struct {
		Configuration string `json:"configuration"`
	}
	text, err := os.ReadFile(filepath.Join(u.home, "seismo.yaml"))
	if err != nil {
		u.t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(again[strings.Index(again, "{\n"):]), &made); err != nil || made.Configuration != string(text) {
		u.t.Errorf("--config-out and --json differ, %v:\n%s\n%s", err, text, made.Configuration)
	}
	u.run(0, "0 are missing or could not be read", "seismo deploy verify")
	u.run(0, "CREATE_COMPLETE", "seismo deploy status")
	u.holdsStacks()
	return "seismo.yaml"
}

// collect runs the collector on the file as it is, and looks for the call in the
// table and on the page.
func (u *user) collect(file string) {
	u.t.Helper()
	bucket := "seismo-prod-logs-" + u.number + "-" + region
	// The emulator makes no notifications from templates; a test of ours holds that
	// the template has this one.
	queue := asked[struct{ QueueUrl string }](u, "sqs", "get-queue-url", "--queue-name", "seismo-prod-bedrock-logs").QueueUrl
	arn := asked[struct{ Attributes struct{ QueueArn string } }](u, "sqs", "get-queue-attributes", "--queue-url", queue, "--attribute-names", "QueueArn").Attributes.QueueArn
	u.aws("s3api", "put-bucket-notification-configuration", "--bucket", bucket, "--notification-configuration",
		`{"QueueConfigurations":[{"QueueArn":"`+arn+`","Events":["s3:ObjectCreated:*"]}]}`)
	examined := u.later(3, `"checks"`, "seismo doctor --json -c "+file)
	p, url := u.serve(file)
	u.upload(bucket, "invocations/", "21111111-2222-4333-8444-555555555555")
	p.Until(u.t, 30*time.Second, func() bool {
		out, err := u.command("seismo", "search", "--json", "person:alice*").Output()
		return err == nil && strings.Contains(string(out), "21111111-2222-4333-8444-555555555555")
	})
	if page := get(u.t, url); !strings.Contains(page, "claude-3-5-sonnet") {
		u.t.Error("the page does not show the call's model")
	}
	u.run(0, "alice@example.com", "seismo report cost --by person")
	u.examined(examined())
	p.End(u.t)
}

// examined holds what doctor says of the configuration: all that the emulator has
// can be done with the roles of the stacks.
func (u *user) examined(text string) {
	u.t.Helper()
	var report struct {
		Checks []doctor.Check `json:"checks"`
	}
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		u.t.Fatal(err)
	}
	passed := 0
	for _, c := range report.Checks {
		switch {
		case c.State == doctor.OK:
			passed++
		case (c.State == doctor.Missing || c.State == doctor.Failed) && !strings.Contains(c.Why, "500"): // what the emulator has not
			u.t.Errorf("doctor: %s of %s: %s", c.Action, c.Source, c.Why)
		}
	}
	if passed < 6 {
		u.t.Errorf("doctor says of %d checks that they passed:\n%s", passed, text)
	}
}
