package aws

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bedrock"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trails "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/internal/state"
)

// seventeen are the Regions over which a plan must be quick.
var seventeen = []string{"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-central-2", "eu-north-1",
	"eu-south-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ca-central-1", "sa-east-1"}

// other opens another account of the emulator, which no other test touches.
func other(t *testing.T, number string) *account.Account {
	t.Helper()
	cfg := configured(t)
	cfg.RoleARN = "arn:aws:iam::" + number + ":role/seismo"
	return open(t, cfg)
}

func logger(t *testing.T, a *account.Account) *logging.Tool {
	t.Helper()
	s, err := state.Open(t.Context(), filepath.Join(t.TempDir(), "aws.state"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return logging.New(a, logging.Options{Journal: s, Memory: s})
}

func everything() logging.Wish {
	return logging.Wish{Environment: "prod", S3: true, CloudWatch: true,
		Data: logging.Data{Text: true, Image: true, Embedding: true, Video: true, Audio: true}}
}

// has names all that an account has of what logging makes, in one Region.
func has(t *testing.T, a *account.Account, region string) []string {
	t.Helper()
	var list []string
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	buckets, err := a.S3(region).ListBuckets(t.Context(), &s3.ListBucketsInput{})
	must(err)
	for _, b := range buckets.Buckets {
		list = append(list, "bucket "+*b.Name)
	}
	groups, err := a.Logs(region).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	must(err)
	for _, g := range groups.LogGroups {
		list = append(list, "group "+*g.LogGroupName)
	}
	roles, err := iam.NewFromConfig(a.SDK(region)).ListRoles(t.Context(), &iam.ListRolesInput{})
	must(err)
	for _, r := range roles.Roles {
		list = append(list, "role "+*r.RoleName)
	}
	trails, err := a.CloudTrail(region).DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{})
	must(err)
	for _, r := range trails.TrailList {
		list = append(list, "trail "+*r.Name)
	}
	c, err := bedrock.NewFromConfig(a.SDK(region)).GetModelInvocationLoggingConfiguration(t.Context(), &bedrock.GetModelInvocationLoggingConfigurationInput{})
	must(err)
	if c.LoggingConfig != nil && (c.LoggingConfig.S3Config != nil || c.LoggingConfig.CloudWatchConfig != nil) {
		list = append(list, "logging")
	}
	return list
}

func TestLoggingPlanOfSeventeenRegions(t *testing.T) {
	tool := logger(t, other(t, "222233334444"))
	begun := time.Now()
	plans, errs := tool.Plan(t.Context(), everything(), seventeen)
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	tool.Estimate(t.Context(), plans)
	tool.Permit(t.Context(), plans)
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("a plan of 17 Regions took %v; 5 s is the most", took)
	}
}

// TestLoggingThereAndBack enables, verifies and disables; the account is as it was.
func TestLoggingThereAndBack(t *testing.T) {
	a := other(t, "333344445555")
	before, tool := has(t, a, region), logger(t, a)
	begun := time.Now()
	plans, errs := tool.Plan(t.Context(), everything(), []string{region})
	if err := errors.Join(append(errs, tool.Apply(t.Context(), plans)...)...); err != nil {
		t.Fatal(err)
	}
	list, err := tool.Verify(t.Context(), []string{region})
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("enable and verify took %v; 10 s is the most", took)
	}
	if err != nil || len(list) < 20 {
		t.Fatalf("%d checks, %v", len(list), err)
	}
	for _, c := range list {
		if c.State == logging.Fail {
			t.Errorf("%s: %s", c.Name, c.Saw)
		}
	}
	again, errs := tool.Plan(t.Context(), everything(), []string{region})
	if err := errors.Join(errs...); err != nil || again[0].Changes() != 0 {
		t.Errorf("a second plan has %d changes, %v", again[0].Changes(), err)
	}
	byHand(t, a, "bedrock-logs-333344445555-"+region+"-prod", "333344445555")
	checks, err := tool.Verify(t.Context(), []string{region})
	if err != nil || !passed(checks, "delivery: last object") {
		t.Error("an object that was put by hand is not seen:", err)
	}
	back(t, tool, a, before)
}

// byHand puts a record where Bedrock would.
func byHand(t *testing.T, a *account.Account, bucket, number string) {
	t.Helper()
	key := "AWSLogs/" + number + "/BedrockModelInvocationLogs/" + region + time.Now().UTC().Format("/2006/01/02/15/20060102T150405000Z") + "_0011223344556677.json.gz"
	if _, err := a.S3(region).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("{}")}); err != nil {
		t.Fatal(err)
	}
}

