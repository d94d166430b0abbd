package deploy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/deploy"
	"seismo/test/standin"
)

const trailBucket = "seismo-prod-trail-111122223333-us-east-1"

// deployed is a world with all stacks made, and what a user was told last.
func deployed(t *testing.T) (*standin.Cloud, *deploy.Tool, *[]string) {
	t.Helper()
	cloud, lines := world(t), new([]string)
	x := tool(t, cloud, &enabler{}, func(l string) { *lines = append(*lines, l) })
	if _, err := x.Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	*lines = nil
	return cloud, x, lines
}

func TestDrift(t *testing.T) {
	cloud, x, _ := deployed(t)
	cloud.DriftStack(prefix+"infrastructure",
		standin.Drifted{ID: "Queue", Type: "AWS::SQS::Queue", Name: "q", Status: "MODIFIED", Paths: []string{"/VisibilityTimeout"}},
		standin.Drifted{ID: "Rule", Type: "AWS::Events::Rule", Name: "r", Status: "DELETED"})
	states, err := x.Status(t.Context(), wish, true)
	if err != nil {
		t.Fatal(err)
	}
	want := []deploy.Drift{{ID: "Queue", Type: "AWS::SQS::Queue", Name: "q", Status: "MODIFIED", Of: []string{"/VisibilityTimeout"}},
		{ID: "Rule", Type: "AWS::Events::Rule", Name: "r", Status: "DELETED"}}
	for _, s := range states {
		if diff := cmp.Diff(want, s.Drift); s.Stack == deploy.Infrastructure && diff != "" || s.Stack != deploy.Infrastructure && len(s.Drift) > 0 {
			t.Errorf("%s: %v", s.Name, s.Drift)
		}
	}
	// Without being asked for, nothing is compared.
	n := cloud.Count("cloudformation", "DetectStackDrift")
	if states, err = x.Status(t.Context(), wish, false); err != nil || slices.ContainsFunc(states, func(s deploy.State) bool { return s.Drift != nil }) {
		t.Error(states, err)
	}
	if cloud.Count("cloudformation", "DetectStackDrift") != n {
		t.Error("drift was looked for")
	}
	cloud.DriftStack(prefix+"alarms", standin.Drifted{ID: "Alerts", Status: "FAILED"})
	if _, err := x.Status(t.Context(), wish, true); err == nil || !strings.Contains(err.Error(), "seismo-prod-alarms") || !strings.Contains(err.Error(), "[Alerts]") {
		t.Errorf("a detection that failed: %v", err)
	}
}

// Everything goes: all versions of all objects, delete markers, groups with their
// events; the key waits.
// Without cloudformation:ListStacks the stack with the data stays, and the error
// names the permission and what was done.
func TestDeleteDataWithoutListStacks(t *testing.T) {
	cloud := world(t)
	if _, err := tool(t, cloud, nil, nil).Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	cloud.Fault(standin.Fault{Service: "cloudformation", Op: "ListStacks", Status: 403, Code: "AccessDenied", Message: denied + "cloudformation:ListStacks"})
	_, err := tool(t, cloud, nil, nil).Down(t.Context(), wish, true)
	if err == nil || !strings.Contains(err.Error(), "cloudformation:ListStacks is not allowed") ||
		!strings.Contains(err.Error(), "the removal of seismo-prod-trail; everything else is still there") || !strings.Contains(hint(err), "Allow cloudformation:ListStacks to whoever") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if left := cloud.Stacks(); len(left) != 1 || len(cloud.Buckets()) == 0 {
		t.Errorf("left are %v", left)
	}
}

func TestDeleteData(t *testing.T) {
	cloud, x, lines := deployed(t)
	cloud.Versioning(logBucket)
	for range 2 {
		cloud.PutObject(logBucket, "invocations/AWSLogs/a.json.gz", []byte("x"))
	}
	cloud.PutObject(logBucket, "invocations/AWSLogs/b.json.gz", []byte("x"))
	cloud.DeleteObject(logBucket, "invocations/AWSLogs/b.json.gz")
	cloud.PutObject(trailBucket, "AWSLogs/c.json.gz", []byte("x"))
	kept, err := x.Down(t.Context(), wish, true)
	if err != nil {
		t.Fatal(err)
	}
	if len(kept) != 7 || slices.ContainsFunc(kept, func(k deploy.Kept) bool { return !k.Gone }) {
		t.Errorf("kept %+v", kept)
	}
	keys := cloud.Keys()
	if len(cloud.Buckets()) > 0 || len(cloud.LogGroups()) > 0 || len(cloud.Stacks()) > 0 || len(keys) != 1 || keys[0].State != "PendingDeletion" {
		t.Errorf("left are %v %v %v %v", cloud.Buckets(), cloud.LogGroups(), cloud.Stacks(), keys)
	}
	if text := strings.Join(*lines, "\n"); !strings.Contains(text, "4 objects and versions deleted") {
		t.Errorf("of four versions it was said:\n%s", text)
	}
}

