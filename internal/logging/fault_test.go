package logging_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/test/standin"
)

const madeBucket = "bedrock-logs-111122223333-eu-west-1-prod"

// TestFaultsEndInASentence makes what can go wrong go wrong: the error says what,
// the remedy what to do, and the account is as it was.
func TestFaultsEndInASentence(t *testing.T) {
	cases := map[string]struct {
		make  func(*standin.Cloud)
		wish  func(*logging.Wish)
		says  string
		hints string
	}{
		"quota of buckets": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "s3", Op: "CreateBucket", Status: 400, Code: "TooManyBuckets", Message: "You have attempted to create more buckets than allowed"})
		}, says: "as many buckets as its quota allows", hints: "Service Quotas"},
		"quota of log groups": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "logs", Op: "CreateLogGroup", Status: 400, Code: "LimitExceededException", Message: "Resource limit exceeded"})
		}, says: "a quota is reached", hints: "Service Quotas"},
		"quota of roles": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "iam", Op: "CreateRole", Status: 409, Code: "LimitExceeded", Message: "Cannot exceed quota for RolesPerAccount: 1000"})
		}, says: "a quota of IAM is reached", hints: "Service Quotas"},
		"name taken": {make: func(c *standin.Cloud) { c.TakeBucket(madeBucket) }, says: "another account has a bucket of this name", hints: "--bucket"},
		"name taken meanwhile": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "s3", Op: "CreateBucket", Status: 409, Code: "BucketAlreadyExists", Message: "not available"})
		}, says: "another account has a bucket of this name", hints: "--bucket"},
		"bucket in another region": {make: func(c *standin.Cloud) { c.Bucket(madeBucket, "us-west-2") }, says: "it lies in us-west-2", hints: "--bucket"},
		"organization policy": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "bedrock", Op: "PutModelInvocationLoggingConfiguration", Status: 403, Code: "AccessDeniedException",
				Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: bedrock:PutModelInvocationLoggingConfiguration with an explicit deny in a service control policy"})
		}, says: "bedrock:PutModelInvocationLoggingConfiguration is not allowed", hints: "service control policy"},
		"permission": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "iam", Op: "CreateRole", Status: 403, Code: "AccessDenied",
				Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: iam:CreateRole on resource: arn:aws:iam::111122223333:role/seismo-bedrock-logging-eu-west-1-prod because no identity-based policy allows the iam:CreateRole action"})
		}, says: "iam:CreateRole is not allowed", hints: "Allow iam:CreateRole"},
		"role made meanwhile": {make: func(c *standin.Cloud) {
			c.PutRole("seismo-bedrock-logging-eu-west-1-prod", `{"Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
			c.Fault(standin.Fault{Service: "iam", Op: "GetRole", Times: 2, Status: 404, Code: "NoSuchEntity", Message: "The role cannot be found."})
		}, says: "there is a role of this name already, made meanwhile", hints: "--role-name"},
		"somebody's destination": {make: others, wish: func(w *logging.Wish) { w.Bucket = "company-logs" }, says: "eu-west-1: logging goes to s3://elsewhere/p already; nothing was changed", hints: "--force"},
		"bedrock refuses for good": {make: func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "bedrock", Op: "PutModelInvocationLoggingConfiguration", Status: 400, Code: "ValidationException", Message: "Failed to validate permissions for log group"})
		}, says: "Failed to validate permissions", hints: "seismo logging enable --region eu-west-1"},
	}
	for name, a := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b, w := standin.New(t), newBook(), both()
				a.make(c)
				if a.wish != nil {
					a.wish(&w)
				}
				before := look(c, here)
				err := enable(t.Context(), tool(t, c, b, nil), w, here)
				var h interface{ Hint() string }
				if err == nil || !strings.Contains(err.Error(), a.says) || !errors.As(err, &h) || !strings.Contains(h.Hint(), a.hints) {
					t.Fatalf("error %v\nhint %v\nwant %q and %q", err, h, a.says, a.hints)
				}
				if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) > 0 {
					t.Errorf("%d changes are left: %s", len(b.changes), diff)
				}
			})
		})
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Fault(standin.Fault{Share: 0.3, Seed: 7, Status: 429, Code: "ThrottlingException", Message: "Rate exceeded"})
		one := tool(t, c, newBook(), nil)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Error(err)
		}
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Error(err)
		}
	})
}

// TestNewRoleIsNotKnownAtOnce lets Bedrock refuse a role that was made a moment
// ago, as it does until IAM told everybody.
func TestNewRoleIsNotKnownAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Fault(standin.Fault{Service: "bedrock", Op: "PutModelInvocationLoggingConfiguration", Times: 3, Status: 400, Code: "ValidationException", Message: "Failed to validate permissions"})
		if err := enable(t.Context(), tool(t, c, newBook(), nil), both(), here); err != nil {
			t.Error(err)
		}
	})
}

func TestChangedBetweenPlanAndPut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		one := tool(t, c, b, nil)
		plans, errs := one.Plan(t.Context(), both(), []string{here})
		if err := logging.Join(errs); err != nil {
			t.Fatal(err)
		}
		theirs := map[string]any{"s3Config": map[string]any{"bucketName": "theirs"}}
		c.SetBedrock(here, standin.Bedrock{Logging: theirs})
		before := look(c, here)
		err := logging.Join(one.Apply(t.Context(), plans))
		if err == nil || !strings.Contains(err.Error(), "put back") {
			t.Fatal("applied over somebody's change:", err)
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" || c.Count("bedrock", "PutModelInvocationLoggingConfiguration") != 0 {
			t.Error(diff)
		}
	})
}

func TestChangedBetweenPlanOfRestoreAndPut(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.SetBedrock(here, standin.Bedrock{})
		drifts, err := tool.Watch(t.Context(), []string{here})
		if err != nil || len(drifts) != 1 || drifts[0].Changes() != 1 {
			t.Fatalf("drifts %v, %v; want that the configuration is gone", drifts, err)
		}
		c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{"s3Config": map[string]any{"bucketName": "theirs"}}})
		if err := logging.Join(tool.Apply(t.Context(), drifts)); !errors.Is(err, logging.ErrChanged) {
			t.Error("restored over somebody's change:", err)
		}
		c.SetBedrock(here, standin.Bedrock{})
		if drifts, err = tool.Watch(t.Context(), []string{here}); err != nil {
			t.Fatal(err)
		}
		if err := logging.Join(tool.Apply(t.Context(), drifts)); err != nil || c.Logging(here) == nil {
			t.Error("not restored:", err)
		}
	})
}

// TestInterrupted ends the context in the middle of a step, as Ctrl-C does.
func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		before := look(c, here)
		c.Fault(standin.Fault{Service: "iam", Op: "CreateRole", Delay: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		err := enable(ctx, tool(t, c, b, nil), both(), here)
		var f *logging.Failure
		if !errors.As(err, &f) || !strings.Contains(err.Error(), "done so far, and written down") {
			t.Fatal(err)
		}
		if err := disable(t.Context(), tool(t, c, b, nil), logging.Undoing{}, here); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestBucketWithLogsStays(t *testing.T) {
	enabled(t, func(t *testing.T, c *standin.Cloud, tool *logging.Tool) {
		c.PutObject(madeBucket, "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/2026/03/01/08/x.json.gz", []byte("x"))
		plans, errs := tool.PlanDisable(t.Context(), []string{here}, logging.Undoing{})
		if err := logging.Join(errs); err != nil {
			t.Fatal(err)
		}
		said := false
		for _, s := range plans[0].Steps {
			said = said || s.Verb == logging.Leave && s.Kind == "bucket" && strings.Contains(s.Note, "--delete-data")
		}
		if err := logging.Join(tool.Disable(t.Context(), plans, logging.Undoing{})); err != nil || !said {
			t.Fatal("not said that the bucket stays:", err)
		}
		kept := look(c, here)
		if kept.Buckets[madeBucket]["publicAccessBlock"] == "" || len(kept.Buckets) != 1 || len(kept.Roles)+len(kept.Groups)+len(kept.Logging) != 0 {
			t.Errorf("what stays is not the bucket with its protection: %v", kept)
		}
		if err := disable(t.Context(), tool, logging.Undoing{DeleteData: true}, here); err != nil {
			t.Fatal(err)
		}
		if left := c.Buckets(); len(left) != 0 {
			t.Error("left after --delete-data:", left)
		}
	})
}

// TestOthersStatementsSurviveUndo adds a statement beside seismo's after enable.
func TestOthersStatementsSurviveUndo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		others(c)
		w := both()
		w.Bucket, w.Force = "company-logs", true
		one := tool(t, c, b, nil)
		if err := enable(t.Context(), one, w, here); err != nil {
			t.Fatal(err)
		}
		now := c.Buckets()["company-logs"]["policy"]
		c.SetBucket("company-logs", "policy", strings.Replace(now, `"Statement":[`, `"Statement":[{"Sid":"Later","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::company-logs/public/*"},`, 1))
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		left := c.Buckets()["company-logs"]["policy"]
		if !strings.Contains(left, "Later") || !strings.Contains(left, "Audit") || strings.Contains(left, "Seismo") {
			t.Error("the policy that is left:", left)
		}
	})
}

// TestUndoAfterSomebodyDeletedThings finds the bucket and the log group gone.
func TestUndoAfterSomebodyDeletedThings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		others(c)
		w := both()
		w.Bucket, w.Force = "company-logs", true
		one := tool(t, c, b, nil)
		if err := enable(t.Context(), one, w, here); err != nil {
			t.Fatal(err)
		}
		c.DropBucket("company-logs")
		c.DeleteLogGroup("arn:aws:logs:eu-west-1:111122223333:log-group:/aws/bedrock/model-invocations/prod")
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		if len(b.changes) != 0 || len(c.Roles()) != 0 || c.Logging(here)["s3Config"].(map[string]any)["bucketName"] != "elsewhere" {
			t.Error("left:", b.changes, c.Roles(), c.Logging(here))
		}
	})
}

func TestPermissionsAreSimulated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Refuse("iam:CreateRole", "implicitDeny")
		one := tool(t, c, newBook(), nil)
		plans, errs := one.Plan(t.Context(), both(), []string{here})
		if err := logging.Join(errs); err != nil {
			t.Fatal(err)
		}
		one.Permit(t.Context(), plans)
		states := map[string]string{}
		for _, p := range plans[0].Permissions {
			states[p.Action] = p.State
		}
		if states["iam:CreateRole"] != logging.Missing || states["s3:CreateBucket"] != logging.Allowed {
			t.Error(states)
		}
	})
}
