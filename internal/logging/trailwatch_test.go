package logging_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/test/standin"
)

const madeTrailBucket = "bedrock-trail-111122223333-eu-west-1-prod"

// TestTrailDriftIsSeenAndPutBack changes one setting of a trail after the other, as
// somebody in the console would.
func TestTrailDriftIsSeenAndPutBack(t *testing.T) {
	ours := logging.TrailWish{Environment: "prod", CloudWatch: true, Insights: true, Key: keyARN}
	theirs := logging.TrailWish{Environment: "prod", Trail: "main", Insights: true}
	set := func(name, member string, value any) func(*standin.Cloud) {
		return func(c *standin.Cloud) { c.ChangeTrail(name, member, value) }
	}
	for name, a := range map[string]struct {
		wish   logging.TrailWish
		change func(*standin.Cloud)
		kind   string
	}{
		"stopped":        {ours, func(c *standin.Cloud) { c.StopTrail("seismo-bedrock-prod") }, "trail.logging"},
		"one Region":     {ours, set("seismo-bedrock-prod", "IsMultiRegionTrail", false), "trail"},
		"no validation":  {ours, set("seismo-bedrock-prod", "LogFileValidationEnabled", false), "trail"},
		"another bucket": {ours, set("seismo-bedrock-prod", "S3BucketName", "elsewhere"), "trail"},
		"no key":         {ours, set("seismo-bedrock-prod", "KmsKeyId", nil), "trail"},
		"no group":       {ours, set("seismo-bedrock-prod", "CloudWatchLogsLogGroupArn", nil), "trail"},
		"no Insights":    {ours, func(c *standin.Cloud) { c.SetInsights("seismo-bedrock-prod", nil) }, "trail.insights"},
		"no data events": {ours, func(c *standin.Cloud) { c.SelectEvents("seismo-bedrock-prod", true, []any{}) }, "trail.selectors"},
		"no management":  {ours, func(c *standin.Cloud) { c.DropSelectors("seismo-bedrock-prod", "Management") }, "trail.selectors"},
		"bucket policy": {ours, func(c *standin.Cloud) {
			c.SetBucket(madeTrailBucket, "policy", `{"Version":"2012-10-17","Statement":[]}`)
		}, "bucket.policy"},
		"public access": {ours, func(c *standin.Cloud) { c.SetBucket(madeTrailBucket, "publicAccessBlock", "") }, "bucket.public_access"},
		"trust": {ours, func(c *standin.Cloud) {
			c.PutRole("seismo-bedrock-trail-prod", `{"Version":"2012-10-17","Statement":[]}`)
		}, "role"},
		"trail deleted":       {ours, func(c *standin.Cloud) { c.DropTrail("seismo-bedrock-prod") }, "trail"},
		"others: one Region":  {theirs, set("main", "IsMultiRegionTrail", false), "trail"},
		"others: stopped":     {theirs, func(c *standin.Cloud) { c.StopTrail("main") }, "trail.logging"},
		"others: no Insights": {theirs, func(c *standin.Cloud) { c.SetInsights("main", nil) }, "trail.insights"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				withKey(c)
				othersTrail(c)
				one := tool(t, c, newBook(), nil)
				on, off := trailed(a.wish)
				if err := on(t.Context(), one); err != nil {
					t.Fatal(err)
				}
				made := look(c, here)
				drifts, err := one.WatchTrails(t.Context(), nil)
				if err != nil || len(drifts) != 1 || len(drifts[0].Steps) != 0 {
					t.Fatalf("drift before anything changed: %+v, %v", drifts, err)
				}
				a.change(c)
				if drifts, err = one.WatchTrails(t.Context(), []string{here}); err != nil || len(drifts) != 1 {
					t.Fatal(drifts, err)
				}
				if !slices.ContainsFunc(drifts[0].Steps, func(s logging.Step) bool { return s.Kind == a.kind }) {
					t.Fatalf("not seen: %+v", drifts[0].Steps)
				}
				if err := logging.Join(one.Restore(t.Context(), drifts)); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(made, look(c, here)); diff != "" {
					t.Error("not as it was enabled:", diff)
				}
				if drifts, err = one.WatchTrails(t.Context(), nil); err != nil || len(drifts[0].Steps) != 0 {
					t.Errorf("drift after restoring: %+v, %v", drifts, err)
				}
				if err := off(t.Context(), one); err != nil {
					t.Error("undo:", err)
				}
				if drifts, err = one.WatchTrails(t.Context(), nil); err != nil || len(drifts) != 0 {
					t.Error("a trail that was undone is watched:", drifts, err)
				}
			})
		})
	}
}

