package logging_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seismo/internal/account"
	"seismo/internal/logging"
	"seismo/test/standin"
)

// waiter is a tool that waits as users do, by the bubble's clock.
func waiter(t *testing.T, c *standin.Cloud) *logging.Tool {
	t.Helper()
	a, err := account.Open(t.Context(), c.Config(), account.Options{Client: c.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	b := newBook()
	return logging.New(a, logging.Options{Journal: b, Memory: b})
}

// flown flies one canary over an account whose logging is on.
func flown(t *testing.T, c *standin.Cloud, w logging.Wish, canary logging.Canary) logging.Flight {
	t.Helper()
	one := waiter(t, c)
	if err := enable(t.Context(), one, w, here); err != nil {
		t.Fatal(err)
	}
	flights, err := one.Fly(t.Context(), canary, []string{here})
	if err != nil || len(flights) != 1 {
		t.Fatal(flights, err)
	}
	return flights[0]
}

// wantHops compares the states of all hops, and for those that arrived whether they
// did so within a moment of when the stand-in wrote them.
func wantHops(t *testing.T, f logging.Flight, want map[string]logging.Arrival, delays map[string]time.Duration) {
	t.Helper()
	for _, h := range f.Hops {
		if want[h.Name] != h.State {
			t.Errorf("%s: %s (%s), want %s", h.Name, h.State, h.Saw, want[h.Name])
		}
		if (h.State == logging.Missed || h.State == logging.Blocked) && h.Fix == "" {
			t.Errorf("%s: %s without a remedy", h.Name, h.Saw)
		}
		if h.State != logging.Arrived && (h.After != nil || !h.At.IsZero()) {
			t.Errorf("%s: a delay although it was not seen", h.Name)
		}
		if d, ok := delays[h.Name]; ok && (h.After == nil || *h.After < d.Seconds() || *h.After > d.Seconds()+21) {
			t.Errorf("%s: after %v, want %v", h.Name, h.After, d)
		}
	}
}

func TestCanaryArrivesEverywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.SetRuntime(here, standin.Runtime{Answer: 700 * time.Millisecond, Group: 4 * time.Second, S3: 90 * time.Second, Trail: 7 * time.Minute})
		asked := 0
		stored := func(_ context.Context, id string) (bool, error) {
			asked++
			return asked > 60 && id != "", nil
		}
		f := flown(t, c, both(), logging.Canary{Wait: 20 * time.Minute, Stored: stored})
		wantHops(t, f, map[string]logging.Arrival{logging.HopCall: logging.Arrived, logging.HopS3: logging.Arrived, logging.HopGroup: logging.Arrived,
			logging.HopStore: logging.Arrived, logging.HopTrail: logging.Arrived},
			map[string]time.Duration{logging.HopS3: 90 * time.Second, logging.HopGroup: 4 * time.Second, logging.HopTrail: 7 * time.Minute})
		if !f.Proved() || f.RequestID == "" || *f.Latency != 0.7 || *f.Input != 11 || *f.Output != 2 {
			t.Errorf("flight: %+v", f)
		}
		if n := c.Count("bedrock", "Converse"); n != 1 {
			t.Errorf("%d calls were made; want one", n)
		}
		if h := f.Hops[1]; !strings.HasPrefix(h.Where, "s3://"+madeBucket+"/AWSLogs/") || *h.Since != *h.After {
			t.Errorf("bucket: %+v", h)
		}
		if h := f.Hops[3]; *h.Since >= *h.After {
			t.Error("the database's delay is not that since the log group:", *h.Since, *h.After)
		}
	})
}

