package logging_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"seismo/internal/logging"
	"seismo/test/standin"
)

const here = "eu-west-1"

// doing is one thing to turn on and off, in an account as it may be found.
type doing struct {
	make func(*standin.Cloud)
	on   func(context.Context, *logging.Tool) error
	off  func(context.Context, *logging.Tool) error
}

func logged(w logging.Wish) (on, off func(context.Context, *logging.Tool) error) {
	return func(ctx context.Context, tool *logging.Tool) error { return enable(ctx, tool, w, here) },
		func(ctx context.Context, tool *logging.Tool) error {
			return disable(ctx, tool, logging.Undoing{}, here)
		}
}

func trailed(w logging.TrailWish) (on, off func(context.Context, *logging.Tool) error) {
	return func(ctx context.Context, tool *logging.Tool) error {
			plan, err := tool.PlanTrail(ctx, w, here)
			if err != nil {
				return err
			}
			return tool.ApplyTrail(ctx, &plan)
		}, func(ctx context.Context, tool *logging.Tool) error {
			plan, err := tool.PlanTrailUndo(ctx, w, here, logging.Undoing{})
			if err != nil {
				return err
			}
			return tool.UndoTrail(ctx, &plan, logging.Undoing{})
		}
}

const keyID = "1234abcd-12ab-34cd-56ef-1234567890ab"

// doings are all that this room turns on: with nothing there, and beside what
// others have made.
func doings() map[string]doing {
	all := map[string]doing{}
	add := func(name string, prepare func(*standin.Cloud), on, off func(context.Context, *logging.Tool) error) {
		all[name] = doing{prepare, on, off}
	}
	on, off := logged(both())
	add("empty", func(*standin.Cloud) {}, on, off)

	w := both()
	w.Key = keyARN
	on, off = logged(w)
	add("key", withKey, on, off)

	w = both()
	w.Bucket, w.Prefix, w.Force = "company-logs", "bedrock", true
	on, off = logged(w)
	add("others", others, on, off)

	on, off = trailed(logging.TrailWish{Environment: "prod", CloudWatch: true, Insights: true})
	add("trail", func(*standin.Cloud) {}, on, off)
	on, off = trailed(logging.TrailWish{Environment: "prod", CloudWatch: true, Key: keyARN})
	add("trail with key", withKey, on, off)
	on, off = trailed(logging.TrailWish{Environment: "prod", Trail: "main", Insights: true})
	add("trail of others", othersTrail, on, off)
	on, off = trailed(logging.TrailWish{Environment: "prod", Trail: "main", Key: keyARN})
	add("trail of others with key", func(c *standin.Cloud) {
		withKey(c)
		othersTrail(c)
	}, on, off)
	return all
}

const keyARN = "arn:aws:kms:" + here + ":" + standin.AccountID + ":key/" + keyID

func withKey(c *standin.Cloud) {
	c.AddKey(standin.Key{ID: keyID, Region: here, Policy: `{"Version":"2012-10-17","Statement":[]}`})
}

// othersTrail is a trail that somebody made.
func othersTrail(c *standin.Cloud) {
	c.SetTrails(map[string]any{"Name": "main", "TrailARN": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "HomeRegion": here,
		"S3BucketName": "company-trail", "IsMultiRegionTrail": false, "LogFileValidationEnabled": false, "IncludeGlobalServiceEvents": true})
	c.SelectEvents("main", true, []any{map[string]any{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true,
		"DataResources": []any{map[string]any{"Type": "AWS::S3::Object", "Values": []any{"arn:aws:s3:::company-logs/"}}}}})
}