// What somebody else changes between the look and the step is not overwritten.
func TestTrailChangedBetweenWatchAndRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		on, _ := trailed(logging.TrailWish{Environment: "prod"})
		if err := on(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		c.ChangeTrail("seismo-bedrock-prod", "S3BucketName", "elsewhere")
		drifts, err := one.WatchTrails(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		c.ChangeTrail("seismo-bedrock-prod", "S3BucketName", "a-third")
		err = logging.Join(one.Restore(t.Context(), drifts))
		if err == nil || !strings.Contains(err.Error(), "somebody else changed it") || c.Trails()[0]["S3BucketName"] != "a-third" {
			t.Error(err, c.Trails()[0])
		}
		if far, err := one.WatchTrails(t.Context(), []string{"us-east-1"}); err != nil || len(far) != 0 {
			t.Error("a trail of another home:", far, err)
		}
	})
}

// TestTrailFaults makes what can go wrong with a trail's key go wrong.
func TestTrailFaults(t *testing.T) {
	far := strings.Replace(keyARN, here, "us-west-2", 1)
	for name, a := range map[string]struct {
		key  string
		make func(*standin.Cloud)
		says string
	}{
		"key of another Region": {far, withKey, "needs a key from there"},
		"key that is not there": {keyARN, func(*standin.Cloud) {}, "does not exist"},
		"policy refused": {keyARN, func(c *standin.Cloud) {
			withKey(c)
			c.Fault(standin.Fault{Service: "cloudtrail", Op: "CreateTrail", Status: 400, Code: "InsufficientEncryptionPolicyException", Message: "Insufficient permissions to access S3 bucket or KMS key."})
		}, "the key's policy does not let CloudTrail seal with it"},
		"policy may not be changed": {keyARN, func(c *standin.Cloud) {
			withKey(c)
			c.Fault(standin.Fault{Service: "kms", Op: "PutKeyPolicy", Status: 400, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: kms:PutKeyPolicy"})
		}, "kms:PutKeyPolicy is not allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b := standin.New(t), newBook()
				a.make(c)
				before := look(c, here)
				on, _ := trailed(logging.TrailWish{Environment: "prod", Key: a.key})
				if err := on(t.Context(), tool(t, c, b, nil)); err == nil || !strings.Contains(err.Error(), a.says) {
					t.Errorf("error %v, want %q", err, a.says)
				}
				if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) > 0 {
					t.Errorf("%d changes are left: %s", len(b.changes), diff)
				}
			})
		})
	}
}

// TestTrailIsVerifiedWithItsKey takes CloudTrail's statement out of the key's policy.
func TestTrailIsVerifiedWithItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		withKey(c)
		one := tool(t, c, newBook(), nil)
		w := logging.TrailWish{Environment: "prod", CloudWatch: true, Key: keyARN}
		on, _ := trailed(w)
		if err := on(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		grade := func() logging.Grade {
			list, err := one.VerifyTrail(t.Context(), w, here)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				if c.Name == "trail: CloudTrail may seal with the key" {
					return c.State
				}
			}
			return ""
		}
		if g := grade(); g != logging.Pass {
			t.Error("with its statement:", g)
		}
		c.SetKeyPolicy(keyID, `{"Version":"2012-10-17","Statement":[]}`)
		if g := grade(); g != logging.Fail {
			t.Error("without it:", g)
		}
	})
}