func TestCanaryThatDoesNotArrive(t *testing.T) {
	s3 := both()
	s3.CloudWatch = false
	group := both()
	group.S3 = false
	for name, a := range map[string]struct {
		wish    logging.Wish
		runtime standin.Runtime
		want    [3]logging.Arrival // bucket, group, database
		proved  bool
	}{
		"bucket never":     {both(), standin.Runtime{S3: standin.Never}, [3]logging.Arrival{logging.Missed, logging.Arrived, logging.Missed}, false},
		"group never":      {both(), standin.Runtime{Group: standin.Never}, [3]logging.Arrival{logging.Arrived, logging.Missed, logging.Missed}, false},
		"too late":         {s3, standin.Runtime{S3: 11 * time.Minute}, [3]logging.Arrival{logging.Missed, logging.Unset, logging.Missed}, false},
		"group alone":      {group, standin.Runtime{}, [3]logging.Arrival{logging.Unset, logging.Arrived, logging.Unset}, true},
		"bucket alone":     {s3, standin.Runtime{S3: 9 * time.Minute}, [3]logging.Arrival{logging.Arrived, logging.Unset, logging.Unset}, true},
		"over the hour":    {s3, standin.Runtime{S3: 9 * time.Minute, Answer: 57 * time.Minute}, [3]logging.Arrival{logging.Arrived, logging.Unset, logging.Unset}, true},
		"CloudTrail never": {both(), standin.Runtime{Trail: standin.Never}, [3]logging.Arrival{logging.Arrived, logging.Arrived, logging.Unset}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				a.runtime.Answer = min(a.runtime.Answer, 20*time.Second) // an API call may be silent for 25 s
				if name == "over the hour" {
					time.Sleep(52 * time.Minute) //nolint:forbidigo // virtual time
				}
				c.SetRuntime(here, a.runtime)
				canary := logging.Canary{}
				if a.want[2] != logging.Unset {
					canary.Stored = func(context.Context, string) (bool, error) { return false, nil }
				}
				f := flown(t, c, a.wish, canary)
				wantHops(t, f, map[string]logging.Arrival{logging.HopCall: logging.Arrived, logging.HopS3: a.want[0], logging.HopGroup: a.want[1],
					logging.HopStore: a.want[2], logging.HopTrail: logging.Unwaited}, nil)
				if f.Proved() != a.proved {
					t.Error("proved:", f.Proved())
				}
			})
		})
	}
}

// TestCanaryThatIsRefused holds that each refusal of the call ends in a sentence
// with its remedy, and that nothing is waited for after it.
func TestCanaryThatIsRefused(t *testing.T) {
	fault := func(status int, code, message string) func(*standin.Cloud) {
		return func(c *standin.Cloud) {
			c.Fault(standin.Fault{Service: "bedrock", Op: "Converse", Status: status, Code: code, Message: message})
		}
	}
	for name, a := range map[string]struct {
		make      func(*standin.Cloud)
		model     string
		says, fix string
	}{
		"not allowed": {make: fault(403, "AccessDeniedException", "User: arn:aws:iam::111122223333:user/collector is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-micro-v1:0 because no identity-based policy allows the bedrock:InvokeModel action"),
			says: "bedrock:InvokeModel is not allowed on arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-micro-v1:0", fix: "Allow bedrock:InvokeModel"},
		"organization": {make: fault(403, "AccessDeniedException", "User: x is not authorized to perform: bedrock:InvokeModel with an explicit deny in a service control policy"),
			says: "bedrock:InvokeModel is not allowed", fix: "service control policy"},
		"no access": {make: fault(403, "AccessDeniedException", "You don't have access to the model with the specified model ID."),
			says: "this account has no access to the model", fix: "--canary-model"},
		"throttled": {make: fault(429, "ThrottlingException", "Too many requests, please wait before trying again."),
			says: "it was throttled to the end", fix: "later"},
		"not offered": {make: func(c *standin.Cloud) { c.SetRuntime(here, standin.Runtime{Offered: []string{"other.model"}}) },
			says: "none of amazon.nova-micro-v1:0, eu.amazon.nova-micro-v1:0, global.amazon.nova-2-lite-v1:0 is offered there", fix: "--canary-model"},
		"by profile alone": {make: func(c *standin.Cloud) { c.SetRuntime(here, standin.Runtime{Offered: []string{"eu.some.model"}}) }, model: "some.model",
			says: "on-demand throughput", fix: "eu.amazon.nova-micro-v1:0"},
		"end of life": {make: fault(404, "ResourceNotFoundException", "This model version has reached the end of its life."), model: "old.model",
			says: "end of its life", fix: "--canary-model"},
		"no conversation": {make: fault(400, "ValidationException", "This action doesn't support the model that you provided."), model: "amazon.titan-embed-text-v2:0",
			says: "doesn't support the model", fix: "--canary-model"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				a.make(c)
				f := flown(t, c, both(), logging.Canary{Model: a.model})
				wantHops(t, f, map[string]logging.Arrival{logging.HopCall: logging.Blocked, logging.HopS3: logging.Unreached, logging.HopGroup: logging.Unreached,
					logging.HopStore: logging.Unreached, logging.HopTrail: logging.Unreached}, nil)
				if h := f.Hops[0]; !strings.Contains(h.Saw, a.says) || !strings.Contains(h.Fix, a.fix) || f.Proved() {
					t.Errorf("says %q\nremedy %q\nwant %q and %q", h.Saw, h.Fix, a.says, a.fix)
				}
			})
		})
	}
}