// others is an account whose logging somebody made.
func others(c *standin.Cloud) {
	c.Bucket("company-logs", here)
	c.SetBucket("company-logs", "policy", `{"Version":"2012-10-17","Statement":{"Sid":"Audit","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::company-logs/*"}}`)
	// As the SDK writes it, so that it can be compared byte by byte afterwards.
	c.SetBucket("company-logs", "lifecycle", `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><Expiration><Days>7</Days></Expiration><Filter><Prefix>old/</Prefix></Filter><ID>old</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>`)
	c.CreateLogGroup(standin.LogGroup{Name: "/aws/bedrock/model-invocations/prod", Region: here})
	c.SetBedrock(here, standin.Bedrock{Logging: map[string]any{"textDataDeliveryEnabled": true,
		"s3Config": map[string]any{"bucketName": "elsewhere", "keyPrefix": "p"}}})
	c.Bucket("elsewhere", here)
	c.SetBucket("elsewhere", "policy", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"bedrock.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::elsewhere/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:bedrock:eu-west-1:111122223333:*"}}}]}`)
}

// run does something in a bubble whose clock is its own, with the power going off
// at a boundary; it returns how many boundaries there were.
func run(t *testing.T, c *standin.Cloud, b *book, at int, do func(ctx context.Context, tool *logging.Tool) error) (int, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	p := &power{at: at, cancel: cancel}
	err := do(ctx, tool(t, c, b, p))
	return p.seen, err
}

// TestKilledAtEveryBoundary cuts the power before and after every call to AWS that
// changes something and every line of the journal, once for each, of enable and of
// disable. From each
// such moment enable reaches what it would have reached, and disable puts
// everything back.
func TestKilledAtEveryBoundary(t *testing.T) {
	for name, a := range doings() {
		on, off := a.on, a.off
		begin := func(t *testing.T) (*standin.Cloud, *book, picture) {
			c := standin.New(t)
			a.make(c)
			return c, newBook(), look(c, here)
		}
		var boundaries int
		var reached picture
		t.Run(name+"/whole", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, b, before := begin(t)
				n, err := run(t, c, b, 0, on)
				if err != nil {
					t.Fatal(err)
				}
				boundaries, reached = n, look(c, here)
				if _, err := run(t, c, b, 0, off); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) > 0 {
					t.Errorf("after disable (%d changes are left):\n%s", len(b.changes), diff)
				}
			})
		})
		if boundaries < 12 {
			t.Fatalf("%d boundaries were found; there are more", boundaries)
		}
		for at := 1; at <= boundaries; at++ {
			t.Run(fmt.Sprintf("%s/enable/%d", name, at), func(t *testing.T) {
				for _, next := range []string{"disable", "enable"} {
					synctest.Test(t, func(t *testing.T) {
						c, b, before := begin(t)
						if _, err := run(t, c, b, at, on); err == nil && at < boundaries-2 {
							t.Fatal("the power went off, and nobody noticed")
						}
						settle(t, c, b, before, reached, next, on, off)
					})
				}
			})
			t.Run(fmt.Sprintf("%s/disable/%d", name, at), func(t *testing.T) {
				for _, next := range []string{"disable", "enable"} {
					synctest.Test(t, func(t *testing.T) {
						c, b, before := begin(t)
						if _, err := run(t, c, b, 0, on); err != nil {
							t.Fatal(err)
						}
						_, _ = run(t, c, b, at, off) // it may be done before the boundary
						settle(t, c, b, before, reached, next, on, off)
					})
				}
			})
		}
	}
}

// settle goes on after a kill: with enable or disable, and in the end always with
// disable.
func settle(t *testing.T, c *standin.Cloud, b *book, before, reached picture, next string, on, off func(context.Context, *logging.Tool) error) {
	t.Helper()
	if next == "enable" {
		if _, err := run(t, c, b, 0, on); err != nil {
			t.Fatal("enable after a kill:", err)
		}
		if diff := cmp.Diff(reached, look(c, here)); diff != "" {
			t.Error("enable after a kill:", diff)
		}
	}
	// Where nothing was done yet, somebody else's logging is refused to be turned off.
	if _, err := run(t, c, b, 0, off); err != nil && (!errors.Is(err, logging.ErrTaken) || len(b.changes) > 0) {
		t.Fatal("disable after a kill:", err)
	}
	if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) > 0 {
		t.Errorf("disable after a kill (%d changes are left):\n%s", len(b.changes), diff)
	}
}

// changing are the calls that change something.
func changing(c standin.Call) bool {
	switch {
	case c.Status >= 300:
		return false
	case c.Service == "s3" || c.Service == "bedrock":
		return c.Op[:3] != "Get" && c.Op[:3] != "Hea" && c.Op[:3] != "Lis"
	}
	return c.Op[:3] != "Get" && c.Op[:3] != "Des" && c.Op[:3] != "Lis" && c.Op[:3] != "Fil"
}

// TestFailureAtEveryStep makes each call that changes something fail, once before
// and once after it did its work: everything is put back, and the error says so.
func TestFailureAtEveryStep(t *testing.T) {
	for name, a := range doings() {
		var calls []standin.Call
		synctest.Test(t, func(t *testing.T) {
			c := standin.New(t)
			a.make(c)
			if err := a.on(t.Context(), tool(t, c, newBook(), nil)); err != nil {
				t.Fatal(err)
			}
			for _, call := range c.Calls() {
				if changing(call) {
					calls = append(calls, call)
				}
			}
		})
		if len(calls) < 3 {
			t.Fatalf("%s: %d changing calls; there are more", name, len(calls))
		}
		for _, call := range calls {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/late=%t", name, call.Op, late), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c := standin.New(t)
						a.make(c)
						before, b := look(c, here), newBook()
						remove := c.Fault(standin.Fault{Service: call.Service, Op: call.Op, Times: 1, Late: late, Status: http.StatusForbidden, Code: "AccessDenied",
							Message: "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: " + call.Service + ":" + call.Op})
						err := a.on(t.Context(), tool(t, c, b, nil))
						var f *logging.Failure
						if !errors.As(err, &f) || f.Hint() == "" || len(f.Left) > 0 {
							t.Fatalf("enable: %v; want a failure that was put back", err)
						}
						if diff := cmp.Diff(before, look(c, here)); diff != "" || len(b.changes) > 0 {
							t.Errorf("after the failure (%d changes are left):\n%s", len(b.changes), diff)
						}
						remove()
						if err := a.on(t.Context(), tool(t, c, b, nil)); err != nil {
							t.Error("enable after the failure:", err)
						}
						if err := a.off(t.Context(), tool(t, c, b, nil)); err != nil {
							t.Error("disable after the failure:", err)
						}
						if diff := cmp.Diff(before, look(c, here)); diff != "" {
							t.Error("after disable:", diff)
						}
					})
				})
			}
		}
	}
}

// TestLostAnswers loses the answer of each call that changes something, once: the SDK
// makes it again, and finds its own work done.
func TestLostAnswers(t *testing.T) {
	for name, a := range doings() {
		for _, op := range changes(t, a) {
			t.Run(name+"/"+op, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, b := standin.New(t), newBook()
					a.make(c)
					before := look(c, here)
					c.Fault(standin.Fault{Op: op, Times: 1, Late: true, Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error."})
					if err := a.on(t.Context(), tool(t, c, b, nil)); err != nil {
						t.Fatal("enable:", err)
					}
					c.Fault(standin.Fault{Op: op, Times: 1, Late: true, Status: http.StatusInternalServerError, Code: "InternalError", Message: "We encountered an internal error."})
					if err := a.off(t.Context(), tool(t, c, b, nil)); err != nil {
						t.Fatal("disable:", err)
					}
					if diff := cmp.Diff(before, look(c, here)); diff != "" {
						t.Error("after disable:", diff)
					}
				})
			})
		}
	}
}

// changes are the operations by which something is turned on and off again.
func changes(t *testing.T, a doing) []string {
	t.Helper()
	var ops []string
	synctest.Test(t, func(t *testing.T) {
		c, b := standin.New(t), newBook()
		a.make(c)
		if err := errors.Join(a.on(t.Context(), tool(t, c, b, nil)), a.off(t.Context(), tool(t, c, b, nil))); err != nil {
			t.Fatal(err)
		}
		for _, call := range c.Calls() {
			if changing(call) && !slices.Contains(ops, call.Op) {
				ops = append(ops, call.Op)
			}
		}
	})
	return ops
}