// What cannot be deleted is named with its reason; the key stays as long as
// something that it opens does. The next try finds it without its stack.
func TestDataThatCannotBeDeleted(t *testing.T) {
	cloud, x, _ := deployed(t)
	cloud.Put(standin.Object{Bucket: logBucket, Key: "invocations/AWSLogs/held.json.gz", Locked: true}, []byte("x"))
	cloud.PutObject(logBucket, "invocations/AWSLogs/free.json.gz", []byte("x"))
	_, err := x.Down(t.Context(), wish, true)
	if err == nil || !strings.Contains(err.Error(), "1 objects stay, such as invocations/AWSLogs/held.json.gz: Access Denied because object protected by object lock.") ||
		!strings.Contains(hint(err), "Go on with: seismo deploy down --delete-data") {
		t.Errorf("%v\n%s", err, hint(err))
	}
	if len(cloud.Stacks()) > 0 || len(cloud.Buckets()) != 1 || len(cloud.Objects(logBucket)) != 1 {
		t.Errorf("left are %v", cloud.Buckets())
	}
	if keys := cloud.Keys(); len(keys) != 1 || keys[0].State != "" {
		t.Errorf("the keys are %v", keys)
	}
	cloud.Put(standin.Object{Bucket: logBucket, Key: "invocations/AWSLogs/held.json.gz"}, []byte("x")) // the lock ran out
	if _, err := x.Down(t.Context(), wish, true); err != nil {
		t.Fatal(err)
	}
	if keys := cloud.Keys(); len(cloud.Buckets()) > 0 || len(cloud.LogGroups()) > 0 || keys[0].State != "PendingDeletion" {
		t.Errorf("left are %v %v %v", cloud.Buckets(), cloud.LogGroups(), keys)
	}
}

// What down left is taken in by the next up, with its logs and its key.
func TestLeftoversAreTakenIn(t *testing.T) {
	cloud, x, lines := deployed(t)
	cloud.PutObject(logBucket, "invocations/AWSLogs/a.json.gz", []byte("x"))
	if _, err := x.Down(t.Context(), wish, false); err != nil {
		t.Fatal(err)
	}
	if len(cloud.Buckets()) != 2 || len(cloud.LogGroups()) != 4 || len(cloud.Keys()) != 1 {
		t.Fatalf("left are %v %v %v", cloud.Buckets(), cloud.LogGroups(), cloud.Keys())
	}
	*lines = nil
	if _, err := x.Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	complete(t, cloud)
	if len(cloud.Objects(logBucket)) != 1 || len(cloud.Keys()) != 1 {
		t.Errorf("objects %v, keys %v", cloud.Objects(logBucket), cloud.Keys())
	}
	text := strings.Join(*lines, "\n")
	for _, want := range []string{"takes in " + logBucket, "takes in " + trailBucket, "takes in /aws/bedrock/model-invocations/prod", "goes on with the key 1234abcd"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q was not said:\n%s", want, text)
		}
	}
	if got := cloud.Stacks()[prefix+"infrastructure"].Parameters["KmsKeyArn"]; !strings.HasPrefix(got, "arn:aws:kms:us-east-1:111122223333:key/1234abcd") {
		t.Errorf("the new stack's key is %q", got)
	}
	// What it took in is not its own to remove when a later step fails.
	if _, err := x.Down(t.Context(), wish, false); err != nil {
		t.Fatal(err)
	}
	cloud.FailStack(prefix+"alarms", "Alerts", "no")
	if _, err := x.Up(t.Context(), wish); err == nil || len(cloud.Objects(logBucket)) != 1 || len(cloud.Buckets()) != 2 || len(cloud.LogGroups()) != 4 || cloud.Keys()[0].State != "" {
		t.Errorf("%v, left are %v %v %v", err, cloud.Buckets(), cloud.LogGroups(), cloud.Keys())
	}
}

// A bucket that was written to between its making and a failure stays, with the
// key that opens it.
func TestAFailedTryKeepsWhatWasWritten(t *testing.T) {
	cloud := world(t)
	cloud.FailStack(prefix+"alarms", "Alerts", "no")
	var lines []string
	_, err := tool(t, cloud, &enabler{}, func(l string) {
		if lines = append(lines, l); strings.Contains(l, "seismo-prod-trail: ") {
			cloud.PutObject(trailBucket, "AWSLogs/c.json.gz", []byte("x"))
		}
	}).Up(t.Context(), wish)
	if err == nil || len(cloud.Buckets()) != 1 || len(cloud.Objects(trailBucket)) != 1 || len(cloud.Keys()) != 1 || cloud.Keys()[0].State != "" {
		t.Errorf("%v, left are %v %v", err, cloud.Buckets(), cloud.Keys())
	}
	if text := strings.Join(lines, "\n"); !strings.Contains(text, "stays    "+trailBucket+" (AWS::S3::Bucket): something was written to it") || !strings.Contains(text, "it opens what stays") {
		t.Error(text)
	}
}

// The key that a second stack went on with is not forgotten.
func TestAKeyThatWasTakenOverIsDeletedToo(t *testing.T) {
	cloud, x, _ := deployed(t)
	if _, err := x.Down(t.Context(), wish, false); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Up(t.Context(), wish); err != nil {
		t.Fatal(err)
	}
	if _, err := x.Down(t.Context(), wish, true); err != nil {
		t.Fatal(err)
	}
	if keys := cloud.Keys(); len(cloud.Buckets()) > 0 || len(keys) != 1 || keys[0].State != "PendingDeletion" {
		t.Errorf("left are %v %v", cloud.Buckets(), keys)
	}
}