// TestCanaryLooksThatAreRefused lets the call be answered and forbids to look.
func TestCanaryLooksThatAreRefused(t *testing.T) {
	for name, a := range map[string]struct {
		fault     standin.Fault
		hop       string
		says, fix string
	}{
		"list":   {standin.Fault{Service: "s3", Op: "ListObjectsV2", Status: 403, Code: "AccessDenied", Message: "Access Denied"}, logging.HopS3, "s3:ListBucket is not allowed", "Allow s3:ListBucket"},
		"read":   {standin.Fault{Service: "s3", Op: "GetObject", Status: 403, Code: "AccessDenied", Message: "User: x is not authorized to perform: kms:Decrypt on this resource"}, logging.HopS3, "kms:Decrypt", "key's own policy"},
		"filter": {standin.Fault{Service: "logs", Op: "FilterLogEvents", Status: 400, Code: "AccessDeniedException", Message: "x is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:111122223333:log-group:x"}, logging.HopGroup, "logs:FilterLogEvents is not allowed", "Allow logs:FilterLogEvents"},
		"gone":   {standin.Fault{Service: "logs", Op: "FilterLogEvents", Status: 400, Code: "ResourceNotFoundException", Message: "The specified log group does not exist."}, logging.HopGroup, "does not exist", "Check the name"},
		"lookup": {standin.Fault{Service: "cloudtrail", Op: "LookupEvents", Status: 400, Code: "AccessDeniedException", Message: "User: x is not authorized to perform: cloudtrail:LookupEvents"}, logging.HopTrail, "cloudtrail:LookupEvents is not allowed", "Allow cloudtrail:LookupEvents"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				one := waiter(t, c)
				if err := enable(t.Context(), one, both(), here); err != nil {
					t.Fatal(err)
				}
				c.Fault(a.fault)
				flights, err := one.Fly(t.Context(), logging.Canary{Wait: 20 * time.Minute}, []string{here})
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range flights[0].Hops {
					if h.Name == a.hop && (h.State != logging.Blocked || !strings.Contains(h.Saw, a.says) || !strings.Contains(h.Fix, a.fix)) {
						t.Errorf("%+v, want %q and %q", h, a.says, a.fix)
					}
					if h.Name != a.hop && h.State != logging.Arrived && h.State != logging.Unset {
						t.Errorf("another hop: %+v", h)
					}
				}
			})
		})
	}
}

// TestCanaryWithstandsWeather throttles looks and cuts a body off: both pass.
func TestCanaryWithstandsWeather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Fault(standin.Fault{Service: "s3", Op: "GetObject", Cut: 40, Times: 1},
			standin.Fault{Service: "logs", Op: "FilterLogEvents", Times: 9, Status: 400, Code: "ThrottlingException", Message: "Rate exceeded"})
		if f := flown(t, c, both(), logging.Canary{}); !f.Proved() {
			t.Errorf("%+v", f.Hops)
		}
	})
}