func passed(list []logging.Check, name string) bool {
	for _, c := range list {
		if c.Name == name {
			return c.State == logging.Pass
		}
	}
	return false
}

// back disables: first the bucket stays with its log, then all goes.
func back(t *testing.T, tool *logging.Tool, a *account.Account, before []string) {
	t.Helper()
	for _, how := range []logging.Undoing{{}, {DeleteData: true}} {
		plans, errs := tool.PlanDisable(t.Context(), []string{region}, how)
		if err := errors.Join(append(errs, tool.Disable(t.Context(), plans, how)...)...); err != nil {
			t.Fatal(err)
		}
		if now := has(t, a, region); !how.DeleteData && len(now) != len(before)+1 {
			t.Errorf("the bucket with a log and nothing else is to stay; there is %q", now)
		}
	}
	if diff := cmp.Diff(before, has(t, a, region)); diff != "" {
		t.Error("the account is not as it was:", diff)
	}
}

// TestTrailThereAndBack does the same with a trail.
func TestTrailThereAndBack(t *testing.T) {
	a := other(t, "555566667777")
	before, tool := has(t, a, region), logger(t, a)
	w := logging.TrailWish{Environment: "prod", CloudWatch: true, Insights: true}
	plan, err := tool.PlanTrail(t.Context(), w, region)
	if err = errors.Join(err, tool.ApplyTrail(t.Context(), &plan)); err != nil {
		t.Fatal(err)
	}
	checks, err := tool.VerifyTrail(t.Context(), w, region)
	for _, c := range checks {
		want := logging.Pass
		if c.Name == "trail: delivery to the log group" { // the emulator writes nothing there
			want = logging.Untold
		}
		if c.State != want || err != nil {
			t.Errorf("%s: %s, %v", c.Name, c.Saw, err)
		}
	}
	undo, err := tool.PlanTrailUndo(t.Context(), w, region, logging.Undoing{})
	if err = errors.Join(err, tool.UndoTrail(t.Context(), &undo, logging.Undoing{})); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, has(t, a, region)); diff != "" {
		t.Error("the account is not as it was:", diff)
	}
}

// TestTrailOfOthersKeepsWhatItSelects adds to a trail with basic selectors.
func TestTrailOfOthersKeepsWhatItSelects(t *testing.T) {
	a := other(t, "666677778888")
	client, tool, name, bucket := a.CloudTrail(region), logger(t, a), "main", "company-trail-666677778888"
	_, err := a.S3(region).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: region}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateTrail(t.Context(), &cloudtrail.CreateTrailInput{Name: &name, S3BucketName: &bucket}); err != nil {
		t.Fatal(err)
	}
	// moto gives a trail no selectors; AWS begins with these.
	basic := []trails.EventSelector{{ReadWriteType: trails.ReadWriteTypeWriteOnly, IncludeManagementEvents: aws.Bool(true)}}
	if _, err := client.PutEventSelectors(t.Context(), &cloudtrail.PutEventSelectorsInput{TrailName: &name, EventSelectors: basic}); err != nil {
		t.Fatal(err)
	}
	selected := func(ctx context.Context) *cloudtrail.GetEventSelectorsOutput {
		out, err := client.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: &name})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	w := logging.TrailWish{Environment: "prod", Trail: name}
	plan, err := tool.PlanTrail(t.Context(), w, region)
	if err = errors.Join(err, tool.ApplyTrail(t.Context(), &plan)); err != nil {
		t.Fatal(err)
	}
	now := selected(t.Context()).AdvancedEventSelectors
	if len(now) != len(logging.DataEventTypes())+1 || *now[0].FieldSelectors[0].Field != "eventCategory" || now[0].FieldSelectors[1].Equals[0] != "false" {
		t.Errorf("%d selectors; the first is %+v, and was to be of management events that write", len(now), now[0])
	}
	// That undo puts the basic ones back is held with the stand-in: moto keeps both
	// ways of selecting beside one another, which AWS does not.
	undo, err := tool.PlanTrailUndo(t.Context(), w, region, logging.Undoing{})
	if err = errors.Join(err, tool.UndoTrail(t.Context(), &undo, logging.Undoing{})); err != nil {
		t.Fatal(err)
	}
}
