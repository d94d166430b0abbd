package logging_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/internal/state"
	"seismo/test/standin"
)

// sharing is a trail of an environment that shares bucket, role and key with others.
func sharing(environment string) logging.TrailWish {
	return logging.TrailWish{Environment: environment, Bucket: "company-logs", Role: "company-role", Key: keyARN, CloudWatch: true}
}

// shared is what trails share: a key with a policy of its owner, and what others made.
func shared(c *standin.Cloud) {
	c.AddKey(standin.Key{ID: keyID, Region: here, Policy: `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":["kms:*"],"Resource":["*"]}]}`})
	others(c)
	c.SetBucket("company-logs", "policy", `{"Version":"2012-10-17","Statement":[{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::company-logs/*"}]}`)
}

// wantWhole checks a trail: it is as it was enabled, and CloudTrail may write and seal.
func wantWhole(t *testing.T, tool *logging.Tool, w logging.TrailWish, when string) {
	t.Helper()
	list, err := tool.VerifyTrail(t.Context(), w, here)
	if err != nil || len(list) < 7 {
		t.Fatal(when, list, err)
	}
	for _, c := range list {
		if c.State == logging.Fail {
			t.Errorf("%s: %s: %s: %s", when, w.Environment, c.Name, c.Saw)
		}
	}
	drifts, err := tool.WatchTrails(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range drifts {
		for _, s := range d.Steps {
			t.Errorf("%s: drift of %s: %s %s: %s", when, d.Trail, s.Kind, s.Name, s.Before)
		}
	}
}

// TestTrailsThatShare enables the trails of two environments on one bucket, role and
// key, and takes one after the other back: the other goes on undisturbed.
func TestTrailsThatShare(t *testing.T) {
	for name, prepare := range map[string]func(*standin.Cloud){
		"nothing but a key": func(c *standin.Cloud) {
			shared(c)
			c.DropBucket("company-logs")
		},
		"others' bucket": func(c *standin.Cloud) {
			shared(c)
			c.PutRole("company-role", `{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)
		},
	} {
		for _, first := range []string{"prod", "test"} {
			t.Run(name+", "+first+" goes first", func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c := standin.New(t)
					prepare(c)
					before := look(c, here)
					one := tool(t, c, newBook(), nil)
					for _, environment := range []string{"prod", "test", "prod"} {
						on, _ := trailed(sharing(environment))
						if err := on(t.Context(), one); err != nil {
							t.Fatal(err)
						}
					}
					wantWhole(t, one, sharing("prod"), "both on")
					wantWhole(t, one, sharing("test"), "both on")
					second := map[string]string{"prod": "test", "test": "prod"}[first]
					_, off := trailed(sharing(first))
					if err := off(t.Context(), one); err != nil {
						t.Fatal(err)
					}
					wantWhole(t, one, sharing(second), "after the first went")
					for _, environment := range []string{second, first} { // the first again: what it made waited for the second
						_, off := trailed(sharing(environment))
						if err := off(t.Context(), one); err != nil {
							t.Fatal(err)
						}
					}
					if diff := cmp.Diff(before, look(c, here)); diff != "" {
						t.Error("not as it was:", diff)
					}
				})
			})
		}
	}
}

// Two trails that were changed again after the other came: what undo puts back is not
// what the other wrote meanwhile.
func TestUndoAfterOthersCameBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		others(c)
		one := tool(t, c, newBook(), nil)
		w := logging.TrailWish{Environment: "prod", Bucket: "company-logs"}
		on, off := trailed(w)
		if err := on(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		const theirs = `{"Sid":"Later","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::company-logs"}`
		policy := c.Buckets()["company-logs"]["policy"]
		c.SetBucket("company-logs", "policy", regexp.MustCompile(`"Action":\["s3:GetBucketAcl"\]`).ReplaceAllString(strings.Replace(policy, `"Statement":[`, `"Statement":[`+theirs+",", 1), `"Action":["s3:GetBucketLocation"]`))
		if err := on(t.Context(), one); err != nil { // writes its own statement again, beside Later
			t.Fatal(err)
		}
		if err := off(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		left := c.Buckets()["company-logs"]["policy"]
		if !strings.Contains(left, `"Later"`) || !strings.Contains(left, `"Audit"`) || strings.Contains(left, "Seismo") {
			t.Error("left:", left)
		}
	})
}

// formerly spells what a version wrote that did not say whose it is.
func formerly(t *testing.T, c *standin.Cloud, b *book, bucket string) {
	tails := regexp.MustCompile(`(Seismo(?:BedrockAssumes|WriteLogs|TrailLooks|TrailWrites|TrailSeals|TrailAsks|TrailLogsSeals|TrailAssumes))(?:Seismo\w+?|EuWest1)?(")`)
	former := func(text string) string { return tails.ReplaceAllString(text, "$1$2") }
	c.SetBucket(bucket, "policy", former(c.Buckets()[bucket]["policy"]))
	c.SetKeyPolicy(keyID, former(c.Keys()[0].Policy))
	roles := iam.NewFromConfig(c.Account(t).SDK(here))
	for name, r := range c.Roles() {
		for policy, text := range r {
			var err error
			if policy == "trust" {
				_, err = roles.UpdateAssumeRolePolicy(t.Context(), &iam.UpdateAssumeRolePolicyInput{RoleName: &name, PolicyDocument: aws.String(former(text))})
			} else {
				_, err = roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: &policy, PolicyDocument: aws.String(former(text))})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range b.changes {
		b.changes[i].Before, b.changes[i].After = former(b.changes[i].Before), former(b.changes[i].After)
	}
}

// What a former version wrote is recognised, is not replaced by another trail's, and
// goes with its own.
func TestFormerSpellingIsRecognised(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		shared(c)
		before := look(c, here)
		b := newBook()
		one := tool(t, c, b, nil)
		on, off := trailed(sharing("prod"))
		if err := on(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		formerly(t, c, b, "company-logs")
		if policy := c.Buckets()["company-logs"]["policy"]; !strings.Contains(policy, `"SeismoTrailWrites"`) {
			t.Fatal("not spelled as it was: ", policy)
		}
		plan, err := one.PlanTrail(t.Context(), sharing("prod"), here)
		if err != nil || plan.Changes() > 0 {
			t.Errorf("an update would change: %+v, %v", plan.Steps, err)
		}
		onTest, offTest := trailed(sharing("test"))
		if err := onTest(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, one, sharing("prod"), "beside the other")
		wantWhole(t, one, sharing("test"), "beside the former")
		for _, do := range []func() error{
			func() error { return off(t.Context(), one) },
			func() error { wantWhole(t, one, sharing("test"), "alone"); return offTest(t.Context(), one) },
			func() error { return off(t.Context(), one) },
		} {
			if err := do(); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(before, look(c, here)); diff != "" {
			t.Error("not as it was:", diff)
		}
	})
}

// Regions that share a role each have their statement in it.
func TestRegionsThatShareARole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := tool(t, c, newBook(), nil)
		w := both()
		w.Role = "company-role"
		regions := []string{here, "us-east-1"}
		for _, region := range regions {
			if err := enable(t.Context(), one, w, region); err != nil {
				t.Fatal(err)
			}
		}
		sound := func(regions ...string) {
			t.Helper()
			list, err := one.Verify(t.Context(), regions)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				if c.State == logging.Fail {
					t.Errorf("%s: %s: %s", c.Region, c.Name, c.Saw)
				}
			}
		}
		sound(regions...)
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		sound("us-east-1")
		for _, region := range []string{"us-east-1", here} {
			if err := disable(t.Context(), one, logging.Undoing{}, region); err != nil {
				t.Fatal(err)
			}
		}
		if len(c.Roles())+len(c.Buckets())+len(c.LogGroups()) > 0 {
			t.Error("not as it was:", c.Roles(), c.Buckets())
		}
	})
}

// Two names with the same words have statements of their own, and no Sid holds what
// IAM does not take.
func TestSidsTellNamesApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Bucket("company-logs", here)
		b := newBook()
		one := tool(t, c, b, nil)
		for _, trail := range []string{"main-a.b", "main_ab", "main-ab", "Main-Ab"} {
			on, _ := trailed(logging.TrailWish{Environment: "prod", Trail: trail, Bucket: "company-logs"})
			if err := on(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		at := slices.IndexFunc(b.changes, func(s state.Change) bool {
			return strings.HasPrefix(s.Setting, "bucket.policy") && strings.Contains(s.Scope, "Main-Ab")
		})
		sids := regexp.MustCompile(`"Sid":"([^"]*)"`).FindAllStringSubmatch(b.changes[at].After, -1)
		seen := map[string]bool{}
		for _, s := range sids {
			if seen[s[1]] || !regexp.MustCompile(`^[A-Za-z0-9]+$`).MatchString(s[1]) {
				t.Error(s[1])
			}
			seen[s[1]] = true
		}
		if len(seen) != 9 { // two of each trail, and the one of all
			t.Error(seen)
		}
	})
}