// TestCanaryFindsItsOwnRecord lays others' records, bodies and damage beside it.
func TestCanaryFindsItsOwnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.SetRuntime(here, standin.Runtime{S3: standin.Never, Group: standin.Never})
		below := "AWSLogs/111122223333/BedrockModelInvocationLogs/eu-west-1/" + time.Now().UTC().Format("2006/01/02/15/")
		id := "7d1c5f2e-0000-4000-8000-000000000001" // of the stand-in's first call
		for i, body := range []string{"", "no json", `{"schemaType":"ModelInvocationLog","requestId":"other","input":{"inputBodyJson":{"prompt":"` + id + `"}}}`, `{"Records":[]}`} {
			c.PutObject(madeBucket, below+time.Now().UTC().Format("20060102T150405")+fmt.Sprintf("%03dZ_0%d.json.gz", i, i), []byte(body))
		}
		c.PutObject(madeBucket, below+"data/"+id+"_input.json.gz", []byte(`{"schemaType":"ModelInvocationLog","requestId":"`+id+`"}`))
		c.Bucket(madeBucket, here)
		w := both()
		w.CloudWatch = false
		f := flown(t, c, w, logging.Canary{Wait: time.Minute})
		if h := f.Hops[1]; f.RequestID != id || h.State != logging.Missed {
			t.Errorf("%s: %+v; want that what only mentions the call is not its record", f.RequestID, h)
		}
		if n := c.Count("s3", "GetObject"); n > 4*3 {
			t.Errorf("%d reads; what was read is read again", n)
		}
	})
}

func TestCanaryIsInterrupted(t *testing.T) {
	for name, a := range map[string]struct {
		after time.Duration
		call  logging.Arrival
		group logging.Arrival
	}{
		"before the answer": {time.Second, logging.Unreached, logging.Unreached},
		"on its way":        {30 * time.Second, logging.Arrived, logging.Arrived},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := standin.New(t)
				c.SetRuntime(here, standin.Runtime{Answer: 2 * time.Second, S3: time.Hour})
				one := waiter(t, c)
				if err := enable(t.Context(), one, both(), here); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), a.after)
				defer cancel()
				begun := time.Now()
				flights, err := one.Fly(ctx, logging.Canary{}, []string{here})
				if err == nil || time.Since(begun) > a.after+time.Second {
					t.Fatal("not ended at once:", err, time.Since(begun))
				}
				wantHops(t, flights[0], map[string]logging.Arrival{logging.HopCall: a.call, logging.HopGroup: a.group, logging.HopS3: logging.Unreached,
					logging.HopStore: map[bool]logging.Arrival{true: logging.Unset, false: logging.Unreached}[a.call == logging.Arrived],
					logging.HopTrail: map[bool]logging.Arrival{true: logging.Unwaited, false: logging.Unreached}[a.call == logging.Arrived]}, nil)
			})
		})
	}
}

// TestNoCallIsMadeUnasked goes through everything else that this room does.
func TestNoCallIsMadeUnasked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		one := waiter(t, c)
		if err := enable(t.Context(), one, both(), here); err != nil {
			t.Fatal(err)
		}
		_ = grades(t, one)
		_ = one.Status(t.Context(), []string{here})
		if err := disable(t.Context(), one, logging.Undoing{}, here); err != nil {
			t.Fatal(err)
		}
		flights, err := one.Fly(t.Context(), logging.Canary{}, []string{here}) // logging is off: nothing could arrive
		if err != nil || flights[0].Hops[0].State != logging.Blocked || flights[0].Proved() || c.Count("bedrock", "Converse") != 0 {
			t.Errorf("%d calls: %+v, %v", c.Count("bedrock", "Converse"), flights, err)
		}
	})
}

func TestCanaryPermissionsStandInThePlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := standin.New(t)
		c.Refuse("bedrock:InvokeModel", "implicitDeny")
		one := waiter(t, c)
		plans, errs := one.Plan(t.Context(), both(), []string{here})
		if err := logging.Join(errs); err != nil {
			t.Fatal(err)
		}
		plans[0].WithCanary("")
		one.Permit(t.Context(), plans)
		var got []string
		for _, p := range plans[0].Permissions {
			if p.Action == "bedrock:InvokeModel" && p.State == logging.Missing {
				got = append(got, p.Resource)
			}
		}
		want := []string{"arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-micro-v1:0",
			"arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-micro-v1:0", "arn:aws:bedrock:*::foundation-model/amazon.nova-micro-v1:0",
			"arn:aws:bedrock:eu-west-1:111122223333:inference-profile/global.amazon.nova-2-lite-v1:0", "arn:aws:bedrock:*::foundation-model/amazon.nova-2-lite-v1:0"}
		if !slices.Equal(got, want) {
			t.Error("missing:", got)
		}
	})
}
